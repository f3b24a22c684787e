"""The table of scenarios: what both programs do, what the network does to them, and where it is captured."""

import random
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

import wire
from path import (CORRUPT, DELAY, DROP, DUPLICATE, MARK_CE, TOO_BIG, Path, Rule, anything, data, fin, flags, large, pure_ack,
                  syn, syn_ack)

HEADERS = 96  # snap length of bulk transfers: headers with all options


@dataclass
class Capture:
    """A file to publish: the point, and what of it. `start` and `stop` are marks; `side` keeps one end's frames only."""

    point: str = "client"
    name: str = ""
    snaplen: int = 262144
    format: str = "us"
    start: str = ""
    stop: str = ""
    side: str | None = None


@dataclass
class Scenario:
    name: str
    description: str
    play: object
    labels: list
    captures: list
    path: object = Path
    sysctl: dict = field(default_factory=dict)
    v6: bool = False
    offload: bool = False
    topology: str = "path"
    mtu: int = 1500
    settle: float = 0.3
    flood: bool = False
    proof: object = None


TABLE = {}


def scenario(*labels, name="", at="client", snaplen=262144, captures=None, rules=(), network=None, **rest):
    """Enter a script into the table: its name is the scenario's, its docstring the description.

    `rules` is called for each recording, so that every recording starts with fresh rules.
    """
    def enter(play):
        points = captures or [Capture(point, snaplen=snaplen) for point in at.split()]
        made = Scenario(name or play.__name__, " ".join(play.__doc__.split()), play, list(labels), points,
                        path=lambda: Path(**{**(network or {}), "rules": list(rules() if callable(rules) else rules)}), **rest)
        assert made.name not in TABLE, made.name
        TABLE[made.name] = made
        return play
    return enter


# --- small programs ------------------------------------------------------------------------------------------------


def read(sock, size):
    """Exactly `size` bytes, or what came before the end of the stream."""
    got = b""
    while len(got) < size and (piece := sock.recv(size - len(got))):
        got += piece
    return got


def drain(sock):
    while sock.recv(1 << 16):
        pass


def serve(stage, work, count=1, listener=None, **options):
    """Accept `count` connections and run `work(connection)` on each in a thread."""
    listener = listener or stage.server.listen(**options)

    def accept():
        for _ in range(count):
            connection, _ = listener.accept()
            connection.settimeout(30)
            stage.server.kept.append(connection)
            stage.spawn(work, connection)
    stage.spawn(accept)
    return listener


def answering(request, response, rounds=1, then="wait"):
    """A server's work: so many exchanges, then wait for the peer to close, or close first."""
    def work(connection):
        for _ in range(rounds):
            read(connection, request)
            connection.sendall(b"r" * response)
        if then == "wait":
            drain(connection)
        connection.close()
    return work


def ask(sock, request, response, rounds=1, pause=0.02):
    for _ in range(rounds):
        sock.sendall(b"q" * request)
        read(sock, response)
        time.sleep(pause)


def linger(sock, on=1, seconds=0):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", on, seconds))


def download(size, **connect_options):
    """A script: the client reads `size` bytes, then closes."""
    def play(stage):
        def work(connection):
            connection.sendall(bytes(size))
            drain(connection)
            connection.close()
        serve(stage, work)
        sock = stage.client.connect(stage.server, **connect_options)
        if len(read(sock, size)) != size:
            raise RuntimeError("short download")
        sock.close()
        stage.join()
    return play


# --- clean connections ---------------------------------------------------------------------------------------------


def client_closes(stage):
    """Three exchanges, the client closes first; captured at all three points."""
    serve(stage, answering(120, 700, 3))
    sock = stage.client.connect(stage.server)
    ask(sock, 120, 700, 3)
    sock.close()
    stage.join()


scenario("clean connection", "client closes first: TIME_WAIT at the client", at="client middle server")(client_closes)


@scenario("clean connection over IPv6", "server closes first: TIME_WAIT at the server", at="client middle server", v6=True)
def server_closes_v6(stage):
    """IPv6: one exchange, then the server closes first; captured at all three points."""
    serve(stage, answering(150, 900, 1, then="close"))
    sock = stage.client.connect(stage.server)
    ask(sock, 150, 900)
    drain(sock)
    sock.close()
    stage.join()


# --- handshakes ----------------------------------------------------------------------------------------------------


@scenario("simultaneous open", at="middle client", network={"client_to_tap": 0.01, "tap_to_server": 0.03})
def simultaneous_open_far_tap(stage):
    """Both ends connect to each other on a 40 ms path; one exchange; the client closes."""
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


@scenario("final ACK of the handshake lost behind the capture", "data completes the handshake", at="client middle server",
          rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1)])
def final_ack_lost_data_heals(stage):
    """The final ACK is lost between tap and server; the request that follows completes the handshake."""
    serve(stage, answering(200, 600))
    sock = stage.client.connect(stage.server)
    time.sleep(0.1)
    ask(sock, 200, 600)
    sock.close()
    stage.join()


