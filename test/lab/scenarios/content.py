"""Connections whose programs send known bytes, and keep account of what they read."""

import fcntl
import hashlib
import socket
import struct
import termios
import threading
import time

from path import CORRUPT, DELAY, DROP, DUPLICATE, ICMP, Rule, data, large
from scenario import Capture, choose_isn, linger, scenario

EVERY_POINT = "client middle server"
LINE = 23


def known(what, size, first=0):
    """`size` bytes of numbered lines: no line is like another, so that none can be taken for another."""
    lines = (b"%-6s line %010d\n" % (what, number) for number in range(first // LINE, (first + size) // LINE + 1))
    return b"".join(lines)[first % LINE:][:size]


def keep(stage, connection, side, got, ended, sent):
    """What the program at `side` read: how much, its digest, whether the stream's end came, how much the peer sent."""
    local, remote = connection
    client, server = (local, remote) if side == "client" else (remote, local)
    stage.reads.append({"client": list(client[:2]), "server": list(server[:2]), "by": side, "bytes": len(got),
                        "ended": ended, "sent": sent, "sha256": hashlib.sha256(got).hexdigest()})


def names(sock):
    return sock.getsockname(), sock.getpeername()


def listen_to(stage, sock, side, sent, pause=0, least=0, size=1 << 16):
    """Read to the end of the stream, or of the connection, and keep account. `least`: stop after so many bytes."""
    connection, got, ended = names(sock), bytearray(), False
    try:
        while not least or len(got) < least:
            piece = sock.recv(size)
            if not piece:
                ended = True
                break
            got += piece
            time.sleep(pause)
    except ConnectionError:
        pass
    keep(stage, connection, side, bytes(got), ended, sent)


def arrived(sock):
    """Wait until all that was sent is acknowledged: then a close sends its FIN at once."""
    while struct.unpack("i", fcntl.ioctl(sock, termios.TIOCOUTQ, b"\0" * 4))[0]:
        time.sleep(0.002)


def talk(stage, up, down, speak=None, connect=None, client_closes_first=True, **listening):
    """Both ends send known bytes (`up` and `down` of them), close their side, and read to the end."""
    def say(sock, what, size):
        if speak:
            speak(sock, what, size)
        else:
            sock.sendall(known(what, size))
        arrived(sock)
        if client_closes_first or what == b"server":
            sock.shutdown(socket.SHUT_WR)

    def serve():
        connection, _ = listener.accept()
        connection.settimeout(30)
        stage.server.kept.append(connection)
        speaker = stage.spawn(say, connection, b"server", down)
        listen_to(stage, connection, "server", up, **listening)
        speaker.join(30)
        connection.close()
    listener = stage.server.listen()
    stage.spawn(serve)
    sock = connect() if connect else stage.client.connect(stage.server)
    stage.spawn(say, sock, b"client", up)
    listen_to(stage, sock, "client", down, **listening)
    if not client_closes_first:
        sock.shutdown(socket.SHUT_WR)
    stage.join()
    sock.close()


@scenario("known bytes both ways, 4 % lost before and behind the tap", at=EVERY_POINT, wants={"retransmissions": 4},
          rules=lambda: [Rule(DROP, at, way, data, chance=0.04, seed=70 + n) for n, (at, way) in
                         enumerate((at, way) for at in "AB" for way in ("c2s", "s2c"))])
def content_loss(stage):
    """40 kB up and 50 kB down, each read to the end, with losses on both sides of the tap."""
    talk(stage, 40_000, 50_000)


@scenario("known bytes, reordered", at=EVERY_POINT, wants={"out_of_order": 4},
          rules=lambda: [Rule(DELAY, at, way, data, chance=0.3, seed=74, hold=0.001, spread=0.004)
                         for at, way in (("A", "c2s"), ("A", "s2c"))])
def content_reordered(stage):
    """30 kB up and 40 kB down; 30 % of the data packets are held back for 1 to 5 ms."""
    talk(stage, 30_000, 40_000)


@scenario("known bytes, some packets doubled and some damaged", at=EVERY_POINT, v6=True,
          rules=lambda: [Rule(DUPLICATE, "A", "c2s", data, every=7, hold=0.003), Rule(CORRUPT, "A", "c2s", data, every=11),
                         Rule(DUPLICATE, "B", "s2c", data, every=9), Rule(CORRUPT, "B", "s2c", data, every=13)])
def content_damaged_v6(stage):
    """IPv6: 30 kB up and 40 kB down; every so many packets doubled, others with a byte flipped, which the receiver drops."""
    talk(stage, 30_000, 40_000)


@scenario("known bytes across the wrap of sequence numbers, 5 % lost", at=EVERY_POINT, wants={"retransmissions": 1},
          rules=lambda: [Rule(DROP, "A", "c2s", data, chance=0.05, seed=75)])
def content_wrap(stage):
    """40 kB up from an initial number 20,000 below 2^32."""
    def connect():
        sock = stage.client.socket()
        sock.bind((stage.client.address, 0))
        choose_isn(sock, 2**32 - 20_000)
        sock.connect((stage.server.address, 8080))
        return sock
    talk(stage, 40_000, 300, connect=connect)


@scenario("known bytes, half-closed early, the other way lossy", at="client middle",
          rules=lambda: [Rule(DROP, "A", "s2c", data, every=6)])
def content_half_close(stage):
    """The client sends 200 bytes and closes its side; the server's 30 kB follow, every sixth packet lost."""
    talk(stage, 200, 30_000)


@scenario("known bytes to a reader that pauses: zero windows and probes", at=EVERY_POINT)
def content_slow_reader(stage):
    """40 kB down to a program that reads 3 kB every 60 ms from a small buffer."""
    def connect():
        return stage.client.connect(stage.server, SO_RCVBUF=8192)
    talk(stage, 100, 40_000, connect=connect, pause=0.06, size=3000)


@scenario("known bytes and a reset with unread ones", at=EVERY_POINT)
def content_reset(stage):
    """The server reads 9,000 bytes of an upload that goes on, and aborts."""
    listener = stage.server.listen()
    gone = threading.Event()

    def serve():
        connection, _ = listener.accept()
        connection.settimeout(30)
        listen_to(stage, connection, "server", 0, least=9000, size=1500)
        linger(connection)
        connection.close()
        gone.set()
    stage.spawn(serve)
    sock = stage.client.connect(stage.server)
    try:
        for number in range(40):
            sock.sendall(known(b"client", 1200, 1200 * number))
            time.sleep(0.004)
    except ConnectionError:
        pass
    gone.wait(5)
    stage.join()


@scenario("known bytes in the SYN and with the FIN, Fast Open", at=EVERY_POINT,
          sysctl={"ipv4.tcp_fastopen": 3})
def content_fast_open(stage):
    """Three connections: the first asks for a cookie, the next two carry 300 bytes in the SYN; answers with the FIN."""
    listener = stage.server.listen(TCP_FASTOPEN=5)

    def serve():
        for _ in range(3):
            connection, _ = listener.accept()
            connection.settimeout(30)
            stage.server.kept.append(connection)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
            connection.sendall(known(b"server", 700))
            listen_to(stage, connection, "server", 300)
            connection.close()
    stage.spawn(serve)
    for _ in range(3):
        sock = stage.client.socket()
        sock.settimeout(None)
        sock.sendto(known(b"client", 300), socket.MSG_FASTOPEN, (stage.server.address, 8080))
        sock.shutdown(socket.SHUT_WR)
        listen_to(stage, sock, "client", 700)
        sock.close()
        time.sleep(0.05)
    stage.join()


@scenario("known bytes with urgent ones among them, read in line", at="client server")
def content_urgent(stage):
    """A client that marks some of its bytes urgent; the server's program reads them in line."""
    listener = stage.server.listen(SO_OOBINLINE=1)

    def serve():
        connection, _ = listener.accept()
        connection.settimeout(30)
        stage.server.kept.append(connection)
        listen_to(stage, connection, "server", 6000)
        connection.close()
    stage.spawn(serve)
    sock = stage.client.connect(stage.server)
    for number in range(20):
        sock.send(known(b"client", 300, 300 * number), socket.MSG_OOB if number % 5 == 2 else 0)
        time.sleep(0.01)
    sock.close()
    stage.join()


@scenario("known bytes in small writes: merged by Nagle, cut by the segment size", at=EVERY_POINT,
          rules=lambda: [Rule(DROP, "A", "c2s", data, chance=0.05, seed=76)])
def content_small_writes(stage):
    """Writes of 40 to 4,000 bytes at changing paces, both ways, 5 % lost one way."""
    def speak(sock, what, size):
        at, number = 0, 0
        while at < size:
            step = min(size - at, 40 + (number * 397) % 3960 if number % 3 == 2 else 60 + number)
            sock.sendall(known(what, step, at))
            at, number = at + step, number + 1
            time.sleep(0.003 * (number % 4))
    talk(stage, 20_000, 20_000, speak=speak)


@scenario("known bytes whose segments are cut anew: the path's MTU shrinks", at=EVERY_POINT, wants={"retransmissions": 1},
          rules=lambda: [Rule(ICMP, "A", "s2c", large(900), skip=8, mtu=952),
                         Rule(DROP, "A", "s2c", data, every=9, skip=20)])
def content_cut_anew(stage):
    """40 kB down; after eight packets large ones are refused with an MTU of 952, and repeated in smaller pieces."""
    talk(stage, 100, 40_000)


@scenario("known bytes, the capture starts in the middle of them", "1 in 10 lost",
          captures=[Capture(point, start="capture starts") for point in EVERY_POINT.split()],
          rules=lambda: [Rule(DROP, "A", "s2c", data, every=10)])
def content_midstream(stage):
    """36 kB down in pieces of 1,000 bytes; the capture starts after some 12 of them, every tenth packet is lost."""
    def speak(sock, what, size):
        for at in range(0, size, 1000):
            sock.sendall(known(what, min(1000, size - at), at))
            time.sleep(0.004)
            if what == b"server" and at == 12_000:
                stage.mark("capture starts")
    talk(stage, 100, 36_000, speak=speak, client_closes_first=False)


@scenario("known bytes under segmentation offload: super-segments at both ends", at=EVERY_POINT, offload=True)
def content_offload(stage):
    """20 kB up and 40 kB down with TSO, GRO and checksum offload on."""
    talk(stage, 20_000, 40_000)
