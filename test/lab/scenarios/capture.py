"""Captures that see only part of the truth, or see it twice."""

import time

from path import DROP, Rule, data
from scenario import HEADERS, Capture, answering, ask, download, drain, read, scenario, serve


def exchanges_around_the_start(stage, before=6, after=4):
    serve(stage, answering(120, 900, before + after))
    sock = stage.client.connect(stage.server)
    ask(sock, 120, 900, before)
    stage.mark("capture starts")
    ask(sock, 120, 900, after)
    sock.close()
    stage.join()


@scenario("capture starts in mid-connection", captures=[Capture("client", start="capture starts"),
                                                         Capture("middle", start="capture starts")])
def midstream(stage):
    """Ten exchanges; the capture starts after six of them; normal close."""
    exchanges_around_the_start(stage)


@scenario("capture starts between the FINs", captures=[Capture("client", start="capture starts")])
def midstream_closing(stage):
    """The capture starts when the client has closed already and the server has not."""
    def work(connection):
        drain(connection)
        time.sleep(0.3)
        connection.sendall(b"r" * 500)
        connection.close()
    serve(stage, work)
    sock = stage.client.connect(stage.server)
    sock.sendall(b"q" * 100)
    sock.shutdown(1)
    time.sleep(0.15)
    stage.mark("capture starts")
    drain(sock)
    sock.close()
    stage.join()


@scenario("capture starts in a lossy transfer", captures=[Capture("client", start="capture starts", snaplen=HEADERS),
                                                           Capture("server", start="capture starts", snaplen=HEADERS)],
          rules=lambda: [Rule(DROP, "A", "s2c", data, chance=0.03, seed=51)], wants={"retransmissions": 1})
def midstream_loss(stage):
    """200 kB download, 3 % lost; the capture starts after 50 kB."""
    serve(stage, lambda connection: (connection.sendall(bytes(200_000)), drain(connection), connection.close()))
    sock = stage.client.connect(stage.server)
    read(sock, 50_000)
    stage.mark("capture starts")
    read(sock, 150_000)
    sock.close()
    stage.join()


@scenario("capture ends in mid-transfer", captures=[Capture("server", stop="capture ends", snaplen=HEADERS)])
def ends_midstream(stage):
    """150 kB download; the capture ends after 60 kB."""
    serve(stage, lambda connection: (connection.sendall(bytes(150_000)), drain(connection), connection.close()))
    sock = stage.client.connect(stage.server)
    read(sock, 60_000)
    stage.mark("capture ends")
    read(sock, 90_000)
    sock.close()
    stage.join()


@scenario("one-sided captures of a clean connection",
          captures=[Capture("middle", name="client_only", side="client"), Capture("middle", name="server_only", side="server")])
def one_sided(stage):
    """Four exchanges; one file holds only what the client sent, the other only what the server sent."""
    exchanges_around_the_start(stage, 2, 2)


@scenario("one-sided captures of a lossy download", rules=lambda: [Rule(DROP, "A", "s2c", data, chance=0.03, seed=52)],
          captures=[Capture("server", name="server_only", side="server", snaplen=HEADERS),
                    Capture("client", name="client_only", side="client", snaplen=HEADERS)])
def one_sided_loss(stage):
    """150 kB download, 3 % lost."""
    download(150_000)(stage)


@scenario("short snap lengths", captures=[Capture("client", name="snap68", snaplen=68), Capture("middle", name="snap54", snaplen=54)],
          rules=lambda: [Rule(DROP, "A", "s2c", data, chance=0.03, seed=53)])
def snap_lengths(stage):
    """60 kB download, 3 % lost, with options cut off at 68 bytes and headers only at 54."""
    download(60_000)(stage)


@scenario("mirror port that copies every frame twice", at="middle", snaplen=HEADERS, network={"mirror": 2},
          wants={"capture_duplicates": 20})
def mirrored_twice(stage):
    """60 kB download, nothing lost; both ports of the switch are mirrored."""
    download(60_000)(stage)


@scenario("mirror port that copies every frame twice", "2 % lost behind it", at="middle", snaplen=HEADERS, network={"mirror": 2},
          wants={"capture_duplicates": 20, "retransmissions": 1}, v6=True,
          rules=lambda: [Rule(DROP, "A", "s2c", data, chance=0.03, seed=54)])
def mirrored_twice_loss_v6(stage):
    """IPv6: 80 kB download, 3 % lost behind the tap; both ports of the switch are mirrored."""
    download(80_000)(stage)


@scenario("loopback", topology="loopback", captures=[Capture("client", snaplen=HEADERS)])
def loopback(stage):
    """A 300 kB download and two exchanges over the loopback interface."""
    serve(stage, answering(100, 300_000, 1))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 300_000)
    sock.close()
    stage.join()


@scenario("loopback over IPv6", "server closes first", topology="loopback", v6=True)
def loopback_v6(stage):
    """One exchange over the loopback interface; the server closes first."""
    serve(stage, answering(100, 3000, 1, then="close"))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 3000)
    drain(sock)
    sock.close()
    stage.join()


@scenario("two hosts on one wire with segmentation offload: super-segments and unfinished checksums", topology="direct",
          offload=True, captures=[Capture("client", snaplen=HEADERS), Capture("server", snaplen=HEADERS)])
def direct_offload(stage):
    """400 kB download over a bare veth pair with all offloads on."""
    download(400_000)(stage)


@scenario("clean connection with all offloads on", offload=True, at="client middle server")
def offload_exchange(stage):
    """Exchanges of 5 kB with TSO and checksum offload: super-segments at the hosts, cut ones in the middle."""
    serve(stage, answering(5000, 9000, 2))
    sock = stage.client.connect(stage.server)
    ask(sock, 5000, 9000, 2)
    sock.close()
    stage.join()


@scenario("any-interface capture on a router: each frame twice, with another TTL and MAC", topology="router", at="middle",
          snaplen=20 + HEADERS, wants={"capture_duplicates": 20})
def any_on_router(stage):
    """Two exchanges and a 30 kB download through a forwarding host, captured on all its interfaces (cooked, v2)."""
    serve(stage, answering(100, 15_000, 2))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 15_000, 2)
    sock.close()
    stage.join()


@scenario("any-interface capture on a bridge: each frame twice", topology="bridge", at="middle client", snaplen=20 + HEADERS,
          wants={"capture_duplicates": 20})
def any_on_bridge(stage):
    """Three exchanges through a bridging host, captured on all its interfaces (cooked, v2); the server closes first."""
    serve(stage, answering(100, 9_000, 3, then="close"))
    sock = stage.client.connect(stage.server)
    ask(sock, 100, 9_000, 3, pause=0)
    drain(sock)
    sock.close()
    stage.join()
