#!/usr/bin/env python3
"""Record scenarios: real connections of the Linux kernel, captured, with the kernel's own account beside them.

usage: sudo python3 test/lab/record.py [--out DIR] [--jobs N] [--seed N] [--list] [NAME...]

Writes NAME.pcap (or NAME.POINT.pcap) and NAME.truth.json. Needs root, Linux 6 or later, tcpdump, iproute2,
ethtool. All traffic stays in namespaces without names and without a way out; they vanish with the process.
"""

import argparse
import concurrent.futures
import json
import multiprocessing
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True

from frames import Mismatch, Recording  # noqa: E402
from kernel import Tracing, poll_sockets
from path import Rule, forward
from scenarios import TABLE
from truth import Account
from wire import LINK_ETHERNET, parse, read_pcap, write_pcap
from world import Stage, World, libc

HERE = os.path.dirname(os.path.abspath(__file__))
FIXTURES = os.path.join(HERE, "..", "..", "fixtures", "kernel")
FILTER = "tcp or icmp or (icmp6 and ip6[40] < 128)"
POLL_PERIOD_S = 0.006
TOLERATED_LATENESS_S = 0.006
TRIES = 4
FORWARDED_COPIES = 2  # a forwarding host's any-interface sees each frame come in and go out
PR_SET_PDEATHSIG = 1
fork = multiprocessing.get_context("fork")


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Tcpdump:
    """A full nanosecond recording of one interface, into a scratch file."""

    def __init__(self, space, interface, directory):
        self.file = os.path.join(directory, interface + ".pcap")
        command = ["tcpdump", "-Z", "root", "-i", interface, "-w", self.file, "-U", "-s", "0", "-n", "-B", "16384",
                   "--immediate-mode", "--time-stamp-precision=nano", FILTER]
        with space.inside():
            self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        while "listening on" not in (line := self.process.stderr.readline()):
            if not line:
                raise RuntimeError(f"tcpdump on {interface} did not start")

    def terminate(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        said = self.process.communicate(timeout=10)[1]
        if "0 packets dropped by kernel" not in said:
            raise Mismatch(f"tcpdump lost packets: {said}")
        return read_pcap(self.file)


class Helper:
    """A forked process with a pipe: told to stop, it answers with what it gathered."""

    def __init__(self, work, *arguments):
        self.pipe, other = fork.Pipe()
        self.process = fork.Process(target=work, args=(*arguments, other), daemon=True)
        self.process.start()

    def terminate(self):
        self.process.kill()
        self.process.join(5)

    def stop(self):
        self.pipe.send("stop")
        gathered = self.pipe.recv()
        self.process.join(5)
        return gathered


def play(scenario, slot):
    """Run one scenario and return what was recorded."""
    world = World(slot, scenario.v6, scenario.topology, scenario.offload, scenario.mtu)
    tracing, path = Tracing(), scenario.path()
    path.offload = scenario.offload
    phase = fork.Value("i", 0)
    running = []
    try:
        for name, value in {"ipv4.tcp_no_metrics_save": 1, **scenario.sysctl}.items():
            side, _, rest = name.rpartition(" ")
            for host in (world.client, world.server):
                if side in ("", "client" if host is world.client else "server"):
                    host.sysctl(rest, value)
        forwarder = Helper(forward, path, world.middle, phase) if world.topology == "path" else None
        poller = Helper(with_period, [world.client, world.server], world.client.family)
        running += [helper for helper in (forwarder, poller) if helper]
        with tempfile.TemporaryDirectory() as directory:
            places = {"client": (world.client, world.client.interface)}
            if world.topology != "loopback":
                places["server"] = (world.server, world.server.interface)
            if world.middle:
                places["middle"] = (world.middle, "tap0" if world.topology == "path" else "any")
            taps = {}
            for point, (space, interface) in places.items():
                taps[point] = Tcpdump(space, interface, directory)
                running.append(taps[point])
            time.sleep(0.05)
            stage, started = Stage(world, phase), time.time_ns()
            scenario.play(stage)
            time.sleep(scenario.settle)
            captured = {point: tap.stop() for point, tap in taps.items()}
            stopped = time.time_ns()
        changes, counts, polls = poller.stop()
        taken, tapped, delivered, log, late = forwarder.stop() if forwarder else ({}, {}, {}, [], 0)
        running.clear()
        counters = {"client": world.client.counters(), "server": world.server.counters()}
        events = tracing.drain()
        if late > TOLERATED_LATENESS_S:
            raise Mismatch(f"the path stalled for {late * 1000:.0f} ms: the machine is busy")
        if stage.failures:
            raise Mismatch("; ".join(stage.failures))
        points = {point: records for point, (_, records) in captured.items()}
        if world.topology == "loopback":
            points["server"] = points["client"]
        return Recording(
            client=world.client.address, server=world.server.address, points=points, links={point: link for point, (link, _) in captured.items()} | {"server": LINK_ETHERNET},
            events=[e for e in events if e[0] < stopped], changes=changes, counts=counts, polls=polls,
            taken=taken, tapped=tapped, delivered=delivered, log=log, topology=world.topology,
            mirror=path.mirror if forwarder else FORWARDED_COPIES,
            macs={"client": mac(world.client), "server": mac(world.server)},
            started=started, stopped=stopped, marks=stage.marks, counters=counters, reads=stage.reads)
    finally:
        for helper in running:
            helper.terminate()
        tracing.close()
        world.close()


def with_period(hosts, family, pipe):
    poll_sockets(hosts, family, pipe, POLL_PERIOD_S)


def mac(host):
    return bytes.fromhex(host.mac.replace(":", ""))


def choose(capture, recording):
    """Indexes of the records that a capture with this start, end and side would hold."""
    marks = {what: t for t, what in recording.marks}
    begin, end = marks.get(capture.start, 0), marks.get(capture.stop, 1 << 63)
    chosen = []
    for index, (t, frame, _) in enumerate(recording.points[capture.point]):
        p = parse(frame, recording.links[capture.point])
        if begin <= t < end and (capture.side is None or p and p.source == getattr(recording, capture.side)):
            chosen.append(index)
    return chosen


def publish(scenario, recording, out):
    account, published, captures = Account(recording, scenario.flood), [], []
    several = len(scenario.captures) > 1
    for capture in scenario.captures:
        suffix = f".{capture.name or capture.point}" if several else ""
        file = scenario.name + suffix + ".pcap"
        chosen = choose(capture, recording)
        records = [recording.points[capture.point][index] for index in chosen]
        target, interface = os.path.join(out, file), {"client": "c0", "server": "s0", "middle": "tap0"}[capture.point]
        if recording.topology == "loopback":
            interface = "lo"
        if capture.point == "middle" and recording.topology != "path":
            interface = "any"
        write_pcap(target, records, recording.links[capture.point], snaplen=capture.snaplen, nanoseconds=capture.nanoseconds)
        marks = {what: t for t, what in recording.marks}
        published.append((file, capture.point, chosen))
        captures.append({"file": file, "point": capture.point, "interface": interface, "snaplen": capture.snaplen,
                         "ts_resolution": "ns" if capture.nanoseconds else "us",
                         "only": capture.side and f"frames sent by the {capture.side}",
                         "started_ns": marks.get(capture.start, recording.started),
                         "stopped_ns": marks.get(capture.stop, recording.stopped), "frames": len(chosen)})
    path = scenario.path()
    between = {"client_to_tap": path.client_to_tap, "tap_to_server": path.tap_to_server}
    head = {"scenario": scenario.name, "description": scenario.description, "labels": scenario.labels,
            "ip_version": 6 if scenario.v6 else 4, "kernel": platform.release(), "recorded_ns": recording.started,
            "topology": recording.topology, "client_addr": recording.client, "server_addr": recording.server,
            "mtu": scenario.mtu, "offload": scenario.offload,
            "one_way_delay_s": between if recording.topology == "path" else {"client_to_tap": 0, "tap_to_server": 0},
            "rate_bytes_per_s": path.rate, "sysctl": scenario.sysctl, "captures": captures,
            "marks": recording.marks, "counters": recording.counters, "polls": recording.polls}
    truth = account.truth(published)
    if recording.reads:
        truth["reads"] = recording.reads
    if scenario.flood:
        truth["socket_counts"] = recording.counts[::max(1, len(recording.counts) // 40)]
    truth["path_log"] = {"fields": ["t_ns", "segment", "way", "did", "sport", "dport", "seq", "len", "number", "held_us"],
                         "log": recording.log[:400]}
    with open(os.path.join(out, scenario.name + ".truth.json"), "w") as file:
        file.write(pretty({**head, **truth}))
    return truth


def pretty(value):
    """JSON with a line per entry of the two upper levels, so that a diff can be read."""
    lines = []
    for key, entry in value.items():
        if isinstance(entry, list) and entry and isinstance(entry[0], (list, dict)):
            text = "[\n  " + ",\n  ".join(json.dumps(item, separators=(",", ":")) for item in entry) + " ]"
        elif isinstance(entry, dict) and entry:
            text = "{\n  " + ",\n  ".join(f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}"
                                          for k, v in entry.items()) + " }"
        else:
            text = json.dumps(entry)
        lines.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def account_events(truth):
    return [e for c in truth["connections"] for e in c["retransmissions"]] + truth.get("retransmissions_without_connection", [])


def problems(scenario, recording, truth):
    """What makes a recording unfit: the script's own conditions, and an account that does not close."""
    found = []
    totals = truth["totals"]
    if totals["retransmit_events_without_a_frame_at_the_sender"] and not scenario.offload:
        found.append("retransmit events without a frame")
    for side in ("client", "server"):
        resent = sum(e["from"] == side and e["segments"] for e in account_events(truth))
        if not scenario.offload and recording.topology == "path" and resent != recording.counters[side].get("RetransSegs", 0):
            found.append(f"the {side}'s RetransSegs differ from its frames")
    stray = [r for r in totals["resent_ranges_without_a_retransmit_event"] if r["flags"] != "SA"]
    if stray:
        found.append(f"resent ranges without an event: {stray[:3]}")
    for what, least in scenario.wants.items():
        if not Rule.chance_run and max(len(frames[what]) for frames in truth["frames"].values()) < least:
            found.append(f"fewer than {least} {what}")
    walked = "".join(f" {' '.join(entry[1] for entry in end['timeline'])} |" for c in truth["connections"]
                     for end in c["endpoints"].values())
    found += [f"no end went through {states}: {walked}" for states in scenario.states if f" {states} " not in walked]
    return found


def record(job):
    """One scenario, in a process of its own; more tries when the machine got in the way."""
    name, slot, out = job
    scenario = TABLE[name]
    said = ""
    for _ in range(TRIES):
        try:
            recording = play(scenario, slot)
            truth = publish(scenario, recording, out)
            found = problems(scenario, recording, truth)
            if not found:
                return name, None, truth
            said = "; ".join(found)
        except Exception:  # noqa: BLE001
            said = traceback.format_exc(limit=6)
    return name, said, None


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--out", default=os.path.normpath(FIXTURES))
    arguments.add_argument("--jobs", type=int, default=3)
    arguments.add_argument("--seed", type=int, default=0, help="other losses: added to the seed of every rule")
    arguments.add_argument("--list", action="store_true")
    arguments.add_argument("names", nargs="*")
    given = arguments.parse_args()
    names = given.names or list(TABLE)
    if given.list:
        for name in names:
            print(f"{name:34} {TABLE[name].description}")
        return 0
    Rule.chance_run = given.seed
    os.makedirs(given.out, exist_ok=True)
    slots = {name: number for number, name in enumerate(TABLE, 1)}
    failed = 0
    with concurrent.futures.ProcessPoolExecutor(given.jobs, fork) as pool:
        jobs = [pool.submit(record, (name, slots[name], given.out)) for name in names]
        for job in concurrent.futures.as_completed(jobs):
            name, problem, truth = job.result()
            failed += problem is not None
            print(f"{name:34} " + (f"FAILED {problem}" if problem else summary(truth)), flush=True)
    return 1 if failed else 0


def summary(truth):
    states = [" ".join(row[1] for row in end["timeline"]) for c in truth["connections"][:1] for end in c["endpoints"].values()]
    counted = " ".join(f"{name}:{len(value)}" for name, value in next(iter(truth["frames"].values())).items()
                       if isinstance(value, list) and value)
    return f"{len(truth['connections'])} connections | {' / '.join(states)} | {counted}"


if __name__ == "__main__":
    sys.exit(main())
