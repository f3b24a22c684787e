"""The network between the hosts: a process that forwards each frame after a delay, unless a rule says otherwise.

Segment A lies between the client and the tap, B between the tap and the server. Every TCP frame taken in gets a number
within its flow, and the log says which numbers came out where: captures are joined by that, never by guessing.
"""

import heapq
import itertools
import os
import random
import select
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import ClassVar

import wire

PACKET_OUTGOING = 4
SO_TIMESTAMPNS = 35  # Linux; not in Python's socket module
DROP, DUPLICATE, DELAY, CORRUPT, MARK_CE, ICMP = "drop", "duplicate", "delay", "corrupt", "ce", "icmp"


def data(p):
    return p.length > 0


def large(octets):
    return lambda p: p.length > octets


def flags(*wanted):
    """Frames whose SYN, FIN, RST and ACK bits are exactly one of `wanted`."""
    judged = wire.SYN | wire.FIN | wire.RST | wire.ACK
    return lambda p: p.flags & judged in wanted


syn, syn_ack, fin = flags(wire.SYN), flags(wire.SYN | wire.ACK), flags(wire.FIN | wire.ACK)


def pure_ack(p):
    return p.length == 0 and p.flags & (wire.SYN | wire.FIN | wire.RST) == 0


def anything(p):
    return True


@dataclass
class Rule:
    """Do something to the frames that match: after `skip` of them, each `every`-th, with a chance, at most `times`.

    `phase` limits it to one phase of the scenario; `hold` is the delay (also of the second copy) in seconds, `spread` a
    random addition; ICMP drops the frame and answers with `icmp` (type, code) and the MTU.
    """

    do: str
    at: str = "B"
    way: str = "c2s"
    where: object = anything
    skip: int = 0
    every: int = 1
    times: int = 1 << 60
    chance: float = 1.0
    seed: int = 1
    phase: int | None = None
    hold: float = 0.0
    spread: float = 0.0
    icmp: tuple = (3, 4)
    mtu: int = 0
    chance_run: ClassVar[int] = 0  # another run of chance for all rules (--seed)
    seen: int = field(default=0, init=False)
    done: int = field(default=0, init=False)

    def __post_init__(self):
        self.random = random.Random(self.seed + Rule.chance_run)

    def applies(self, at, way, p, phase):
        if at != self.at or way != self.way or self.phase not in (None, phase) or not self.where(p):
            return False
        self.seen += 1
        if self.seen <= self.skip or (self.seen - self.skip) % self.every or self.done >= self.times:
            return False
        if self.chance < 1 and self.random.random() >= self.chance:
            return False
        self.done += 1
        return True

    def seconds(self):
        return self.hold + (self.random.random() * self.spread if self.spread else 0)


class Copies:
    """A predicate: the first `times` transmissions of the bytes that the data frame number `nth` begins with."""

    def __init__(self, nth, times):
        self.nth, self.times, self.count, self.seq = nth, times, 0, None

    def __call__(self, p):
        if not p.length:
            return False
        self.count += 1
        if self.count == self.nth:
            self.seq = p.seq
        if self.seq is None or p.seq != self.seq or not self.times:
            return False
        self.times -= 1
        return True


class FirstCopy:
    """A predicate: `where` holds, and these bytes were never sent before."""

    def __init__(self, where):
        self.where, self.seen = where, set()

    def __call__(self, p):
        if not self.where(p) or p.seq in self.seen:
            return False
        self.seen.add(p.seq)
        return True


@dataclass
class Path:
    """One-way delays in seconds, bytes per second, and rules. `mirror`: how many copies the tap makes of each frame."""

    client_to_tap: float = 0.001
    tap_to_server: float = 0.004
    rate: float = 2.5e6
    rules: list = field(default_factory=list)
    mirror: int = 1
    offload: bool = False  # the hosts leave segmentation and checksums to the path
    mss: int = 1448


