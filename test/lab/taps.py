#!/usr/bin/env python3
"""Record one path at both ends with an address translator between: for `tcplint compare --taps` to be held against.

usage: sudo python3 test/lab/taps.py [--out DIR] [--seed N] [NAME...]

    inner host --- gateway (iptables) --- forwarder --- server

Captured at the inner host and at the server. The gateway translates: the client's address and ports (MASQUERADE
--random) and, for one service, the server's (DNAT); clamps the MSS; strips SACK from one service; and sends a forged RST
to the client. The forwarder drops, doubles and delays by seeded rules and logs it. Writes NAME.client.pcap,
NAME.server.pcap and NAME.path.json into fixtures/taps. Traffic stays in namespaces and ends by itself within 20 s.
"""

import argparse
import json
import os
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import wire  # noqa: E402
from path import DELAY, DROP, DUPLICATE, Path, Rule, data, forward
from record import TOLERATED_LATENESS_S, TRIES, Helper, Tcpdump, fork
from scenario import HEADERS, drain, forge, numbers, read
from world import Host, Stage, World

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.normpath(os.path.join(HERE, "..", "..", "fixtures", "taps"))
SLOTS = {"nat": 245, "quiet": 246}
PLAIN, STRIPPED, ABORTED, PUBLIC = 8080, 8082, 8083, 80
CLAMPED_MSS = 1300


def rules(seed):
    return [Rule(DROP, "A", "c2s", chance=0.03, seed=11 + seed), Rule(DROP, "B", "s2c", data, chance=0.03, seed=12 + seed),
            Rule(DUPLICATE, "A", "s2c", chance=0.02, seed=13 + seed, hold=0.0004),
            Rule(DUPLICATE, "B", "c2s", chance=0.02, seed=14 + seed, hold=0.0004),
            Rule(DELAY, "B", "s2c", data, chance=0.02, seed=15 + seed, hold=0.02, spread=0.02)]


class Network:
    """A host behind the world's client, which becomes its gateway."""

    def __init__(self, slot):
        self.world = World(slot)
        self.gateway, self.server = self.world.client, self.world.server
        self.base = f"10.92.{slot}."
        self.public = "192.0.2.80"  # what the inner host takes for the server's address, for one service
        self.inner = Host(self.base + "1", "i0", "02:92:00:00:00:01")
        mac = "02:92:00:00:00:02"
        self.world.link(self.inner, "i0", self.gateway, "g0")
        for space, name, own, address in ((self.inner, "i0", self.inner.mac, "1"), (self.gateway, "g0", mac, "2")):
            space.run(f"ip link set {name} address {own}")
            self.world.quiet(space, name)
            space.run(f"ip addr add {self.base}{address}/24 dev {name}")
        self.inner.run("ip link set lo up")
        self.inner.run(f"ip route add default via {self.base}2")
        self.gateway.sysctl("ipv4.ip_forward", 1)
        for rule in ("-t nat -A POSTROUTING -o c0 -p tcp -j MASQUERADE --random",
                     f"-t nat -A PREROUTING -i g0 -d {self.public} -p tcp --dport {PUBLIC} -j DNAT"
                     f" --to-destination {self.server.address}:{PLAIN}",
                     f"-t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss {CLAMPED_MSS}",
                     f"-t mangle -A FORWARD -p tcp --dport {STRIPPED} -j TCPOPTSTRIP --strip-options sack-permitted"):
            self.gateway.run("iptables " + rule)

    def close(self):
        while self.inner.kept:
            self.inner.kept.pop().close()
        self.inner.close()
        self.world.close()


def answer(connection):
    """So many bytes as the request says, until the client is done."""
    while request := read(connection, 8):
        connection.sendall(b"r" * int(request))
    connection.close()


def ask(sock, size, rounds=1, pause=0.0):
    for _ in range(rounds):
        sock.sendall(b"%08d" % size)
        read(sock, size)
        time.sleep(pause)


