#!/usr/bin/env python3
"""Record the incident: half a minute of a small shop's network with several things going wrong at once.

usage: sudo python3 test/lab/incident.py [FILE]

One tap in the middle, as a mirror port would be; real kernels at both ends. What goes wrong, and where:
  orders   :8080  its program does not close: connections pile up in CLOSE_WAIT
  reports  :8090  its client stops reading for 6 s: zero window
  files    :8443  the path loses everything for 2 s in a transfer: timeouts with back-off
  auth     :9000  nobody listens: refused
  metrics  :4317  a filter swallows the SYNs: unanswered
  cache    :6379  a connection per lookup: TIME_WAIT piles up at the client
  shop     :443   a small SYN flood with forged sources
  api      :8080  works, and the health checks too
"""

import os
import random
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import wire  # noqa: E402
from path import DROP, Path, Rule, forward
from record import Helper, Tcpdump, fork
from scenario import drain, read
from wire import write_pcapng
from world import Stage, World

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURE = os.path.normpath(os.path.join(HERE, "..", "..", "fixtures", "incident.pcapng"))
SLOT = 251
NETWORK = f"10.91.{SLOT}."
CLIENTS = {"web-1": NETWORK + "11", "web-2": NETWORK + "12", "batch": NETWORK + "13"}
SERVICES = {"api": NETWORK + "21", "orders": NETWORK + "22", "reports": NETWORK + "23", "files": NETWORK + "24",
            "auth": NETWORK + "25", "metrics": NETWORK + "26", "cache": NETWORK + "27", "shop": NETWORK + "28"}


def filtered(p):
    return p.dport == 4317


def rules():
    return [Rule(DROP, "B", "c2s", filtered),
            Rule(DROP, "A", "s2c", lambda p: p.sport == 8443, phase=1)]


class Incident:
    def __init__(self, stage):
        self.stage, self.client, self.server = stage, stage.client, stage.server

    def serve(self, name, port, work, backlog=64):
        """A service whose program runs `work` on each connection."""
        self.server.serve(port, work, patience=60, backlog=backlog, address=SERVICES[name])

    def connect(self, name, service, port, timeout=30, **options):
        made = self.client.socket(**options)
        made.settimeout(timeout)
        made.bind((CLIENTS[name], 0))
        made.connect((SERVICES[service], port))
        return made

    # --- services ---

    def start_services(self):
        self.serve("api", 8080, respond(900))
        self.serve("orders", 8080, never_closing)
        self.serve("reports", 8090, lambda c: (c.recv(4096), c.sendall(page(90_000)), c.close()))
        self.serve("files", 8443, lambda c: (c.recv(4096), c.sendall(page(80_000)), drain(c), c.close()))
        self.serve("cache", 6379, respond(60))
        self.serve("shop", 443, respond(900), backlog=128)

    # --- what happens ---

    def healthy(self):
        """A pooled connection with an exchange every 0.7 s, and short ones beside it."""
        pooled = self.connect("web-1", "api", 8080)
        for number in range(32):
            exchange(pooled, "api", f"/health/{number}", 900)
            if number % 3 == 0:
                short = self.connect("web-2", "api", 8080)
                exchange(short, "api", f"/cart/{number}", 900)
                short.close()
            time.sleep(0.7)
        pooled.close()

    def leak(self):
        for number in range(16):
            time.sleep(1.0)
            sock = self.connect("web-1", "orders", 8080)
            exchange(sock, "orders", f"/orders/{4700 + number}", 300)
            sock.close()

    def stall(self):
        sock = self.connect("batch", "reports", 8090, SO_RCVBUF=16384)
        sock.sendall(request("reports", "/monthly"))
        read(sock, 30_000)
        time.sleep(6)
        drain(sock)
        sock.close()

    def burst(self):
        time.sleep(9)
        sock = self.connect("web-2", "files", 8443)
        sock.sendall(request("files", "/catalogue.pdf"))
        read(sock, 60_000)
        self.stage.phase(1)
        time.sleep(2)
        self.stage.phase(0)
        read(sock, 20_000 + len(HEAD % 80_000))
        sock.close()

    def refused(self):
        for _ in range(7):
            time.sleep(2.1)
            try:
                self.connect("web-1", "auth", 9000)
            except ConnectionRefusedError:
                pass

    def unanswered(self):
        for _ in range(2):
            time.sleep(1.5)
            try:
                self.connect("batch", "metrics", 4317)
            except TimeoutError:
                pass

    def churn(self):
        time.sleep(3)
        for number in range(112):
            sock = self.connect("web-2", "cache", 6379)
            exchange(sock, "cache", f"/item/{number}", 60)
            sock.close()
            time.sleep(0.05)

    def flood(self):
        time.sleep(17)
        raw, chance = self.client.raw(), random.Random(4)
        link = bytes.fromhex((self.server.mac + self.client.mac).replace(":", "")) + b"\x08\x00"
        for _ in range(280):
            source = f"198.51.100.{chance.randrange(1, 255)}"
            raw.send(wire.tcp_frame(link, source, chance.randrange(1024, 65536), SERVICES["shop"], 443, wire.SYN,
                                    seq=chance.randrange(1 << 32), ttl=chance.randrange(40, 60), window=1024,
                                    options=b"\x02\x04\x05\xb4"))
            time.sleep(0.01)


