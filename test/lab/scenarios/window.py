"""Flow control and waiting."""

import socket
import time

from path import DROP, Rule, pure_ack
from scenario import HEADERS, answering, ask, download, drain, read, scenario, serve


def stall(stage, seconds, size=120_000, buffer=16384):
    def work(connection):
        connection.sendall(bytes(size))
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server, SO_RCVBUF=buffer)
    read(sock, 4000)
    stage.mark("receiver stops reading")
    time.sleep(seconds)
    stage.mark("receiver reads again")
    drain(sock)
    sock.close()
    stage.join()


@scenario("zero-window stall of about 3 s, the client reads too slowly", "window probes answered", at="server client middle",
          snaplen=HEADERS, wants={"window_probes": 2})
def zero_window_stall(stage):
    """The receiver stops reading for 3 s, then drains."""
    stall(stage, 3)


@scenario("zero-window stall over IPv6 without timestamps", at="server client", snaplen=HEADERS, v6=True,
          wants={"window_probes": 2}, sysctl={"ipv4.tcp_timestamps": 0})
def zero_window_stall_v6(stage):
    """IPv6, no timestamps: the receiver stops reading for 2 s, then drains."""
    stall(stage, 2, 60_000, 8192)


@scenario("window update lost: a probe finds out", at="server client", snaplen=HEADERS, wants={"window_probes": 1},
          rules=lambda: [Rule(DROP, "A", "c2s", pure_ack, phase=1, times=2)])
def window_update_lost(stage):
    """The receiver reads again after 1 s, but its window updates are lost: the next probe's answer reopens the window."""
    def work(connection):
        connection.sendall(bytes(60_000))
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server, SO_RCVBUF=8192)
    time.sleep(1.1)
    stage.phase(1)
    drain(sock)
    sock.close()
    stage.join()


@scenario("zero window never recovers, then the receiver aborts", at="server client", snaplen=HEADERS, wants={"window_probes": 3})
def zero_window_dead(stage):
    """The receiver never reads; after 4 s its program is killed: RST."""
    def work(connection):
        try:
            connection.sendall(bytes(100_000))
        except (ConnectionResetError, BrokenPipeError):
            pass
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server, SO_RCVBUF=8192)
    stage.mark("receiver never reads")
    time.sleep(4)
    sock.close()
    stage.join()


@scenario("zero window to the end of the capture", at="server", snaplen=HEADERS, wants={"window_probes": 4})
def zero_window_stuck(stage):
    """The receiver never reads; the capture ends after 7 s."""
    listener = stage.server.listen()
    stage.client.connect(stage.server, SO_RCVBUF=8192)
    connection, _ = listener.accept()
    connection.setblocking(False)
    stage.server.kept.append(connection)
    connection.send(bytes(100_000))
    time.sleep(7)


@scenario("tiny windows: the receiver reads 200 bytes at a time", at="server client", snaplen=HEADERS)
def tiny_windows(stage):
    """A receive buffer of 2 kB, read 200 bytes every 10 ms."""
    def work(connection):
        connection.sendall(bytes(24_000))
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server, SO_RCVBUF=2048)
    while sock.recv(200):
        time.sleep(0.01)
    sock.close()
    stage.join()


@scenario("window-limited transfer", at="server client", snaplen=HEADERS, network={"client_to_tap": 0.02, "tap_to_server": 0.02})
def window_limited(stage):
    """150 kB download on an 80 ms path with a receive buffer of 16 kB."""
    download(150_000, SO_RCVBUF=16384)(stage)


@scenario("Nagle against delayed ACKs, 14 rounds", at="client server")
def nagle_delayed_ack(stage):
    """Each request is written in two small parts without TCP_NODELAY; the second waits for the delayed ACK of the first."""
    serve(stage, answering(60, 100, 14))
    sock = stage.client.connect(stage.server)
    for _ in range(14):
        sock.sendall(b"a" * 30)
        sock.sendall(b"b" * 30)
        read(sock, 100)
    sock.close()
    stage.join()


@scenario("slow response: 1.5 s among quick ones", at="client middle")
def slow_response(stage):
    """Twelve exchanges; the seventh answer takes 1.5 s."""
    def work(connection):
        for number in range(12):
            read(connection, 100)
            time.sleep(1.5 if number == 6 else 0.002)
            connection.sendall(b"r" * 200)
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 200, 12)
    sock.close()
    stage.join()


@scenario("urgent data", at="client")
def urgent_data(stage):
    """A byte of urgent data in each direction between normal exchanges."""
    def work(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        read(connection, 101)
        connection.send(b"!", socket.MSG_OOB)
        connection.sendall(b"r" * 100)
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
    sock.sendall(b"q" * 100)
    sock.send(b"!", socket.MSG_OOB)
    read(sock, 101)
    sock.close()
    stage.join()


@scenario("bloated queue: the round-trip time grows under load", at="server client", snaplen=HEADERS,
          network={"client_to_tap": 0.002, "tap_to_server": 0.002, "rate": 300_000})
def bloated_queue(stage):
    """150 kB download through a 300 kB/s bottleneck with an endless queue."""
    download(150_000)(stage)


@scenario("zero window, probes lost", at="server client", snaplen=HEADERS, wants={"window_probes": 3},
          rules=lambda: [Rule(DROP, "B", "s2c", lambda p: p.length == 0, phase=1)])
def window_probes_lost(stage):
    """The receiver stops reading and for a while the probes are lost; then it reads again."""
    def work(connection):
        connection.sendall(bytes(60_000))
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server, SO_RCVBUF=8192)
    time.sleep(0.3)
    stage.phase(1)
    time.sleep(2)
    stage.phase(0)
    time.sleep(2)
    read(sock, 60_000)
    sock.close()
    stage.join()


@scenario("zero window with keep-alive on: the probes are window probes", at="server client", snaplen=HEADERS,
          wants={"window_probes": 3})
def zero_window_keepalive(stage):
    """The sender has keep-alive every second, but while data waits only window probes go out; 4 s; then it drains."""
    def work(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        connection.sendall(bytes(60_000))
        drain(connection)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server, SO_RCVBUF=8192)
    time.sleep(4)
    read(sock, 60_000)
    time.sleep(2.5)
    sock.close()
    stage.join()