def play(network, stage):
    inner, server = network.inner, network.server
    for port in (PLAIN, STRIPPED, ABORTED):
        server.serve(port, answer, patience=30)

    def connect(port, address=None):
        made = inner.socket()
        made.connect((address or server.address, port))
        return made

    def chat():
        sock = connect(PLAIN)
        ask(sock, 200, rounds=60, pause=0.2)
        sock.close()

    def download(port, size, address=None):
        sock = connect(port, address)
        ask(sock, size)
        sock.close()

    def aborted():
        """A forged RST in the server's name, from between the taps."""
        sock = connect(ABORTED)
        ask(sock, 500, rounds=3, pause=0.05)
        time.sleep(0.5)
        _, expected = numbers(sock)
        link = bytes.fromhex((inner.mac + "02:92:00:00:00:02").replace(":", "")) + b"\x08\x00"
        raw = raw_at(network.gateway, "g0")
        raw.send(wire.tcp_frame(link, server.address, ABORTED, inner.address, sock.getsockname()[1], wire.RST,
                                seq=expected, ttl=249))
        raw.close()

    stage.spawn(chat)
    for number in range(5):
        stage.spawn(download, PLAIN, 40_000 + 10_000 * number)
        stage.spawn(download, PUBLIC, 30_000, network.public)
        time.sleep(0.7)
    stage.spawn(download, STRIPPED, 60_000)
    stage.spawn(aborted)
    stage.join()


def raw_at(space, interface):
    import socket
    with space.inside():
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        made.bind((interface, 0))
    return made


def record(name, out, seed):
    for _ in range(TRIES):
        if (late := attempt(name, out, seed)) <= TOLERATED_LATENESS_S:
            return
        print(f"{name}: the path stalled for {late * 1000:.0f} ms: again")
    raise RuntimeError("the machine is too busy")


def attempt(name, out, seed):
    network, phase = Network(SLOTS[name]), fork.Value("i", 0)
    try:
        path = Path(rules=rules(seed) if name == "nat" else [])
        forwarder = Helper(forward, path, network.world.middle, phase)
        with tempfile.TemporaryDirectory() as directory:
            taps = {point: Tcpdump(host, host.interface, directory)
                    for point, host in (("client", network.inner), ("server", network.server))}
            time.sleep(0.1)
            stage = Stage(network.world, phase)
            play(network, stage)
            time.sleep(0.5)
            captured = {point: tap.stop() for point, tap in taps.items()}
        _, _, _, log, late = forwarder.stop()
        if stage.failures:
            raise RuntimeError(stage.failures)
        gateway, server, inner, public = (network.gateway.address, network.server.address, network.inner.address,
                                          network.public)
    finally:
        network.close()
    for point, (link, records) in captured.items():
        wire.write_pcap(f"{out}/{name}.{point}.pcap", records, link, snaplen=HEADERS, nanoseconds=True)
    rows = ",\n  ".join(json.dumps(row) for row in log)
    head = {"inner": inner, "gateway": gateway, "server": server, "public": public, "clamped_mss": CLAMPED_MSS,
            "worst_stall_s": round(late, 4),
            "fields": ["t_ns", "segment", "way", "did", "sport", "dport", "seq", "len", "number", "held_us"]}
    with open(f"{out}/{name}.path.json", "w") as file:
        file.write(json.dumps(head, indent=1)[:-2] + ',\n "log": [\n  ' + rows + " ]\n}\n")
    print(f"{name}: {[len(records) for _, records in captured.values()]} frames, {len(log)} logged, "
          f"worst stall {late * 1000:.1f} ms")
    return late


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--out", default=FIXTURES)
    arguments.add_argument("--seed", type=int, default=0, help="other losses")
    arguments.add_argument("names", nargs="*")
    given = arguments.parse_args()
    os.makedirs(given.out, exist_ok=True)
    failed = 0
    for name in given.names or SLOTS:
        recorder = fork.Process(target=record, args=(name, given.out, given.seed))  # threads of one recording are none of the next one's
        recorder.start()
        recorder.join()
        failed += recorder.exitcode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
