"""How connections begin, and how they fail to."""

import socket
import threading
import time

import wire
from path import DELAY, DROP, DUPLICATE, ICMP, Rule, flags, pure_ack, syn, syn_ack
from scenario import (Capture, answering, ask, choose_isn, drain, forge, linger, read, scenario, serve, vanish)

EVERY_POINT = "client middle server"


def one_exchange(stage, request=200, response=600, **connect_options):
    serve(stage, answering(request, response))
    sock = stage.client.connect(stage.server, **connect_options)
    ask(sock, request, response)
    sock.close()
    stage.join()


@scenario("clean connection", "client closes first: TIME_WAIT at the client", at=EVERY_POINT)
def client_closes(stage):
    """Three exchanges, the client closes first; captured at all three points."""
    serve(stage, answering(120, 700, 3))
    sock = stage.client.connect(stage.server)
    ask(sock, 120, 700, 3)
    sock.close()
    stage.join()


@scenario("clean connection over IPv6", "server closes first: TIME_WAIT at the server", at=EVERY_POINT, v6=True)
def server_closes_v6(stage):
    """IPv6: one exchange, then the server closes first; captured at all three points."""
    serve(stage, answering(150, 900, 1, then="close"))
    sock = stage.client.connect(stage.server)
    ask(sock, 150, 900)
    drain(sock)
    sock.close()
    stage.join()


def simultaneous_open(stage):
    sock, other = stage.client.socket(), stage.server.socket()
    sock.bind((stage.client.address, 5001))
    other.bind((stage.server.address, 5002))
    gate = threading.Barrier(2)

    def peer():
        gate.wait()
        other.connect((stage.client.address, 5001))
        read(other, 300)
        other.sendall(b"r" * 500)
        drain(other)
        other.close()
    stage.spawn(peer)
    gate.wait()
    sock.connect((stage.server.address, 5002))
    ask(sock, 300, 500)
    sock.close()
    stage.join()


@scenario("simultaneous open", at="middle client", network={"client_to_tap": 0.01, "tap_to_server": 0.03},
          states=("SYN_SENT SYN_RECV ESTABLISHED",))
def simultaneous_open_far_tap(stage):
    """Both ends connect to each other on a 40 ms path; one exchange; the client closes."""
    simultaneous_open(stage)


@scenario("simultaneous open over IPv6", "one of the SYN-ACKs lost", at=EVERY_POINT, v6=True, states=("SYN_SENT SYN_RECV ESTABLISHED",),
          network={"client_to_tap": 0.01, "tap_to_server": 0.02},
          rules=lambda: [Rule(DROP, "B", "c2s", syn_ack, times=1)])
def simultaneous_open_synack_lost_v6(stage):
    """IPv6: the SYNs cross, and the client's SYN-ACK is lost between tap and server."""
    simultaneous_open(stage)


@scenario("SYN lost before the middle tap, repeated after 1 s", at="client middle",
          rules=lambda: [Rule(DROP, "A", "c2s", syn, times=1)], settle=0.3)
def syn_lost_before_tap(stage):
    """The first SYN is lost between client and tap."""
    one_exchange(stage)


@scenario("SYN lost twice behind the tap", "3 s until the connection stands", at="client middle server",
          rules=lambda: [Rule(DROP, "B", "c2s", syn, times=2)], sysctl={"client ipv4.tcp_syn_linear_timeouts": 0})
def syn_lost_twice(stage):
    """The first two SYNs are lost between tap and server."""
    one_exchange(stage)


@scenario("SYN-ACK lost between server and tap", "SYN and SYN-ACK repeated", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "B", "s2c", syn_ack, times=1)])
def synack_lost_before_tap(stage):
    """The first SYN-ACK is lost on its way to the middle tap."""
    one_exchange(stage)


@scenario("SYN-ACK lost between tap and client", "SYN and SYN-ACK repeated", at=EVERY_POINT, v6=True,
          rules=lambda: [Rule(DROP, "A", "s2c", syn_ack, times=1)])
def synack_lost_behind_tap_v6(stage):
    """IPv6: the first SYN-ACK passes the middle tap and is lost between tap and client."""
    one_exchange(stage)


@scenario("SYN-ACK 1.3 s late", "SYN repeated although nothing was lost", at=EVERY_POINT,
          rules=lambda: [Rule(DELAY, "A", "s2c", syn_ack, times=1, hold=1.3)])
def synack_late(stage):
    """The first SYN-ACK takes 1.3 s from tap to client; meanwhile the SYN is repeated and answered again."""
    one_exchange(stage)