@scenario("final ACK of the handshake lost", "SYN-ACK repeated, then acknowledged", at="client middle server",
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


# --- closing -------------------------------------------------------------------------------------------------------


@scenario("simultaneous close", "both pass CLOSING, both end in TIME_WAIT", at="client middle server",
          network={"client_to_tap": 0.01, "tap_to_server": 0.02})
def both_close(stage):
    """Both programs close at the same moment on a 30 ms path: the FINs cross."""
    gate = threading.Barrier(2)

    def work(connection):
        read(connection, 50)
        connection.sendall(b"r" * 50)
        gate.wait()
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    ask(sock, 50, 50, pause=0.1)
    gate.wait()
    sock.close()
    stage.join()


@scenario("half-close: the server goes on sending for 1.5 s", at="client middle")
def half_close_stream(stage):
    """The client shuts down its writing side; the server streams on for 1.5 s, then closes."""
    def work(connection):
        drain(connection)
        for _ in range(15):
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


@scenario("FIN lost, repeated", at="client server",
          rules=lambda: [Rule(DROP, "B", "s2c", fin, times=1)])
def server_fin_lost(stage):
    """The server closes first and its FIN is lost right behind its interface; it comes again."""
    serve(stage, answering(100, 400, 1, then="close"))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 400)
    drain(sock)
    time.sleep(0.05)
    sock.close()
    stage.join()


@scenario("last ACK lost", "FIN repeated in LAST_ACK, acknowledged again from TIME_WAIT", at="client middle server",
          rules=lambda: [Rule(DROP, "B", "c2s", pure_ack, times=1, phase=1)])
def last_ack_lost_twice_seen(stage):
    """The ACK of the server's FIN is lost between tap and server: the FIN is repeated."""
    serve(stage, answering(90, 200))
    sock = stage.client.connect(stage.server)
    ask(sock, 90, 200, pause=0.1)
    stage.phase(1)
    sock.close()
    stage.join()
    time.sleep(0.4)


@scenario("close-wait lingering at the server to the end of the capture", "client stays in FIN_WAIT2", at="server")
def server_never_closes(stage):
    """The client shuts down; the server's program forgets to close for 7 s."""
    listener = stage.server.listen()
    sock = stage.client.connect(stage.server)
    connection, _ = listener.accept()
    stage.server.kept.append(connection)
    sock.sendall(b"q" * 60)
    read(connection, 60)
    connection.sendall(b"r" * 60)
    read(sock, 60)
    sock.shutdown(socket.SHUT_WR)
    time.sleep(7)


# --- resets --------------------------------------------------------------------------------------------------------


@scenario("reset by client (SO_LINGER 0)", at="client server")
def reset_linger_zero(stage):
    """The client aborts after one exchange with SO_LINGER 0."""
    def work(connection):
        read(connection, 100)
        connection.sendall(b"r" * 100)
        try:
            drain(connection)
        except ConnectionResetError:
            pass
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 100)
    linger(sock)
    sock.close()
    stage.join()


@scenario("reset by server: it closed with unread data", at="client server")
def reset_unread_data(stage):
    """The server closes without reading the request: RST."""
    def work(connection):
        time.sleep(0.1)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 500)
    try:
        read(sock, 10)
    except ConnectionResetError:
        pass
    sock.close()
    stage.join()


@scenario("data after close answered by RST", at="client server")
def reset_data_after_close(stage):
    """The client closes; the server sends 300 ms later: RST from a closed socket."""
    def work(connection):
        read(connection, 100)
        time.sleep(0.3)
        try:
            connection.sendall(b"r" * 400)
            time.sleep(0.1)
            connection.sendall(b"r" * 400)
        except (ConnectionResetError, BrokenPipeError):
            pass
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 100)
    time.sleep(0.05)
    sock.close()
    stage.join()


# --- loss ----------------------------------------------------------------------------------------------------------


@scenario("2 % random loss behind the middle tap", "fast retransmits", at="server middle client", snaplen=HEADERS,
          rules=lambda: [Rule(DROP, "A", "s2c", data, chance=0.02, seed=11)])
def loss2(stage):
    """250 kB download, 2 % of the data lost between the middle tap and the client; captured at all three points."""
    download(250_000)(stage)


@scenario("reordering only", at="client", snaplen=HEADERS,
          rules=lambda: [Rule(DELAY, "A", "s2c", data, every=13, hold=0.0015, spread=0.003, seed=3)])
def reorder_small(stage):
    """250 kB download, every 13th data packet 1.5-4.5 ms late, nothing lost; captured at the receiver."""
    download(250_000)(stage)


@scenario("network duplicates only", at="client", snaplen=HEADERS,
          rules=lambda: [Rule(DUPLICATE, "A", "s2c", data, every=15, hold=0.0003)])
def duplicates_data(stage):
    """250 kB download, every 15th data packet doubled by the network."""
    download(250_000)(stage)


# --- windows -------------------------------------------------------------------------------------------------------


@scenario("zero-window stall of about 3 s, the client reads too slowly", "window probes answered", at="server client",
          snaplen=HEADERS)
def zero_window_stall(stage):
    """The receiver stops reading for 3 s, then drains."""
    def work(connection):
        connection.sendall(bytes(120_000))
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server, SO_RCVBUF=16384)
    read(sock, 4000)
    stage.mark("receiver stops reading")
    time.sleep(3)
    stage.mark("receiver reads again")
    drain(sock)
    sock.close()
    stage.join()


# --- probes --------------------------------------------------------------------------------------------------------


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
