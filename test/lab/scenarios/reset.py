"""Resets of every kind, and peers that are gone."""

import socket
import threading
import time

import wire
from path import DROP, Rule, anything, flags
from scenario import answering, ask, drain, forge, linger, numbers, read, scenario, serve, vanish

RST_ONLY = flags(wire.RST, wire.RST | wire.ACK)


def patient(connection):
    """Read to the end, whatever it is."""
    connection.settimeout(90)
    try:
        drain(connection)
    except (ConnectionResetError, TimeoutError):
        pass
    connection.close()


def exchange_then(work):
    def server(connection):
        read(connection, 100)
        connection.sendall(b"r" * 100)
        work(connection)
    return server


def server_aborts_as_client_closes(stage, prepare=lambda sock: None):
    """After one exchange the server aborts with SO_LINGER 0, and the client, `prepare`d, closes at the same moment."""
    gate = threading.Barrier(2)

    def work(connection):
        linger(connection)
        gate.wait()
        connection.close()
    serve(stage, exchange_then(work))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100, pause=0.1)
    prepare(sock)
    gate.wait()
    sock.close()
    stage.join()
    time.sleep(0.2)


@scenario("reset by client (SO_LINGER 0)", at="client server")
def reset_linger_zero(stage):
    """The client aborts after one exchange with SO_LINGER 0."""
    serve(stage, exchange_then(patient))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    linger(sock)
    sock.close()
    stage.join()


@scenario("reset lost; the server's next data is answered by another", at="server middle client",
          rules=lambda: [Rule(DROP, "B", "c2s", RST_ONLY, times=1)])
def reset_lost(stage):
    """The client's RST is lost between tap and server, which sends again 0.4 s later and is told."""
    def work(connection):
        time.sleep(0.4)
        connection.sendall(b"more" * 20)
        patient(connection)
    serve(stage, exchange_then(work))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    linger(sock)
    sock.close()
    stage.join()


@scenario("reset by server: it closed with unread data", at="client server")
def reset_unread_data(stage):
    """The server closes without reading the request: RST."""
    serve(stage, lambda connection: (time.sleep(0.1), connection.close()))
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 500)
    patient(sock)
    stage.join()


@scenario("data after close answered by RST", at="client server")
def reset_data_after_close(stage):
    """The client closes; the server sends 300 ms later: RST from a closed socket."""
    def work(connection):
        read(connection, 100)
        time.sleep(0.3)
        connection.sendall(b"r" * 400)
        patient(connection)
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 100)
    time.sleep(0.05)
    sock.close()
    stage.join()


@scenario("reset in the middle of a transfer", at="server client", snaplen=96, network={"rate": 1e7})
def reset_mid_transfer(stage):
    """The client aborts a download after 60 kB, with data in flight."""
    def work(connection):
        try:
            connection.sendall(bytes(400_000))
        except (ConnectionResetError, BrokenPipeError):
            pass
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    read(sock, 60_000)
    linger(sock)
    sock.close()
    stage.join()


@scenario("reset after half-close", at="client server")
def reset_after_fin(stage):
    """The client sends FIN, then aborts while the server still streams."""
    def work(connection):
        try:
            for _ in range(20):
                connection.sendall(b"s" * 200)
                time.sleep(0.05)
        except (ConnectionResetError, BrokenPipeError):
            pass
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    sock.shutdown(socket.SHUT_WR)
    time.sleep(0.3)
    linger(sock)
    sock.close()
    stage.join()


@scenario("blind RST inside the window: answered by a challenge ACK, the connection lives", at="client server")
def blind_reset_in_window(stage):
    """Forged RSTs: one in the window but not exact (challenge ACK), one outside (ignored); then a normal exchange."""
    serve(stage, answering(100, 100, 2))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    raw, (_, expected), port = stage.server.raw(), numbers(sock), sock.getsockname()[1]
    for offset in (5000, -5000):
        raw.send(forge(stage.server, stage.client, wire.RST, 8080, port, seq=expected + offset))
        time.sleep(0.15)
    ask(sock, 100, 100)
    sock.close()
    stage.join()


@scenario("forged RST with the exact number: the client's end dies, the server talks on", at="client server")
def forged_reset_exact(stage):
    """A forged RST with the exact sequence number kills the client's end; the server's next data is answered by RST."""
    def work(connection):
        time.sleep(0.5)
        connection.sendall(b"still here")
        patient(connection)
    serve(stage, exchange_then(work))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    _, expected = numbers(sock)
    stage.server.raw().send(forge(stage.server, stage.client, wire.RST, 8080, sock.getsockname()[1], seq=expected))
    patient(sock)
    stage.join()


@scenario("blind SYN inside a connection: answered by a challenge ACK", at="server client")
def blind_syn(stage):
    """A forged SYN meets an established connection; a normal exchange follows."""
    serve(stage, answering(100, 100, 2))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    stage.client.raw().send(forge(stage.client, stage.server, wire.SYN, sock.getsockname()[1], 8080, seq=77_777))
    time.sleep(0.2)
    ask(sock, 100, 100)
    sock.close()
    stage.join()