HEAD = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


def page(size):
    """A response with a readable body of `size` bytes."""
    return (HEAD % size).encode() + (b"0123456789 all is well\n" * (size // 23 + 1))[:size]


def request(host, target):
    return f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def exchange(sock, host, target, size):
    sock.sendall(request(host, target))
    read(sock, len(page(size)))


def respond(size):
    """A service that answers every request with the same page until the client is done."""
    def work(connection):
        while connection.recv(4096):
            connection.sendall(page(size))
        connection.close()
    return work


def never_closing(connection):
    while connection.recv(4096):
        connection.sendall(page(300))


def main():
    target = sys.argv[1] if len(sys.argv) > 1 else FIXTURE
    world, phase = World(SLOT), fork.Value("i", 0)
    try:
        for host, addresses in ((world.client, CLIENTS), (world.server, SERVICES)):
            for address in addresses.values():
                host.run(f"ip addr add {address}/32 dev {host.interface}")
        world.server.sysctl("ipv4.tcp_syncookies", 0)
        world.server.sysctl("ipv4.tcp_max_syn_backlog", 128)
        world.server.sysctl("ipv4.tcp_synack_retries", 2)
        world.client.sysctl("ipv4.tcp_syn_retries", 3)
        world.client.sysctl("ipv4.tcp_syn_linear_timeouts", 0)
        forwarder = Helper(forward, Path(rules=rules()), world.middle, phase)
        with tempfile.TemporaryDirectory() as directory:
            tap = Tcpdump(world.middle, "tap0", directory)
            incident = Incident(Stage(world, phase))
            incident.start_services()
            plays = [incident.healthy, incident.leak, incident.stall, incident.burst, incident.refused,
                     incident.unanswered, incident.churn, incident.flood]
            for play in plays:
                incident.stage.spawn(play)
            incident.stage.join()
            time.sleep(2)
            _, records = tap.stop()
        forwarder.stop()
        if incident.stage.failures:
            raise RuntimeError(incident.stage.failures)
        names = [(address, name) for name, address in {**CLIENTS, **SERVICES}.items()]
        write_pcapng(target, records, "mirror0", names=names,
                     comment="A small shop's network, mirrored between its hosts and its services")
    finally:
        world.close()
    print(f"{target}: {len(records)} frames, {os.path.getsize(target)} bytes, "
          f"{(records[-1][0] - records[0][0]) / 1e9:.1f} s")


if __name__ == "__main__":
    main()
