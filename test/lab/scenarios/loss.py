"""Loss, reordering, duplication: what the network does to a transfer."""

import time

from path import (CORRUPT, DELAY, DROP, DUPLICATE, ICMP, MARK_CE, Copies, FirstCopy, Rule, anything, data, large, pure_ack)
from scenario import (HEADERS, answering, ask, choose_isn, download, drain, read, scenario, serve, upload)

EVERY_POINT = "server middle client"
SIZE = 150_000


def transfer(name, description, *labels, play=None, at=EVERY_POINT, snaplen=HEADERS, **rest):
    """A scenario that is only a transfer over a bad network."""
    def run(stage):
        (play or download(SIZE))(stage)
    run.__doc__ = description
    scenario(*labels, name=name, at=at, snaplen=snaplen, **rest)(run)


def losing(chance, seed, at="A", way="s2c", where=data):
    return lambda: [Rule(DROP, at, way, where, chance=chance, seed=seed)]


WANTED = {"retransmissions": 2}

transfer("loss2", "150 kB download, 2 % of the data lost between the middle tap and the client; all three points.",
         "2 % random loss", "fast retransmits", rules=losing(0.02, 11), wants=WANTED)
transfer("loss5_v6", "IPv6: 150 kB download, 5 % lost between server and tap.", "5 % random loss", v6=True,
         rules=losing(0.05, 12, at="B"), wants=WANTED)
transfer("loss3_upload", "150 kB upload, 3 % lost between client and tap.", "3 % random loss",
         play=upload(SIZE), rules=losing(0.03, 13, "A", "c2s"), wants=WANTED)
transfer("loss3_no_sack", "150 kB download without SACK, 3 % lost.", "3 % random loss without SACK",
         rules=losing(0.03, 14), sysctl={"ipv4.tcp_sack": 0}, wants=WANTED)
transfer("loss3_no_timestamps", "150 kB download without timestamps, 3 % lost.", "3 % random loss without timestamps",
         rules=losing(0.03, 15), sysctl={"ipv4.tcp_timestamps": 0}, wants=WANTED)
transfer("loss3_bare", "150 kB download with neither SACK nor timestamps, 3 % lost.", "3 % random loss, no options",
         rules=losing(0.03, 16), sysctl={"ipv4.tcp_timestamps": 0, "ipv4.tcp_sack": 0}, wants=WANTED)
transfer("loss_both_ways", "150 kB download, 2 % of the data and 20 % of the ACKs lost.", "loss in both directions",
         rules=lambda: losing(0.02, 17)() + losing(0.2, 18, "A", "c2s", pure_ack)(), wants=WANTED)
transfer("ack_loss", "150 kB download, a third of the pure ACKs lost between client and tap; no data lost.",
         "only ACKs lost", play=download(150_000), at="server client", rules=losing(0.33, 19, "A", "c2s", pure_ack), settle=1)
transfer("loss_far_tap", "150 kB download on a 60 ms path whose tap is near the client; 3 % lost behind the tap.",
         "3 % random loss", play=download(150_000), at="middle", rules=losing(0.03, 20), wants=WANTED,
         network={"client_to_tap": 0.002, "tap_to_server": 0.03})
transfer("loss_near_server", "150 kB download on a 60 ms path whose tap is near the server; 3 % lost behind the tap.",
         "3 % random loss", play=download(150_000), at="middle", rules=losing(0.03, 21), wants=WANTED,
         network={"client_to_tap": 0.03, "tap_to_server": 0.002})
transfer("loss_upstream_far", "150 kB download on a 60 ms path, 3 % lost between server and tap, which never sees them.",
         "3 % random loss upstream of the capture", play=download(150_000), at="middle client", wants=WANTED,
         rules=losing(0.03, 22, "B"), network={"client_to_tap": 0.005, "tap_to_server": 0.025})
transfer("lost_retransmission", "150 kB download; one segment is lost three times, another twice.",
         "retransmissions lost", play=download(150_000), at="server client", wants={"retransmissions": 4},
         rules=lambda: [Rule(DROP, "A", "s2c", Copies(30, 3)), Rule(DROP, "A", "s2c", Copies(60, 2))])
transfer("lost_block", "150 kB download; 12 segments in a row lost.", "burst loss", play=download(150_000), at=EVERY_POINT,
         rules=lambda: [Rule(DROP, "B", "s2c", data, skip=40, times=12)], wants={"retransmissions": 12})
transfer("corrupted", "36 kB download; three data packets corrupted behind the tap, dropped by the receiver.",
         "bad checksums", "retransmissions of what was corrupted", play=download(36_000), snaplen=1514, at="client",
         rules=lambda: [Rule(CORRUPT, "A", "s2c", data, skip=5, every=6, times=3)], wants={"retransmissions": 2})