class Forwarder:
    def __init__(self, path, middle, phase):
        self.path, self.phase = path, phase
        with middle.inside():
            self.ends = {side: self.open(side) for side in ("a0", "b0", "mirror0")}
        self.numbers, self.due, self.tie = {}, [], itertools.count()
        self.free = {"c2s": 0.0, "s2c": 0.0}
        self.log = []
        self.worst_lateness = 0.0
        self.taken, self.tapped, self.delivered = {}, {}, {}

    def open(self, interface):
        made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3) if interface != "mirror0" else 0)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 23)
        made.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        made.bind((interface, 3 if interface != "mirror0" else 0))
        made.setblocking(False)
        return made

    def run(self, pipe):
        takers = {self.ends["a0"]: "c2s", self.ends["b0"]: "s2c"}
        while True:
            now = time.monotonic()
            while self.due and self.due[0][0] <= now:
                when, _, work, arguments = heapq.heappop(self.due)
                self.worst_lateness = max(self.worst_lateness, now - when)
                work(*arguments)
            # select sleeps in whole milliseconds on some kernels: come early and spin the last bit.
            wait = max(0.0, self.due[0][0] - time.monotonic() - 0.00015) if self.due else 0.2
            ready, _, _ = select.select([*takers, pipe], [], [], wait)
            for end in ready:
                if end is pipe:
                    pipe.recv()
                    pipe.send((self.taken, self.tapped, self.delivered, self.log, self.worst_lateness))
                    return
                self.take(end, takers[end])

    def take(self, end, way):
        while True:
            try:
                frame, stamps, _, (_, _, packet_type, *_) = end.recvmsg(1 << 17, 64)
            except BlockingIOError:
                return
            if packet_type == PACKET_OUTGOING:
                continue
            seconds, nanos = struct.unpack("qq", stamps[0][2])
            self.worst_lateness = max(self.worst_lateness, time.time() - seconds - nanos / 1e9)
            p = wire.parse(frame)
            if p is None:
                continue
            if p.protocol != socket.IPPROTO_TCP:
                self.schedule(way, p, None)
                continue
            number = self.taken.get(p.flow(), 0)
            self.taken[p.flow()] = number + 1
            pieces = [frame]
            if self.path.offload:
                pieces = wire.segment_super_frame(p, self.path.mss)
            for piece, octets in enumerate(pieces):
                self.schedule(way, wire.parse(octets), (number, piece))

    def schedule(self, way, p, number):
        """Queue behind the bottleneck, then cross the first segment."""
        start = max(time.monotonic(), self.free[way])
        self.free[way] = start + len(p.frame) / self.path.rate
        self.cross("A" if way == "c2s" else "B", way, p, number, self.free[way])

    def cross(self, at, way, p, number, start):
        delay = self.path.client_to_tap if at == "A" else self.path.tap_to_server
        first = (at == "A") == (way == "c2s")
        arrive = self.tap if first else self.deliver
        if p.protocol == socket.IPPROTO_TCP:
            for rule in self.path.rules:
                if not rule.applies(at, way, p, self.phase.value):
                    continue
                held = rule.seconds()
                self.log.append((time.time_ns(), at, way, rule.do, p.sport, p.dport, p.seq, p.length, number, int(held * 1e6)))
                if rule.do == DROP:
                    return
                if rule.do == ICMP:
                    self.later(start + delay, self.back, (way, at, wire.icmp_error(p, *rule.icmp, rule.mtu)))
                    return
                if rule.do == DUPLICATE:
                    self.later(start + delay + held, arrive, (way, p, number))
                elif rule.do == DELAY:
                    delay += held
                else:
                    p = damage(p, rule.do)
        self.later(start + delay, arrive, (way, p, number))

    def later(self, when, work, arguments):
        heapq.heappush(self.due, (when, next(self.tie), work, arguments))

    def back(self, way, at, frame):
        """An ICMP error of the path's own, to whoever sent the frame it is about."""
        if (at == "B") == (way == "c2s"):
            self.ends["mirror0"].send(frame)
        self.ends["a0" if way == "c2s" else "b0"].send(frame)

    def tap(self, way, p, number):
        for _ in range(self.path.mirror):
            self.ends["mirror0"].send(p.frame)
            self.note(self.tapped, p, number)
        self.cross("B" if way == "c2s" else "A", way, p, number, time.monotonic())

    def deliver(self, way, p, number):
        self.ends["b0" if way == "c2s" else "a0"].send(p.frame)
        self.note(self.delivered, p, number)

    def note(self, where, p, number):
        if number is not None:
            where.setdefault(p.flow(), []).append(number)


def damage(p, how):
    """The frame with its last payload byte flipped (its checksum now wrong), or marked Congestion Experienced."""
    out = bytearray(p.frame)
    if how == CORRUPT:
        out[p.wire_end - 1] ^= 0x55
        return wire.parse(bytes(out))
    if p.version == 6:
        out[p.ip + 1] |= 0x30
        return wire.parse(bytes(out))
    out[p.ip + 1] |= 3
    out[p.ip + 10:p.ip + 12] = b"\0\0"
    out[p.ip + 10:p.ip + 12] = struct.pack(">H", wire.ones_sum(bytes(out[p.ip:p.l4])) ^ 0xFFFF)
    return wire.parse(bytes(out))


def forward(path, middle, phase, pipe):
    """Run in a process of its own, ahead of everything else: a path that stalls would be part of the recording."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    Forwarder(path, middle, phase).run(pipe)
