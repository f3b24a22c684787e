"""What was recorded, and which transmission of its sender each captured frame is."""

from collections import defaultdict
from dataclasses import dataclass, field

from kernel import TIMER_PROBE
from wire import ACK, FIN, RST, SYN, parse

KERNEL_TTL = 64  # what our hosts send with; forged frames use another
EVENT_SLACK_NS = 300  # an event follows its frame by microseconds; the two clocks differ by less than this
FLAG_LETTERS = "FSRPAUEC"


@dataclass
class Recording:
    """Everything a run left behind, times in CLOCK_REALTIME ns.

    `points`: client, server, middle -> [(ns, frame, length)]; `links`: the same -> link type.
    """

    client: str
    server: str
    points: dict
    links: dict
    events: list
    changes: list
    counts: list
    polls: int
    taken: dict
    tapped: dict
    delivered: dict
    log: list
    macs: dict
    topology: str
    mirror: int = 1
    started: int = 0
    stopped: int = 0
    marks: list = field(default_factory=list)
    counters: dict = field(default_factory=dict)
    reads: list = field(default_factory=list)


class Sighting:
    """A TCP frame at one point: which transmission of its flow it is (number, piece), and the how-manieth copy of it."""

    __slots__ = ("time", "p", "number", "copy", "own")

    def __init__(self, time, p, number, copy, own):
        self.time, self.p, self.number, self.copy, self.own = time, p, number, copy, own


class Mismatch(Exception):
    """The captures and the path's log do not fit together: the recording is not to be used."""


def sightings(recording):
    """{point: [Sighting or None per captured frame]}."""
    out = {}
    for point in ("client", "server", "middle"):
        if point not in recording.points:
            continue
        records = recording.points[point]
        seen, copies, row = defaultdict(int), defaultdict(int), []
        emitted = recording.tapped if point == "middle" else recording.delivered
        if point == "middle" and recording.topology != "path":
            out[point] = by_content(recording, out)
            continue
        for time, frame, _ in records:
            p = parse(frame, recording.links[point])
            if p is None or p.protocol != 6:
                row.append(None)
                continue
            own = point != "middle" and (recording.topology == "loopback" or frame[6:12] == recording.macs[point])
            flow, nth = p.flow(), seen[p.flow()]
            seen[flow] += 1
            if own or recording.topology != "path":
                number = (nth, 0)
            else:
                if nth >= len(emitted.get(flow, ())):
                    raise Mismatch(f"{point}: frame {nth} of {flow} is not in the path's log")
                number = emitted[flow][nth]
            row.append(Sighting(time, p, number, copies[flow, number], own))
            copies[flow, number] += 1
        for flow, count in seen.items():
            own = any(s and s.own and s.p.flow() == flow for s in row[:2000])
            wanted = recording.taken.get(flow, 0) if own else len(emitted.get(flow, ()))
            if recording.topology == "path" and count != wanted:
                raise Mismatch(f"{point}: {count} frames of {flow}, the path knows {wanted}")
        out[point] = row
    return out


def by_content(recording, out):
    """Sightings at a middle that the kernel itself forwards: nobody numbers them, but content and order do."""
    sent = defaultdict(list)
    for sight in filter(None, out["client"] + out["server"]):
        if sight.own:
            sent[content(sight.p)].append(sight.number)
    times, row = defaultdict(int), []
    for time, frame, _ in recording.points["middle"]:
        p = parse(frame, recording.links["middle"])
        if p is None or p.protocol != 6:
            row.append(None)
            continue
        numbers, nth = sent[content(p)], times[content(p)]
        times[content(p)] += 1
        row.append(Sighting(time, p, numbers[nth // recording.mirror], nth % recording.mirror, False))
    return row


def content(p):
    return (*p.flow(), p.seq, p.ack, p.flags, p.window, p.length, p.ts_value, p.ip_id)


def after(a, b):
    """Sequence number a lies behind b."""
    return 0 < (a - b) & 0xFFFFFFFF < 0x80000000


class Sender:
    """One direction of one 4-tuple at its sender: transmissions in order, and what each of them was."""

    def __init__(self, flow):
        self.flow, self.sent = flow, []
        self.resent, self.probes = {}, {}  # number -> event or None; number -> 'keepalive_probes' | 'window_probes'

    def walk(self, arrivals, events, timer_at):
        """Mark resent ranges, give each its kernel event, and name probes. `arrivals`: the peer's frames as they came in."""
        highest = isn = una = None
        pending, coming = iter(sorted(arrivals, key=lambda s: s.time)), None
        coming = next(pending, None)
        for sent in self.sent:
            while coming and coming.time <= sent.time:
                p = coming.p
                if p.flags & ACK and not p.flags & RST and (una is None or after(p.ack, una)):
                    una = p.ack
                coming = next(pending, None)
            p = sent.p
            if p.ttl != KERNEL_TTL:
                continue  # forged by the scenario
            if p.flags & SYN and p.seq != isn:
                isn, highest, una = p.seq, p.end(), None
            elif p.occupies() and not p.flags & RST:
                if highest is not None and after(highest, p.seq):
                    self.resent[sent.number[0]] = None
                if highest is None or after(p.end(), highest):
                    highest = p.end()
            elif not p.flags & RST and una is not None and p.seq == (una - 1) & 0xFFFFFFFF:
                self.probes[sent.number[0]] = "window_probes" if timer_at(sent.time) == TIMER_PROBE else "keepalive_probes"
        waiting = [s for s in self.sent if s.number[0] in self.resent]
        at, orphans = 0, 0
        for event in events:
            first = at
            while at < len(waiting) and waiting[at].time <= event["t"] + EVENT_SLACK_NS:
                self.resent[waiting[at].number[0]] = event
                at += 1
            event["sent"] = waiting[first:at]
            orphans += first == at
        return orphans


def overlap(a, b):
    return a.occupies() > 0 and after(b.end(), a.seq) and after(a.end(), b.seq)


def letters(flags):
    return "".join(letter for bit, letter in enumerate(FLAG_LETTERS) if flags >> bit & 1)
