"""The kit for scenarios: the table they enter, what may be captured, and small programs that many of them use."""

import socket
import struct
import time
from dataclasses import dataclass, field

import wire
from path import Path

HEADERS = 96  # snap length of bulk transfers: IPv4 headers with all options
IPV6_MORE = 20


@dataclass
class Capture:
    """A file to publish: the point, and what of it. `start` and `stop` are marks; `side` keeps one end's frames only."""

    point: str = "client"
    name: str = ""
    snaplen: int = 262144
    nanoseconds: bool = False
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
    flood: bool = False  # forged sources: no entry per connection
    wants: dict = field(default_factory=dict)  # least counts of frames, by the truth's names, in one of the captures
    states: tuple = ()  # runs of states that some end must have gone through


TABLE = {}


def scenario(*labels, name="", at="client", snaplen=262144, captures=None, rules=(), network=None, **rest):
    """Enter a script into the table: its name is the scenario's, its docstring the description.

    `rules` is called for each recording, so that every recording starts with fresh rules.
    """
    def enter(play):
        points = captures or [Capture(point, snaplen=snaplen) for point in at.split()]
        for point in points:
            if point.snaplen == HEADERS and rest.get("v6"):
                point.snaplen += IPV6_MORE
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


def upload(size, **connect_options):
    """A script: the client sends `size` bytes and closes; the server reads to the end."""
    def play(stage):
        serve(stage, lambda connection: (drain(connection), connection.close()))
        sock = stage.client.connect(stage.server, **connect_options)
        sock.sendall(bytes(size))
        sock.close()
        stage.join()
    return play


# --- what only repair mode can do (Linux, TCP_REPAIR) ----------------------------------------------------------------

TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ = 19, 20, 21
RECEIVE_QUEUE, SEND_QUEUE = 1, 2
REPAIR_OFF_SILENTLY = -1


def vanish(sock):
    """Close without a word, as a host does that loses its power."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sock.close()


def choose_isn(sock, isn):
    """The initial sequence number of a socket that is not connected yet."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, SEND_QUEUE)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ, struct.pack("I", isn))
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, REPAIR_OFF_SILENTLY)


def numbers(sock):
    """(next to send, next expected) of a connected socket."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    out = []
    for queue in (SEND_QUEUE, RECEIVE_QUEUE):
        sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, queue)
        out.append(sock.getsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ) & 0xFFFFFFFF)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, REPAIR_OFF_SILENTLY)
    return tuple(out)


def forge(sender, receiver, flags, sport, dport, source=None, ttl=57, **header):
    """A frame that `sender`'s kernel knows nothing of, ready for `sender.raw()`. Its TTL gives it away."""
    link = bytes.fromhex((receiver.mac + sender.mac).replace(":", "")) + b"\x08\x00"
    return wire.tcp_frame(link, source or sender.address, sport, receiver.address, dport, flags, ttl=ttl, **header)