@scenario("final ACK of the handshake lost behind the capture", "data completes the handshake", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1)])
def final_ack_lost_data_heals(stage):
    """The final ACK is lost between tap and server; the request that follows completes the handshake."""
    serve(stage, answering(200, 600))
    sock = stage.client.connect(stage.server)
    time.sleep(0.1)
    ask(sock, 200, 600)
    sock.close()
    stage.join()


@scenario("final ACK of the handshake lost", "SYN-ACK repeated, then acknowledged", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1)])
def final_ack_lost_synack_heals(stage):
    """The final ACK is lost and the client stays silent: the SYN-ACK comes again after a second and is acknowledged."""
    def work(connection):
        connection.sendall(b"g" * 80)
        read(connection, 10)
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    read(sock, 80)
    sock.sendall(b"h" * 10)
    sock.close()
    stage.join()


@scenario("final ACK never arrives", "server gives up in SYN_RECV, client believes ESTABLISHED", at="client server",
          rules=lambda: [Rule(DROP, "B", "c2s", flags(wire.ACK, wire.ACK | wire.FIN, wire.RST))],
          sysctl={"server ipv4.tcp_synack_retries": 1}, states=("SYN_RECV CLOSED",))
def final_ack_never(stage):
    """Everything but SYNs is lost on the way to the server; the client sends a request, repeats it, and is aborted."""
    stage.server.listen()
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 200)
    time.sleep(5)


@scenario("accept queue overflow: final ACKs ignored, SYN-ACKs repeated", "clients ESTABLISHED, server in SYN_RECV",
          at="server middle", sysctl={"server ipv4.tcp_syncookies": 0}, wants={"retransmissions": 6})
def accept_queue_full(stage):
    """Backlog 4 and nobody accepts: eight clients connect in two waves, send a request each and wait."""
    stage.server.listen(backlog=4)
    for _ in range(2):
        for _ in range(4):
            stage.spawn(ask_without_hope, stage)
        time.sleep(0.2)
    time.sleep(4)


def ask_without_hope(stage):
    try:
        sock = stage.client.connect(stage.server, timeout=3)
        time.sleep(0.3)
        sock.send(b"q" * 50)
    except TimeoutError:
        pass


@scenario("accept queue overflow that ends: the server accepts after 2.5 s", at=EVERY_POINT,
          sysctl={"server ipv4.tcp_syncookies": 0})
def accept_queue_drained(stage):
    """Backlog 4, eight clients in two waves; the program accepts late, repeated ACKs or data complete the handshakes."""
    listener = stage.server.listen(backlog=4)

    def client():
        sock = stage.client.connect(stage.server)
        time.sleep(0.2)
        ask(sock, 50, 60)
        sock.close()
    for _ in range(2):
        for _ in range(4):
            stage.spawn(client)
        time.sleep(0.2)
    time.sleep(2.1)
    serve(stage, answering(50, 60), 8, listener)
    time.sleep(0.5)
    stage.join()


@scenario("deferred accept: the server ignores the bare final ACK", "data completes the handshake", at="server client")
def defer_accept(stage):
    """TCP_DEFER_ACCEPT at the server; the client sends its request 2.4 s after connecting."""
    serve(stage, answering(100, 300), TCP_DEFER_ACCEPT=1)
    sock = stage.client.connect(stage.server)
    time.sleep(2.4)
    ask(sock, 100, 300)
    sock.close()
    stage.join()


@scenario("connection refused by RST, 3 connections", at="client server")
def refused_rst(stage):
    """Nobody listens on three ports."""
    for port in (8081, 8082, 8083):
        try:
            stage.client.connect(stage.server, port)
        except ConnectionRefusedError:
            pass
        time.sleep(0.02)


@scenario("connection refused by ICMP port unreachable", at="client",
          rules=lambda: [Rule(ICMP, "B", "c2s", syn, icmp=(3, 3))], sysctl={"client ipv4.tcp_syn_retries": 1})
def refused_icmp(stage):
    """A firewall answers the SYN with ICMP port unreachable."""
    try:
        stage.client.connect(stage.server, 8081)
    except OSError as error:
        stage.mark(repr(error))


@scenario("SYN unanswered: repeated at 1 and 3 s, then timeout", at="client middle",
          rules=lambda: [Rule(DROP, "B", "c2s")], states=("SYN_SENT CLOSED",),
          sysctl={"client ipv4.tcp_syn_retries": 2, "client ipv4.tcp_syn_linear_timeouts": 0})
def syn_black_hole(stage):
    """The path swallows everything behind the tap; connect() fails after 7 s."""
    try:
        stage.client.connect(stage.server)
    except TimeoutError as error:
        stage.mark(repr(error))


