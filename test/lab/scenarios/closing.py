"""How connections end in order, and how they stay behind."""

import socket
import threading
import time

import wire
from path import DELAY, DROP, DUPLICATE, Copies, Rule, anything, data, fin, pure_ack
from scenario import answering, ask, choose_isn, drain, linger, read, scenario, serve

EVERY_POINT = "client middle server"


def both_close(stage):
    gate = threading.Barrier(2)

    def work(connection):
        read(connection, 50)
        connection.sendall(b"r" * 50)
        gate.wait()
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    ask(sock, 50, 50, pause=0.1)
    stage.phase(1)
    gate.wait()
    sock.close()
    stage.join()


@scenario("simultaneous close", "both pass CLOSING, both end in TIME_WAIT", at=EVERY_POINT, states=("CLOSING TIME_WAIT",),
          network={"client_to_tap": 0.01, "tap_to_server": 0.02})
def simultaneous_close(stage):
    """Both programs close at the same moment on a 30 ms path: the FINs cross."""
    both_close(stage)


@scenario("simultaneous close over IPv6", "one ACK of a FIN lost", at=EVERY_POINT, states=("CLOSING TIME_WAIT",), v6=True,
          network={"client_to_tap": 0.02, "tap_to_server": 0.01},
          rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1, phase=1)])
def simultaneous_close_ack_lost_v6(stage):
    """IPv6: the FINs cross and the client's ACK of the server's FIN is lost: the server repeats its FIN in CLOSING."""
    both_close(stage)
    time.sleep(0.5)


@scenario("simultaneous close", "the client's FIN lost: repeated", at=EVERY_POINT,
          network={"client_to_tap": 0.01, "tap_to_server": 0.02},
          rules=lambda: [Rule(DROP, "B", "c2s", fin, times=1)])
def simultaneous_close_fin_lost(stage):
    """Both close at once, but the client's first FIN is lost between tap and server."""
    both_close(stage)
    time.sleep(0.5)


def half_close(stage, seconds=1.5):
    def work(connection):
        drain(connection)
        for _ in range(int(seconds * 10)):
            connection.sendall(b"s" * 300)
            time.sleep(0.1)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 100)
    sock.shutdown(socket.SHUT_WR)
    drain(sock)
    sock.close()
    stage.join()


@scenario("half-close: the server goes on sending for 1.5 s", at="client middle")
def half_close_stream(stage):
    """The client shuts down its writing side; the server streams on for 1.5 s, then closes."""
    half_close(stage)


@scenario("half-close with loss in the remaining direction", at="server client",
          rules=lambda: [Rule(DROP, "A", "s2c", data, every=4)])
def half_close_loss(stage):
    """The client shuts down its writing side; every fourth data packet of the server's stream is lost."""
    half_close(stage, 1.0)


def server_first(stage, request=100, response=400):
    serve(stage, answering(request, response, 1, then="close"))
    sock = stage.client.connect(stage.server)
    ask(sock, request, response, pause=0)
    drain(sock)
    time.sleep(0.05)
    sock.close()
    stage.join()


def client_first(stage, request=90, response=200):
    serve(stage, answering(request, response))
    sock = stage.client.connect(stage.server)
    ask(sock, request, response, pause=0.1)
    stage.phase(1)
    sock.close()
    stage.join()
    time.sleep(0.4)


@scenario("FIN lost, repeated", at="client server", rules=lambda: [Rule(DROP, "B", "s2c", fin, times=1)])
def server_fin_lost(stage):
    """The server closes first and its FIN is lost right behind its interface; it comes again."""
    server_first(stage)


@scenario("FIN lost before the middle tap, repeated", at=EVERY_POINT, v6=True,
          rules=lambda: [Rule(DROP, "A", "c2s", fin, times=1)])
def client_fin_lost_v6(stage):
    """IPv6: the client's FIN is lost between client and tap."""
    client_first(stage)


@scenario("FIN lost behind the tap, twice", at="client middle", rules=lambda: [Rule(DROP, "B", "c2s", fin, times=2)])
def client_fin_lost_twice(stage):
    """The client's FIN is lost twice between tap and server."""
    client_first(stage)
    time.sleep(0.3)


@scenario("last ACK lost", "FIN repeated in LAST_ACK, acknowledged again from TIME_WAIT", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1, phase=1)])
def last_ack_lost(stage):
    """The ACK of the server's FIN is lost between tap and server: the FIN is repeated."""
    client_first(stage)