@scenario("blind data outside the window: answered by a duplicate ACK", at="server client")
def blind_data(stage):
    """A forged data segment far outside the window meets an established connection."""
    serve(stage, answering(100, 100, 2))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    sending, expected = numbers(sock)
    stage.client.raw().send(forge(stage.client, stage.server, wire.ACK | wire.PSH, sock.getsockname()[1], 8080,
                                  seq=sending + 3_000_000, ack=expected, payload=b"evil"))
    time.sleep(0.2)
    ask(sock, 100, 100)
    sock.close()
    stage.join()


@scenario("server rebooted: the client's next request is answered by RST", at="client server")
def rebooted_server(stage):
    """The server loses its socket without a word; the next request is answered by RST."""
    listener = stage.server.listen()
    sock = stage.client.connect(stage.server)
    connection, _ = listener.accept()
    sock.sendall(b"q" * 100)
    read(connection, 100)
    time.sleep(0.1)
    vanish(connection)
    time.sleep(0.5)
    sock.sendall(b"q" * 100)
    patient(sock)


@scenario("keep-alive probes unanswered: the connection dies", at="client",
          rules=lambda: [Rule(DROP, "B", "c2s", anything, phase=1)])
def keepalive_dead(stage):
    """The path to the server dies; three unanswered probes kill the idle connection."""
    serve(stage, exchange_then(patient))
    sock = stage.client.connect(stage.server, SO_KEEPALIVE=1, TCP_KEEPIDLE=1, TCP_KEEPINTVL=1, TCP_KEEPCNT=3)
    ask(sock, 100, 100)
    stage.phase(1)
    patient(sock)


@scenario("keep-alive probes answered", at="client server")
def keepalive_answered(stage):
    """An idle connection with keep-alive every second: probes and their answers, then one more exchange."""
    serve(stage, answering(100, 100, 2))
    sock = stage.client.connect(stage.server, SO_KEEPALIVE=1, TCP_KEEPIDLE=1, TCP_KEEPINTVL=1)
    ask(sock, 100, 100)
    time.sleep(4.5)
    ask(sock, 100, 100)
    sock.close()
    stage.join()


@scenario("keep-alive probes from both ends, IPv6, some lost", at="client middle server", v6=True,
          rules=lambda: [Rule(DROP, "B", "c2s", anything, skip=9, every=3)])
def keepalive_both_v6(stage):
    """IPv6: both ends probe an idle connection; some frames are lost between tap and server."""
    def work(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        answering(100, 100, 2)(connection)
    serve(stage, work)
    sock = stage.client.connect(stage.server, SO_KEEPALIVE=1, TCP_KEEPIDLE=2, TCP_KEEPINTVL=1)
    ask(sock, 100, 100)
    time.sleep(5)
    ask(sock, 100, 100)
    sock.close()
    stage.join()


@scenario("black hole: the request is repeated until the sender gives up", at="client",
          rules=lambda: [Rule(DROP, "B", "c2s", anything, phase=1)], sysctl={"client ipv4.tcp_retries2": 4})
def black_hole_gives_up(stage):
    """The path to the server dies; a request is repeated with back-off until the client's kernel gives up."""
    serve(stage, exchange_then(patient))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    stage.phase(1)
    sock.sendall(b"q" * 100)
    patient(sock)


@scenario("reset by user timeout", at="client", rules=lambda: [Rule(DROP, "B", "c2s", anything, phase=1)])
def user_timeout(stage):
    """The path to the server dies; TCP_USER_TIMEOUT ends the connection after 2 s."""
    serve(stage, exchange_then(patient))
    sock = stage.client.connect(stage.server, TCP_USER_TIMEOUT=2000)
    ask(sock, 100, 100)
    stage.phase(1)
    sock.sendall(b"q" * 100)
    patient(sock)


@scenario("reset of a connection nobody accepted yet", at="server")
def reset_before_accept(stage):
    """The client connects, sends and aborts while it waits in the accept queue."""
    stage.server.listen()
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 100)
    time.sleep(0.1)
    linger(sock)
    sock.close()


@scenario("the listener closes: connections in its queue are reset", at="client")
def listener_closes(stage):
    """Two connections wait in the accept queue when the program closes its listener."""
    listener = stage.server.listen()
    socks = [stage.client.connect(stage.server) for _ in range(2)]
    time.sleep(0.1)
    listener.close()
    for sock in socks:
        patient(sock)


@scenario("idle for 62 s, then the next request is answered by RST", at="client")
def reset_after_idle(stage):
    """While the connection is idle for 62 s, the server's host forgets it; the next request is answered by RST."""
    listener = stage.server.listen()
    sock = stage.client.connect(stage.server)
    connection, _ = listener.accept()
    sock.sendall(b"q" * 100)
    read(connection, 100)
    connection.sendall(b"r" * 100)
    read(sock, 100)
    time.sleep(1)
    vanish(connection)
    time.sleep(61)
    sock.sendall(b"q" * 100)
    patient(sock)


@scenario("idle for 62 s, then the path has forgotten the connection: no answer", at="client",
          rules=lambda: [Rule(DROP, "A", "c2s", anything, phase=1)], sysctl={"client ipv4.tcp_retries2": 4})
def forgotten_after_idle(stage):
    """After 62 s of silence a middlebox drops what the client sends: the request is repeated until its kernel gives up."""
    serve(stage, exchange_then(patient))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    stage.phase(1)
    time.sleep(62)
    sock.sendall(b"q" * 100)
    patient(sock)