transfer("reorder_small", "150 kB download, every 13th data packet 1.5-4.5 ms late, nothing lost.", "reordering only",
         rules=lambda: [Rule(DELAY, "B", "s2c", data, every=13, hold=0.0015, spread=0.003, seed=3)], wants={"out_of_order": 3})
transfer("reorder_adjacent", "150 kB download, every 9th data packet changes place with the next.", "adjacent swaps",
         at="client middle", rules=lambda: [Rule(DELAY, "B", "s2c", data, every=9, hold=0.0009)], wants={"out_of_order": 3})
transfer("reorder_late", "150 kB download, every 40th data packet 45 ms late: its retransmission comes first.",
         "late originals, spurious retransmissions",
         rules=lambda: [Rule(DELAY, "B", "s2c", data, every=40, hold=0.045)], wants={"out_of_order": 1, "retransmissions": 1})
transfer("reorder_no_sack", "150 kB download without SACK and timestamps, every 13th data packet 2-5 ms late.",
         "reordering only", play=download(150_000), at="client server", sysctl={"ipv4.tcp_sack": 0, "ipv4.tcp_timestamps": 0},
         rules=lambda: [Rule(DELAY, "A", "s2c", data, every=13, hold=0.002, spread=0.003, seed=5)])
transfer("reorder_and_loss", "150 kB download, 2 % lost and 5 % late by 1-6 ms, before the tap.", "loss and reordering",
         rules=lambda: losing(0.02, 23, "B")() + [Rule(DELAY, "B", "s2c", data, chance=0.05, hold=0.001, spread=0.005, seed=6)],
         wants={"out_of_order": 2, "retransmissions": 2})
transfer("reorder_acks", "150 kB download, every 7th pure ACK 3 ms late.", "ACKs out of order", play=download(150_000),
         at="server", rules=lambda: [Rule(DELAY, "A", "c2s", pure_ack, every=7, hold=0.003)])
transfer("duplicates_data", "150 kB download, every 15th data packet doubled by the network.", "network duplicates only",
         at="client middle", rules=lambda: [Rule(DUPLICATE, "B", "s2c", data, every=15, hold=0.0003)],
         wants={"network_duplicates": 3})
transfer("duplicates_late", "150 kB download, every 20th data packet delivered again 25 ms later.", "late network duplicates",
         at="client", rules=lambda: [Rule(DUPLICATE, "B", "s2c", data, every=20, hold=0.025)], wants={"network_duplicates": 3})
transfer("duplicates_acks", "150 kB download, every 9th pure ACK doubled by the network.", "duplicate ACKs of the network",
         play=download(150_000), at="server", rules=lambda: [Rule(DUPLICATE, "A", "c2s", pure_ack, every=9, hold=0.0002)],
         wants={"network_duplicates": 3})
transfer("duplicates_v6_no_timestamps", "IPv6 without timestamps: every 15th data packet and every 12th ACK doubled.",
         "network duplicates only", v6=True, play=download(150_000), at="client server", sysctl={"ipv4.tcp_timestamps": 0},
         rules=lambda: [Rule(DUPLICATE, "A", "s2c", data, every=15, hold=0.0004),
                        Rule(DUPLICATE, "A", "c2s", pure_ack, every=12, hold=0.0004)])
transfer("bad_radio", "150 kB download: 2 % lost, 4 % late, 2 % doubled, ACKs lost too.", "loss, reordering, duplicates",
         rules=lambda: losing(0.02, 24)() + losing(0.05, 25, "A", "c2s", pure_ack)() +
         [Rule(DELAY, "B", "s2c", data, chance=0.04, hold=0.002, spread=0.006, seed=7),
          Rule(DUPLICATE, "B", "s2c", data, chance=0.02, hold=0.0005, seed=8)])
transfer("loss_offload", "150 kB download with TSO and checksum offload at both hosts, 2 % lost.", "super-segments at the sender",
         "2 % random loss", offload=True, rules=losing(0.02, 26), wants=WANTED)
transfer("loss_bbr", "150 kB download with BBR, 2 % lost.", "2 % random loss, BBR", at="server client",
         rules=losing(0.02, 27), play=lambda stage: bbr(stage), wants=WANTED)
transfer("ecn_marks", "150 kB download with ECN, every 20th data packet marked Congestion Experienced.", "CE marks, ECE, CWR",
         play=download(150_000), at="client server", sysctl={"ipv4.tcp_ecn": 1},
         rules=lambda: [Rule(MARK_CE, "A", "s2c", data, every=20)])