@scenario("last ACK lost before the tap", "FIN repeated in LAST_ACK", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "A", "c2s", pure_ack, times=1, phase=1)])
def last_ack_lost_before_tap(stage):
    """The ACK of the server's FIN is lost between client and tap."""
    client_first(stage)


@scenario("FIN doubled by the network", at=EVERY_POINT, rules=lambda: [Rule(DUPLICATE, "A", "c2s", fin, hold=0.0005)])
def fin_doubled(stage):
    """The network delivers the client's FIN twice."""
    client_first(stage)


@scenario("FIN overtakes the last data", at="client middle",
          rules=lambda: [Rule(DELAY, "A", "s2c", data, skip=2, times=1, hold=0.01)], wants={"out_of_order": 1})
def fin_out_of_order(stage):
    """The last of three data packets is 10 ms late, so the server's FIN reaches the client first."""
    server_first(stage, 100, 4000)


@scenario("hole before the FIN: the last data packet lost", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "A", "s2c", Copies(3, 1))], wants={"retransmissions": 1})
def fin_behind_hole(stage):
    """The third of three data packets is lost; the FIN arrives and must wait for the repair."""
    server_first(stage, 100, 4000)


@scenario("close-wait lingering at the server to the end of the capture", "client stays in FIN_WAIT2", at="server",
          states=("ESTABLISHED CLOSE_WAIT",))
def server_never_closes(stage):
    """The client shuts down; the server's program forgets to close for 7 s, while another connection goes on."""
    listener = stage.server.listen()
    serve(stage, answering(40, 60, 8), port=8081)
    other = stage.client.connect(stage.server, 8081)
    sock = stage.client.connect(stage.server)
    connection, _ = listener.accept()
    stage.server.kept.append(connection)
    sock.sendall(b"q" * 60)
    read(connection, 60)
    connection.sendall(b"r" * 60)
    read(sock, 60)
    sock.shutdown(socket.SHUT_WR)
    ask(other, 40, 60, 8, pause=1)


@scenario("orphan in FIN_WAIT2 times out", "server stays in CLOSE_WAIT, its late data is answered by RST", at="client server",
          sysctl={"client ipv4.tcp_fin_timeout": 2}, states=("FIN_WAIT2 CLOSED",))
def fin_wait_2_timeout(stage):
    """The client closes, the server does not; after 2 s the client's kernel forgets the connection; later data meets RST."""
    listener = stage.server.listen()
    sock = stage.client.connect(stage.server)
    connection, _ = listener.accept()
    stage.server.kept.append(connection)
    sock.sendall(b"q" * 60)
    read(connection, 60)
    sock.close()
    time.sleep(3.2)
    connection.sendall(b"late" * 20)
    time.sleep(0.2)


@scenario("FIN never acknowledged: LAST_ACK stuck", at="server", rules=lambda: [Rule(DROP, "B", "c2s", anything, phase=1),
          Rule(DROP, "B", "s2c", anything, phase=1)], sysctl={"server ipv4.tcp_orphan_retries": 4})
def last_ack_stuck(stage):
    """The path dies after the client's FIN: the server repeats its FIN until it gives up."""
    listener = stage.server.listen()
    sock = stage.client.connect(stage.server)
    connection, _ = listener.accept()
    stage.server.kept.append(connection)
    sock.sendall(b"q" * 60)
    read(connection, 60)
    sock.close()
    drain(connection)
    time.sleep(0.1)
    stage.phase(1)
    connection.close()
    time.sleep(4)


@scenario("FIN never acknowledged: FIN_WAIT1 stuck", at="client", rules=lambda: [Rule(DROP, "A", "c2s", anything, phase=1)])
def fin_wait_1_stuck(stage):
    """The client's way to the server dies; its FIN is repeated to the end of the capture."""
    serve(stage, answering(100, 100))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100, pause=0.1)
    stage.phase(1)
    sock.close()
    time.sleep(4)


@scenario("same 4-tuple reused while the server is in TIME_WAIT: accepted", at="server client")
def time_wait_reused(stage):
    """The server closes first; the client connects again from the same port, twice."""
    listener = stage.server.listen()
    for _ in range(3):
        serve(stage, answering(50, 70, 1, then="close"), listener=listener)
        sock = stage.client.connect(stage.server, bind=42000)
        ask(sock, 50, 70, pause=0)
        drain(sock)
        sock.close()
        stage.join()
        time.sleep(0.4)


