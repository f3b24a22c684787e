#!/usr/bin/env python3
"""Record what `ss -tan` shows on two hosts at moments during a capture, for `tcplint netstat --at` to be held against.

usage: sudo python3 test/lab/netstat.py [--out DIR] [NAME...]

Writes NAME.client.pcap, NAME.server.pcap and NAME.ss.json into fixtures/netstat. Needs what record.py needs. Traffic
stays in namespaces without names and ends by itself: `states` takes 80 s, the others a few seconds.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import threading
import time

sys.dont_write_bytecode = True

import wire  # noqa: E402
from path import DROP, Path, Rule, anything, forward, pure_ack
from record import Helper, Tcpdump, fork
from scenario import HEADERS, IPV6_MORE, linger, read
from world import Stage, World

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.normpath(os.path.join(HERE, "..", "..", "fixtures", "netstat"))
SLOTS = {"states": 241, "crowd": 242, "crowd_v6": 243}


def port(number, where=anything):
    """Frames of one service that `where` holds for."""
    return lambda p: number in (p.sport, p.dport) and where(p)


def is_fin(p):
    return bool(p.flags & wire.FIN)


def syn_only(p):
    return p.flags & (wire.SYN | wire.ACK) == wire.SYN


class Snapshots:
    """`ss -tan` of both hosts, with the times between which it was taken."""

    def __init__(self, world):
        self.hosts = {"client": world.client, "server": world.server}
        self.taken = []

    def take(self, what):
        for name, host in self.hosts.items():
            before = time.time_ns()
            lines = host.run("ss -tan").splitlines()[1:]
            self.taken.append({"what": what, "host": name, "before_ns": before, "after_ns": time.time_ns(),
                               "ss": sorted(" ".join(line.split()) for line in lines)})


def echo(connection):
    while piece := connection.recv(4096):
        connection.sendall(piece)
    connection.close()


def never_closing(connection):
    while piece := connection.recv(4096):
        connection.sendall(piece)


# --- every state that packets can show -------------------------------------------------------------------------------

# Services by what the path does to them.
PLAIN, LEAKS, CLOSES_FIRST, SYN_EATEN, ACK_EATEN, FIN_EATEN, ANSWER_EATEN, CROSSING, NOBODY = range(8080, 8089)


def state_rules():
    """What the path swallows, so that states last."""
    return [Rule(DROP, "A", "c2s", port(SYN_EATEN, syn_only)),
            Rule(DROP, "A", "c2s", port(ACK_EATEN, lambda p: not syn_only(p))),
            Rule(DROP, "A", "c2s", port(FIN_EATEN, is_fin)),
            Rule(DROP, "A", "s2c", port(ANSWER_EATEN, is_fin)),
            # Both FINs pass once, and nothing that would acknowledge them.
            Rule(DROP, "A", "c2s", port(CROSSING, lambda p: pure_ack(p) and p.length == 0), phase=1),
            Rule(DROP, "A", "s2c", port(CROSSING, lambda p: pure_ack(p) and p.length == 0), phase=1),
            Rule(DROP, "A", "c2s", port(CROSSING, is_fin), skip=1, phase=1),
            Rule(DROP, "A", "s2c", port(CROSSING, is_fin), skip=1, phase=1)]


def play_states(stage, snapshots):
    client, server = stage.client, stage.server
    gate = threading.Barrier(2)
    server.serve(PLAIN, echo)
    server.serve(LEAKS, never_closing)
    server.serve(CLOSES_FIRST, lambda c: (c.recv(4096), c.sendall(b"bye"), c.close()))
    for number in (SYN_EATEN, ACK_EATEN, FIN_EATEN, ANSWER_EATEN):
        server.serve(number, echo)
    server.serve(CROSSING, lambda c: (c.recv(4096), c.sendall(b"r" * 10), gate.wait(), c.close()))

    def exchange(number):
        sock = client.connect(server, number)
        sock.sendall(b"q" * 10)
        read(sock, 3 if number == CLOSES_FIRST else 10)
        return sock

    kept = [exchange(PLAIN), exchange(PLAIN)]
    exchange(PLAIN).close()
    exchange(LEAKS).close()
    kept += [exchange(LEAKS), exchange(CLOSES_FIRST)]
    leaving = exchange(CLOSES_FIRST)
    exchange(FIN_EATEN).close()
    exchange(ANSWER_EATEN).close()
    crossing = exchange(CROSSING)
    aborted = exchange(PLAIN)
    linger(aborted)
    aborted.close()
    try:
        client.connect(server, NOBODY)
    except ConnectionRefusedError:
        pass
    kept.append(client.connect(server, ACK_EATEN))
    stage.phase(1)
    gate.wait()
    crossing.close()

    def attempt():
        try:
            client.connect(server, SYN_EATEN)
        except (TimeoutError, OSError):
            pass
    stage.spawn(attempt)
    time.sleep(0.5)
    snapshots.take("everything is under way")
    leaving.close()
    time.sleep(1.2)
    snapshots.take("one that had waited in CLOSE_WAIT is closed")
    kept[0].close()
    time.sleep(2.5)
    snapshots.take("one more in TIME_WAIT")
    time.sleep(8)
    snapshots.take("the repeats of SYN and SYN-ACK are over")
    time.sleep(30)
    snapshots.take("half a minute later")
    time.sleep(36)
    snapshots.take("TIME_WAIT and orphans in FIN_WAIT_2 are gone")


# --- a crowd of connections with lives of their own ------------------------------------------------------------------


def play_crowd(stage, snapshots):
    """Connections open, talk, close from either side or not at all, for 4 s; the tables are taken as they come."""
    stage.server.serve(PLAIN, echo)
    stage.server.serve(LEAKS, never_closing)
    stage.server.serve(CLOSES_FIRST, lambda c: (c.recv(4096), c.sendall(b"bye"), c.close()))
    chance = random.Random(7)
    plans = [(chance.random() * 3, chance.choice((PLAIN, PLAIN, LEAKS, CLOSES_FIRST, NOBODY)), chance.random() * 2,
              chance.random()) for _ in range(60)]

    def live(begins, number, lasts, ending):
        time.sleep(begins)
        try:
            sock = stage.client.connect(stage.server, number)
        except ConnectionRefusedError:
            return
        sock.sendall(b"q" * 10)
        read(sock, 3 if number == CLOSES_FIRST else 10)
        time.sleep(lasts)
        if ending < 0.15:
            return
        if ending < 0.3:
            linger(sock)
        sock.close()
    for plan in plans:
        stage.spawn(live, *plan)
    for _ in range(12):
        time.sleep(0.4)
        snapshots.take("as it comes")
    stage.join()
    snapshots.take("the end")


PLAYS = {"states": (play_states, state_rules, False), "crowd": (play_crowd, list, False),
         "crowd_v6": (play_crowd, lambda: [Rule(DROP, "B", "c2s", chance=0.05, seed=3),
                                           Rule(DROP, "A", "s2c", chance=0.05, seed=4)], True)}


def record(name, out):
    play, rules, v6 = PLAYS[name]
    world, phase = World(SLOTS[name], v6), fork.Value("i", 0)
    try:
        world.client.sysctl("ipv4.tcp_syn_retries", 2)
        world.client.sysctl("ipv4.tcp_syn_linear_timeouts", 0)
        world.server.sysctl("ipv4.tcp_synack_retries", 2)
        forwarder = Helper(forward, Path(rules=rules()), world.middle, phase)
        with tempfile.TemporaryDirectory() as directory:
            taps = {point: Tcpdump(host, host.interface, directory)
                    for point, host in (("client", world.client), ("server", world.server))}
            time.sleep(0.1)
            stage, snapshots = Stage(world, phase), Snapshots(world)
            play(stage, snapshots)
            time.sleep(0.3)
            stopped = time.time_ns()
            captured = {point: tap.stop() for point, tap in taps.items()}
        forwarder.stop()
        if stage.failures:
            raise RuntimeError(stage.failures)
    finally:
        world.close()
    for point, (link, records) in captured.items():
        wire.write_pcap(f"{out}/{name}.{point}.pcap", records, link, snaplen=HEADERS + (IPV6_MORE if v6 else 0),
                        nanoseconds=True)
    with open(f"{out}/{name}.ss.json", "w") as file:
        rows = ",\n  ".join(json.dumps(each) for each in snapshots.taken)
        file.write('{\n "client": "%s",\n "server": "%s",\n "stopped_ns": %d,\n "snapshots": [\n  %s ]\n}\n'
                   % (world.client.address, world.server.address, stopped, rows))
    print(f"{name}: {[len(records) for _, records in captured.values()]} frames, {len(snapshots.taken)} tables")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--out", default=FIXTURES)
    arguments.add_argument("names", nargs="*")
    given = arguments.parse_args()
    os.makedirs(given.out, exist_ok=True)
    failed = 0
    for name in given.names or PLAYS:
        recorder = fork.Process(target=record, args=(name, given.out))  # threads of one recording are none of the next one's
        recorder.start()
        recorder.join()
        failed += recorder.exitcode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