transfer("loss_tail_of_transfer", "100 kB download whose last two segments are lost.", "tail loss", play=download(100_000),
         at="server client", rules=lambda: [Rule(DROP, "A", "s2c", Copies(69, 1)), Rule(DROP, "A", "s2c", Copies(70, 1))],
         wants={"retransmissions": 1})


def bbr(stage):
    stage.server.congestion = "bbr"
    download(150_000)(stage)


@scenario("all data lost for 1.5 s: timeouts with back-off", at="server client", snaplen=HEADERS, wants={"retransmissions": 4},
          rules=lambda: [Rule(DROP, "A", "s2c", anything, phase=1)])
def timeout_burst(stage):
    """100 kB in, the path swallows everything from the server for 1.5 s."""
    def work(connection):
        connection.sendall(bytes(200_000))
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    read(sock, 100_000)
    stage.phase(1)
    stage.mark("the path dies")
    time.sleep(1.5)
    stage.phase(0)
    stage.mark("the path is back")
    read(sock, 100_000)
    sock.close()
    stage.join()


@scenario("delay spike of 600 ms: spurious timeouts", at=EVERY_POINT, snaplen=HEADERS, settle=0.9, wants={"retransmissions": 1},
          rules=lambda: [Rule(DELAY, "A", "s2c", data, phase=1, hold=0.6)])
def delay_spike(stage):
    """For 50 ms every data packet takes 600 ms longer; nothing is lost."""
    def work(connection):
        connection.sendall(bytes(150_000))
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    read(sock, 60_000)
    stage.phase(1)
    time.sleep(0.05)
    stage.phase(0)
    read(sock, 90_000)
    sock.close()
    stage.join()


@scenario("tail loss of each of 4 responses, repaired by probes", at="server client middle", wants={"retransmissions": 4},
          network={"client_to_tap": 0.005, "tap_to_server": 0.015},
          rules=lambda: [Rule(DROP, "A", "s2c", FirstCopy(lambda p: p.length == 552))])
def tail_loss(stage):
    """Four responses of two segments on a 40 ms path; the second segment of each is lost."""
    serve(stage, answering(100, 2000, 4))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 2000, 4, pause=0.1)
    sock.close()
    stage.join()


@scenario("single lost request: timeout", at="client server middle", wants={"retransmissions": 1},
          rules=lambda: [Rule(DROP, "B", "c2s", Copies(2, 2))])
def request_lost_twice(stage):
    """The second of three requests is lost twice."""
    serve(stage, answering(150, 300, 3))
    sock = stage.client.connect(stage.server)
    ask(sock, 150, 300, 3, pause=0.1)
    sock.close()
    stage.join()


@scenario("response lost: the request's ACK comes alone", at="client server middle", wants={"retransmissions": 1}, v6=True,
          rules=lambda: [Rule(DROP, "A", "s2c", Copies(2, 1))])
def response_lost_v6(stage):
    """IPv6: the second of three responses is lost."""
    serve(stage, answering(150, 300, 3))
    sock = stage.client.connect(stage.server)
    ask(sock, 150, 300, 3, pause=0.1)
    sock.close()
    stage.join()


@scenario("small writes, lost and repeated merged into larger segments", at="client server", wants={"retransmissions": 1},
          rules=lambda: [Rule(DROP, "B", "c2s", data, phase=1)])
def small_writes_merged(stage):
    """TCP_NODELAY writes of 60 bytes; for 300 ms all are lost; retransmissions merge several writes."""
    serve(stage, lambda connection: (drain(connection), connection.close()))
    sock = stage.client.connect(stage.server, TCP_NODELAY=1)
    for number in range(60):
        stage.phase(int(20 <= number < 50))
        sock.sendall(bytes([number]) * 60)
        time.sleep(0.01)
    sock.close()
    stage.join()


@scenario("sequence numbers wrap in the middle of a lossy upload", at="client server middle", snaplen=HEADERS, wants=WANTED,
          rules=lambda: [Rule(DROP, "B", "c2s", data, chance=0.04, seed=31)])
def wrap_with_loss(stage):
    """The client's numbers pass 2^32 after 60 kB of 150; 4 % lost."""
    serve(stage, lambda connection: (drain(connection), connection.close()))
    sock = stage.client.socket()
    choose_isn(sock, (1 << 32) - 60_000)
    sock.connect((stage.server.address, 8080))
    sock.sendall(bytes(150_000))
    sock.close()
    stage.join()


@scenario("PMTU black hole: segments over 1000 bytes never arrive", at="server client", snaplen=HEADERS,
          rules=lambda: [Rule(DROP, "A", "s2c", large(1000))], wants={"retransmissions": 3})