WITHOUT_TIMESTAMPS = {"ipv4.tcp_timestamps": 0}


def reuse_with_old_number(stage):
    listener = serve(stage, answering(50, 70, 1, then="close"))
    sock = stage.client.socket()
    sock.bind((stage.client.address, 42000))
    choose_isn(sock, 2_000_000_000)
    sock.connect((stage.server.address, 8080))
    ask(sock, 50, 70, pause=0)
    drain(sock)
    sock.close()
    stage.join()
    time.sleep(0.3)
    serve(stage, answering(50, 70), listener=listener)
    sock = stage.client.socket()
    sock.bind((stage.client.address, 42000))
    choose_isn(sock, 1_000_000_000)
    sock.settimeout(3.5)
    try:
        sock.connect((stage.server.address, 8080))
        ask(sock, 50, 70)
        sock.close()
        stage.join()
    except TimeoutError:
        stage.mark("the server never accepted")
        listener.close()


@scenario("SYN meets TIME_WAIT with an old number: ACK, RST ends TIME_WAIT, the second SYN is accepted", at="server client",
          sysctl={**WITHOUT_TIMESTAMPS})
def time_wait_assassinated(stage):
    """No timestamps, a lower initial number: TIME_WAIT answers the SYN with its last ACK; the client's RST kills it."""
    reuse_with_old_number(stage)


@scenario("SYN meets TIME_WAIT with an old number: refused by an ACK each time", at="server client",
          sysctl={**WITHOUT_TIMESTAMPS, "server ipv4.tcp_rfc1337": 1, "client ipv4.tcp_syn_linear_timeouts": 0})
def time_wait_refuses(stage):
    """As before, but the server keeps TIME_WAIT against resets (RFC 1337): no connection."""
    reuse_with_old_number(stage)


@scenario("close-wait leak: 12 connections of one service", at="server", settle=0.2)
def close_wait_leak(stage):
    """Twelve clients come and go within 3 s; the server's program never closes; 6 s more."""
    listener = stage.server.listen()
    for _ in range(12):
        sock = stage.client.connect(stage.server)
        connection, _ = listener.accept()
        stage.server.kept.append(connection)
        ask_once(sock, connection)
        sock.close()
        time.sleep(0.2)
    time.sleep(5.5)


def ask_once(sock, connection):
    sock.sendall(b"q" * 80)
    read(connection, 80)
    connection.sendall(b"r" * 120)
    read(sock, 120)


@scenario("data and FIN in one segment, both ways", at=EVERY_POINT)
def fin_with_data(stage):
    """Corked sockets: each side's last data carries its FIN."""
    def work(connection):
        drain(connection)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
        connection.sendall(b"r" * 300)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    sock.sendall(b"q" * 200)
    sock.shutdown(socket.SHUT_WR)
    drain(sock)
    sock.close()
    stage.join()


@scenario("data with FIN lost behind the tap", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "B", "c2s", lambda p: p.length and p.flags & wire.FIN, times=1)])
def fin_with_data_lost(stage):
    """The client's only data segment carries its FIN and is lost between tap and server."""
    fin_with_data(stage)


@scenario("the peer's ACK of FIN comes late, alone; the close takes all four segments", at="client server")
def four_way_close(stage):
    """The server closes 0.5 s after the client."""
    def work(connection):
        read(connection, 100)
        connection.sendall(b"r" * 100)
        drain(connection)
        time.sleep(0.5)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    sock.close()
    stage.join()


@scenario("FIN_WAIT2 for 62 s while the server trickles data", at="client")
def fin_wait_2_long(stage):
    """The client shuts down; the server sends a few bytes every 4 s for 62 s before it closes."""
    def work(connection):
        drain(connection)
        for _ in range(15):
            connection.sendall(b"tick")
            time.sleep(4.2)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    sock.settimeout(90)
    sock.sendall(b"q" * 100)
    sock.shutdown(socket.SHUT_WR)
    drain(sock)
    sock.close()
    stage.join(90)


@scenario("half-closed connection ended by RST", at="server client")
def half_close_reset(stage):
    """The client shuts down its writing side; the server, still with data to send, aborts."""
    def work(connection):
        drain(connection)
        connection.sendall(b"r" * 400)
        time.sleep(0.2)
        linger(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 100)
    sock.shutdown(socket.SHUT_WR)
    try:
        drain(sock)
    except ConnectionResetError:
        pass
    sock.close()
    stage.join()