@scenario("SYN unanswered, the program gives up after 2.5 s", at="client", rules=lambda: [Rule(DROP, "B", "c2s")])
def syn_abandoned(stage):
    """The path swallows the SYNs; the program closes the socket while it is in SYN_SENT."""
    sock = stage.client.socket()
    sock.settimeout(2.5)
    try:
        sock.connect((stage.server.address, 8080))
    except TimeoutError:
        pass
    sock.close()
    time.sleep(0.6)


@scenario("SYN and SYN-ACK doubled by the network", at=EVERY_POINT,
          rules=lambda: [Rule(DUPLICATE, "A", "c2s", syn, hold=0.002), Rule(DUPLICATE, "B", "s2c", syn_ack, hold=0.002)])
def handshake_doubled(stage):
    """The network delivers SYN and SYN-ACK twice, 2 ms apart."""
    one_exchange(stage)


FAST_OPEN = {"ipv4.tcp_fastopen": 3, "client ipv4.tcp_no_metrics_save": 0}


def fast_open(stage, request=b"q" * 300):
    sock = stage.client.socket()
    sock.settimeout(None)
    sock.sendto(request, socket.MSG_FASTOPEN, (stage.server.address, 8080))
    read(sock, 500)
    sock.close()
    time.sleep(0.05)


@scenario("Fast Open: cookie requested, then data in the SYN accepted twice", at=EVERY_POINT, sysctl=FAST_OPEN)
def fast_open_accepted(stage):
    """Fast Open: the first connection asks for a cookie, the next two carry their request in the SYN."""
    serve(stage, answering(300, 500), 3, TCP_FASTOPEN=5)
    for _ in range(3):
        fast_open(stage)
    stage.join()


@scenario("Fast Open ignored: data in the SYN sent again after the handshake", at=EVERY_POINT, sysctl=FAST_OPEN)
def fast_open_ignored(stage):
    """Fast Open: the client has a cookie, but the server no longer takes data in the SYN."""
    serve(stage, answering(300, 500), 2, TCP_FASTOPEN=5)
    fast_open(stage)
    stage.server.sysctl("ipv4.tcp_fastopen", 0)
    fast_open(stage)
    stage.join()


@scenario("SYN cookies: no request socket", at="client server", sysctl={"server ipv4.tcp_syncookies": 2})
def syn_cookies(stage):
    """The server answers every SYN with a cookie."""
    one_exchange(stage)


@scenario("half-open scan: 60 ports, 2 open, 6 filtered", at="server client", snaplen=96,
          rules=lambda: [Rule(DROP, "A", "c2s", lambda p: p.flags & wire.SYN and p.dport % 10 == 7)])
def scan_half_open(stage):
    """Forged SYNs to 60 ports; the scanner's kernel answers SYN-ACKs with RST."""
    stage.server.listen(8020)
    stage.server.listen(8043)
    raw = stage.client.raw()
    for port in range(8000, 8060):
        raw.send(forge(stage.client, stage.server, wire.SYN, 40123, port, seq=0x51000000 + port, window=1024,
                       options=b"\x02\x04\x05\xb4"))
        time.sleep(0.005)
    time.sleep(1)


@scenario("connect scan: 40 ports, 2 open", at="client")
def scan_connect(stage):
    """connect() to 40 ports, closed at once where it succeeds."""
    for port in (8010, 8031):
        serve(stage, lambda connection: (drain(connection), connection.close()), port=port)
    for port in range(8000, 8040):
        try:
            stage.client.connect(stage.server, port).close()
        except ConnectionRefusedError:
            pass
    time.sleep(0.1)
    stage.join()


@scenario("SYN meets a connection of a peer that rebooted: challenge ACK, RST, then a new connection", at=EVERY_POINT)
def rebooted_client(stage):
    """The client loses its connection without a word and connects again from the same port."""
    listener = stage.server.listen()
    sock = stage.client.connect(stage.server, bind=41000)
    old, _ = listener.accept()
    stage.server.kept.append(old)
    sock.sendall(b"q" * 100)
    read(old, 100)
    time.sleep(0.1)
    vanish(sock)
    time.sleep(0.2)
    serve(stage, answering(80, 90), listener=listener)
    sock = stage.client.connect(stage.server, bind=41000)
    ask(sock, 80, 90)
    sock.close()
    stage.join()


@scenario("the server has no window scale, SACK or timestamps", at="middle",
          sysctl={"server ipv4.tcp_window_scaling": 0, "server ipv4.tcp_sack": 0, "server ipv4.tcp_timestamps": 0})