def mtu_black_hole(stage):
    """Large packets vanish without ICMP; small ones pass; 6 s."""
    serve(stage, lambda connection: (read(connection, 100), connection.sendall(b"ok"), time.sleep(0.1),
                                     connection.sendall(bytes(20_000))))
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 100)
    read(sock, 2)
    time.sleep(6)


@scenario("path MTU discovered by ICMP: retransmissions are split", at="server middle client", snaplen=HEADERS,
          rules=lambda: [Rule(ICMP, "A", "s2c", large(1148), mtu=1200)], wants={"retransmissions": 1})
def mtu_discovered(stage):
    """A link of MTU 1200 between tap and client: ICMP fragmentation needed, then smaller segments."""
    download(60_000)(stage)


@scenario("everything lost for 0.4 s at the start of a response", at="server middle client", wants={"retransmissions": 2},
          rules=lambda: [Rule(DROP, "B", "s2c", data, times=10)])
def initial_window_lost(stage):
    """The whole first flight of a response is lost before the tap."""
    download(30_000)(stage)


def chat(stage, rounds=40):
    """Requests and responses of changing sizes, both ways at risk."""
    def work(connection):
        for number in range(rounds):
            read(connection, 80 + 7 * number)
            connection.sendall(b"r" * (150 + 61 * number))
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    for number in range(rounds):
        sock.sendall(b"q" * (80 + 7 * number))
        read(sock, 150 + 61 * number)
    sock.close()
    stage.join()


def losing_both_ways(chance, seed):
    return lambda: losing(chance, seed, "A", "c2s", anything)() + losing(chance, seed + 1, "B", "c2s", anything)() + \
        losing(chance, seed + 2, "A", "s2c", anything)() + losing(chance, seed + 3, "B", "s2c", anything)()


transfer("chat_loss", "40 exchanges of growing size; 2.5 % of everything lost on each half of the path, both ways.",
         "loss of requests, responses and ACKs", play=chat, rules=losing_both_ways(0.025, 60), wants=WANTED,
         settle=1)
transfer("chat_loss_v6", "IPv6: 40 exchanges of growing size; 2.5 % of everything lost on each half of the path, both ways.",
         "loss of requests, responses and ACKs", play=chat, rules=losing_both_ways(0.025, 70), wants=WANTED, v6=True, settle=1)
transfer("chat_loss_no_timestamps", "40 exchanges without timestamps; 2.5 % lost on each half of the path, both ways.",
         "loss of requests, responses and ACKs", play=chat, rules=losing_both_ways(0.025, 80), wants=WANTED, settle=1,
         sysctl={"ipv4.tcp_timestamps": 0})
transfer("loss10", "60 kB download, 10 % of the data lost before the tap.", "10 % random loss", play=download(60_000),
         at="middle client server", rules=losing(0.1, 90, "B"), wants={"retransmissions": 3}, settle=1)


@scenario("bulk data both ways at once, 2 % lost each way", at=EVERY_POINT, snaplen=HEADERS, wants=WANTED,
          rules=lambda: losing(0.02, 92, "A", "s2c")() + losing(0.02, 93, "B", "c2s")())
def both_ways_bulk(stage):
    """80 kB in each direction at the same time: ACKs ride on data."""
    def send(sock):
        sock.sendall(bytes(80_000))
        sock.shutdown(1)

    def work(connection):
        stage.spawn(send, connection)
        drain(connection)
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    stage.spawn(send, sock)
    drain(sock)
    time.sleep(0.2)
    stage.join()


@scenario("an old segment turns up in the next connection of the same ports", at="client server", wants={"network_duplicates": 1},
          rules=lambda: [Rule(DUPLICATE, "A", "c2s", data, times=1, hold=0.7)])
def old_duplicate(stage):
    """The first request is doubled, the copy 0.7 s late; meanwhile the client has connected again from the same port."""
    listener = stage.server.listen()
    for pause in (0.3, 0):
        serve(stage, answering(90, 120, 1, then="close"), listener=listener)
        sock = stage.client.connect(stage.server, bind=43000)
        if not pause:
            time.sleep(0.6)
        ask(sock, 90, 120, pause=0)
        drain(sock)
        sock.close()
        stage.join()
        time.sleep(pause)


@scenario("small MSS: the client takes 500 bytes at most", at="server client", snaplen=HEADERS, wants={"retransmissions": 1},
          rules=losing(0.03, 95))
def small_segments(stage):
    """40 kB download with an MSS of 500, 3 % lost."""
    download(40_000, TCP_MAXSEG=500)(stage)