def options_one_sided(stage):
    """The client offers window scale, SACK and timestamps; the server answers with none of them."""
    one_exchange(stage, 300, 20_000)


@scenario("sequence numbers wrap during the handshake", at="client server")
def isn_at_the_end(stage):
    """The client's initial sequence number is 2^32 - 1: the SYN takes the last number, data starts at 0."""
    serve(stage, answering(200, 300))
    sock = stage.client.socket()
    choose_isn(sock, 0xFFFFFFFF)
    sock.connect((stage.server.address, 8080))
    ask(sock, 200, 300)
    sock.close()
    stage.join()


@scenario("nanosecond pcap of a clean connection", captures=[Capture("client", nanoseconds=True), Capture("server", nanoseconds=True)])
def client_closes_ns(stage):
    """One exchange, published with nanoseconds."""
    one_exchange(stage)


@scenario("slow handshake without retries", "0.7 s between SYN and SYN-ACK", at="client middle",
          rules=lambda: [Rule(DELAY, "B", "s2c", syn_ack, hold=0.7)])
def handshake_slow(stage):
    """The server's half of the path adds 0.7 s to each SYN-ACK."""
    one_exchange(stage)


@scenario("the first request overtakes the final ACK", at="server middle",
          rules=lambda: [Rule(DELAY, "A", "c2s", pure_ack, times=1, hold=0.02)], wants={"out_of_order": 1})
def final_ack_overtaken(stage):
    """The final ACK is 20 ms late, so the request arrives first and completes the handshake."""
    one_exchange(stage)


@scenario("accept queue overflow answered by RST", at="server client",
          sysctl={"server ipv4.tcp_abort_on_overflow": 1, "server ipv4.tcp_syncookies": 0})
def accept_queue_abort(stage):
    """Backlog 4, nobody accepts, and the server resets what does not fit (tcp_abort_on_overflow)."""
    stage.server.listen(backlog=4)
    for _ in range(2):
        for _ in range(4):
            stage.spawn(ask_and_be_reset, stage)
        time.sleep(0.2)
    time.sleep(1)


def ask_and_be_reset(stage):
    sock = stage.client.connect(stage.server)
    try:
        sock.send(b"q" * 50)
        read(sock, 1)
    except (ConnectionResetError, TimeoutError, OSError):
        pass


@scenario("SYN-ACK never answered: repeated until the server gives up", at="server", states=("SYN_RECV CLOSED",),
          sysctl={"server ipv4.tcp_synack_retries": 2}, rules=lambda: [Rule(DROP, "A", "s2c")])
def synack_unanswered(stage):
    """One SYN from a client that the answers never reach."""
    stage.server.listen()
    stage.client.raw().send(forge(stage.client, stage.server, wire.SYN, 44000, 8080, seq=1_234_567,
                                  options=b"\x02\x04\x05\xb4"))
    time.sleep(8)


@scenario("the same ports again after a reset, three times", at="client server")
def reused_after_reset(stage):
    """Three short connections from one port, each ended by RST (SO_LINGER 0)."""
    listener = stage.server.listen()
    for _ in range(3):
        serve(stage, until_reset, listener=listener)
        sock = stage.client.connect(stage.server, bind=44100)
        ask(sock, 60, 90)
        linger(sock)
        sock.close()
        stage.join()
        time.sleep(0.1)


def until_reset(connection):
    try:
        read(connection, 60)
        connection.sendall(b"r" * 90)
        drain(connection)
    except ConnectionResetError:
        pass
    connection.close()


def handshake_cut(stage, wait):
    serve(stage, answering(200, 600))
    opener = stage.spawn(lambda: stage.mark("capture starts") if time.sleep(wait) is None else None)
    sock = stage.client.connect(stage.server)
    opener.join()
    ask(sock, 200, 600)
    sock.close()
    stage.join()


FAR = {"client_to_tap": 0.03, "tap_to_server": 0.03}


@scenario("capture starts between SYN and SYN-ACK", network=FAR,
          captures=[Capture("client", start="capture starts"), Capture("server", start="capture starts")])
def begins_with_synack(stage):
    """The capture starts 45 ms after the SYN on a path of 120 ms: the SYN has left the client, the SYN-ACK has not come."""
    handshake_cut(stage, 0.045)


@scenario("capture starts with the final ACK", network=FAR,
          captures=[Capture("middle", start="capture starts")])
def begins_with_final_ack(stage):
    """The capture starts 105 ms after the SYN: at the tap SYN and SYN-ACK have passed."""
    handshake_cut(stage, 0.105)
