"""Joins what was recorded into one account: states per endpoint, and what each captured frame really was."""

import bisect
from collections import defaultdict

from frames import Sender, after, letters, overlap, sightings
from kernel import CONGESTION_STATES, STATES
from wire import ACK, FIN, RST, SYN

SETTLED_NS = 30_000_000  # several polls
MINISOCKETS = ("TIME_WAIT", "FIN_WAIT2")


class Account:
    """The join. Frame numbers count from 1 in the whole recording of a point; `published` maps them to a file's."""

    def __init__(self, recording, flood=False):
        self.r, self.flood = recording, flood
        self.seen = sightings(recording)
        self.hosts = {"client": recording.client, "server": recording.server}
        self.born = {f["skaddr"] for _, name, f in recording.events if name == "inet_sock_set_state"
                     and STATES[f["oldstate"]] in ("CLOSE", "LISTEN")}
        self.events_without_frame = 0
        self.congestion = defaultdict(list)
        for t, name, f in recording.events:
            if name == "tcp_cong_state_set" and f["local"][0] in self.hosts.values():
                self.congestion[f["local"] + f["remote"]].append((t, CONGESTION_STATES[f["cong_state"]]))
        self.polled = defaultdict(list)
        for low, high, which, key, old, new in recording.changes:
            self.polled[key].append((low, high, old, new))
        self.corrupted = {(row[4], row[5], row[8][0]) for row in recording.log if row[3] == "corrupt" and row[8]}
        self.senders = self.walk_senders()
        self.connections = self.build_connections()
        self.place_retransmissions()
        self.place_resets()

    # --- frames -------------------------------------------------------------------------------------------------

    def local(self, address):
        """The point where this address's frames are its own."""
        return "client" if address == self.r.client else "server"

    def walk_senders(self):
        senders, arrivals = {}, defaultdict(list)
        for point in ("client", "server"):
            for sight in self.seen.get(point, ()):
                if sight and (sight.own or self.r.topology == "loopback"):
                    if self.r.topology == "loopback" and self.local(sight.p.source) != point:
                        arrivals[sight.p.flow()].append(sight)
                        continue
                    senders.setdefault(sight.p.flow(), Sender(sight.p.flow())).sent.append(sight)
                elif sight:
                    arrivals[sight.p.flow()].append(sight)
        self.arrivals = arrivals
        events = defaultdict(list)
        for t, name, f in self.r.events:
            if name in ("tcp_retransmit_skb", "tcp_retransmit_synack") and f["local"][0] in self.hosts.values() \
                    and f["skaddr"] in self.born:
                events[f["local"] + f["remote"]].append({"t": t, "name": name, "state": STATES[f.get("state", 3)]})
        for flow, sender in senders.items():
            back = flow[2:] + flow[:2]
            orphans = sender.walk(arrivals[back], events.pop(flow, []), lambda t, flow=flow: self.timer_at(flow, t))
            self.events_without_frame += orphans
        self.events_without_frame += sum(len(rest) for rest in events.values())
        return senders

    def poll_at(self, key, t):
        """(state, timer) in the last poll that ended before t."""
        value = None
        for _, high, _, new in self.polled.get(key, ()):
            if high > t:
                break
            value = new
        return value

    def timer_at(self, flow, t):
        value = self.poll_at((flow[:2], flow[2:]), t)
        return value and value[1]

    def frames_of(self, point, chosen):
        """What each frame of a published capture was. `chosen`: its frames as indexes into the point's recording."""
        out = {name: [] for name in ("retransmissions", "network_duplicates", "capture_duplicates", "out_of_order",
                                     "keepalive_probes", "window_probes", "retransmissions_original_not_seen",
                                     "retransmissions_not_visible_in_sequence_numbers")}
        events, tcp = defaultdict(list), 0
        furthest, covered, top = {}, defaultdict(list), {}
        mirrored = point == "middle" and self.r.mirror > 1
        for frame, index in enumerate(chosen, 1):
            sight = self.seen[point][index]
            if sight is None:
                continue
            tcp += 1
            p, flow = sight.p, sight.p.flow()
            sender = self.senders.get(flow)
            event = sender and sender.resent.get(sight.number[0])
            if event:
                events[id(event)].append(frame)
            if sight.copy:
                out["network_duplicates"].append(frame)
                if mirrored and sight.copy % self.r.mirror:
                    out["capture_duplicates"].append(frame)
                continue
            if flow in furthest and sight.number < furthest[flow]:
                out["out_of_order"].append(frame)
            furthest[flow] = max(sight.number, furthest.get(flow, (-1, 0)))
            if sender and sight.number[0] in sender.probes:
                out[sender.probes[sight.number[0]]].append(frame)
            if event:
                out["retransmissions"].append(frame)
                repeated = any(after(end, p.seq) and after(p.end(), start) for start, end in covered[flow])
                if not repeated:
                    out["retransmissions_original_not_seen"].append(frame)
                    if top.get(flow) in (None, p.seq):
                        out["retransmissions_not_visible_in_sequence_numbers"].append(frame)
            if p.occupies() and not p.flags & RST:
                covered[flow].append((p.seq, p.end()))
                if p.flags & SYN or flow not in top or after(p.end(), top[flow]):
                    top[flow] = p.end()
        return {"frames": len(chosen), "tcp": tcp, **out}, events

    # --- connections --------------------------------------------------------------------------------------------

    def lives(self):
        """Sockets from birth to death: their transitions, and the addresses they had once they had them."""
        open_lives, out = {}, []
        for t, name, f in self.r.events:
            if name != "inet_sock_set_state" or f["local"][0] not in self.hosts.values():
                continue
            old, new = STATES[f["oldstate"]], STATES[f["newstate"]]
            if old in ("CLOSE", "LISTEN"):
                open_lives[f["skaddr"]] = life = {"socket": f["skaddr"], "moves": [], "local": f["local"], "remote": f["remote"]}
                out.append(life)
            life = open_lives.get(f["skaddr"])
            if life is None:
                continue  # an orphan of an earlier recording with the same addresses
            life["moves"].append((t, old, new))
            if f["remote"][1] and f["local"][1]:
                life["local"], life["remote"] = f["local"], f["remote"]
        return [life for life in out if life["moves"][0][1:] not in (("CLOSE", "LISTEN"), ("LISTEN", "CLOSE"))]

    def build_connections(self):
        connections = []
        lives = [life for life in self.lives() if life["remote"][1]]
        for life in lives:
            if not life["local"][1]:
                life["local"] = (life["local"][0], self.port_of_syn(life, lives))
        for life in (life for life in lives if life["moves"][0][2] == "SYN_SENT"):
            t = life["moves"][0][0]
            crossed = next((c for c in connections if c["server"] == life["local"] and c["client"] == life["remote"]
                            and "server_life" not in c and c["last"] >= t), None)
            if crossed:
                crossed["server_life"] = life
                continue
            connections.append({"client": life["local"], "server": life["remote"], "client_life": life, "began": t,
                                "last": life["moves"][-1][0] if life["moves"][-1][2] == "CLOSE" else 1 << 63})
        for c in connections:
            if c["client"][0] == self.r.server and self.r.server != self.r.client and "server_life" in c:
                c["client"], c["server"] = c["server"], c["client"]
                c["client_life"], c["server_life"] = c["server_life"], c["client_life"]
        for sent in self.syn_acks():
            flow = sent.p.flow()
            if self.connection_at(connections, flow[:2], flow[2:], sent.time):
                continue  # simultaneous open
            c = self.connection_at(connections, flow[2:], flow[:2], sent.time)
            if c is None or self.stale(c, sent):
                if self.flood:
                    continue
                c = {"client": flow[2:], "server": flow[:2], "began": sent.time, "last": 1 << 63}
                connections.append(c)
            if "server_life" not in c or c["server_life"]["moves"][0][2] != "SYN_SENT":
                c.setdefault("request", sent)
        for life in (life for life in lives if life["moves"][0][1] == "LISTEN"):
            c = self.connection_at(connections, life["remote"], life["local"], life["moves"][0][0])
            if c is not None:
                c["server_life"] = life
        connections.sort(key=lambda c: c["began"])
        for c in connections:
            again = [d["began"] for d in connections if d["client"] == c["client"] and d["server"] == c["server"]
                     and d["began"] > c["began"]]
            c["next"] = min(again, default=1 << 63)
        out = []
        for number, c in enumerate(connections):
            ends = {}
            for role in ("client", "server"):
                local, remote = (c["client"], c["server"]) if role == "client" else (c["server"], c["client"])
                timeline = self.timeline(c, role, local, remote)
                ends[role] = {"addr": list(local), "timeline": timeline, "final": timeline[-1][1] if timeline else None}
            out.append({"id": number, "client": list(c["client"]), "server": list(c["server"]), "endpoints": ends,
                        "retransmissions": [], "resets": [], "began": c["began"], "next": c["next"]})
        return out

    def port_of_syn(self, life, lives):
        """A socket still in SYN_SENT has no port in its event: its SYN does."""
        taken = {other["local"][1] for other in lives if other["local"][0] == life["local"][0]}
        for flow, sender in self.senders.items():
            if flow[0] == life["local"][0] and flow[2:] == life["remote"] and flow[1] not in taken and \
                    0 <= sender.sent[0].time - life["moves"][0][0] < 50_000_000:
                return flow[1]
        return 0

    def syn_acks(self):
        found = [s for sender in self.senders.values() for s in sender.sent if s.p.flags & SYN and s.p.flags & ACK]
        return sorted(found, key=lambda s: s.time)

    def connection_at(self, connections, client, server, t):
        found = [c for c in connections if c["client"] == client and c["server"] == server and c["began"] <= t]
        return max(found, key=lambda c: c["began"], default=None)

    def stale(self, c, sent):
        """The SYN-ACK belongs to a later SYN than the connection's, one that no kernel socket sent."""
        request = c.get("request")
        return "client_life" not in c and request is not None and request.p.ack != sent.p.ack

    def timeline(self, c, role, local, remote):
        """[(t, RFC 9293 state, source)]: the tracepoints, with request and TIME_WAIT sockets put in."""
        key, out = (local, remote), []
        life, request = c.get(f"{role}_life"), c.get("request") if role == "server" else None
        if request:
            kept = any(low <= request.time + SETTLED_NS and high >= request.time and new and new[0] == "SYN_RECV"
                       for low, high, _, new in self.polled.get(key, ()))
            born = life["moves"][0][0] if life else 1 << 63
            if request.time < born and (kept or born - request.time < SETTLED_NS or not life):
                source = "first SYN-ACK sent (request socket)" + ("; poll saw it" if kept else "")
                if kept or life:
                    out.append([request.time, "SYN_RECV", source])
        if life:
            for t, old, new in life["moves"]:
                if new == "CLOSE" and old in ("FIN_WAIT2", "CLOSING") and not self.reset_at(life["socket"], t):
                    self.minisocket(c, key, t, old, out)
                elif old == "LISTEN" and out:
                    continue  # the child of a request socket that is in SYN_RECV already
                else:
                    out.append([t, "CLOSED" if new == "CLOSE" else new, "tracepoint"])
        elif out:
            self.request_end(c, key, out)
        return out

    def reset_at(self, sock, t):
        return any(f["skaddr"] == sock and abs(at - t) < 1_000_000 for at, name, f in self.r.events
                   if name in ("tcp_send_reset", "tcp_receive_reset"))

    def minisocket(self, c, key, t, old, out):
        """FIN_WAIT2 -> CLOSE and CLOSING -> CLOSE mean that a smaller socket took over, unless a reset was the reason."""
        flow, back = key[0] + key[1], key[1] + key[0]
        came = [s for s in self.arrivals[back] if c["began"] <= s.time < c["next"]]
        if old == "CLOSING" or any(s.p.flags & FIN and s.time <= t for s in came):
            seen = any(low <= t + SETTLED_NS and high >= t and new and new[0] == "TIME_WAIT"
                       for low, high, _, new in self.polled[key])
            out.append([t, "TIME_WAIT", f"tracepoint {old}->CLOSE" + (", a poll saw the TIME_WAIT socket" if seen else "")])
        for low, high, _, new in self.polled[key]:
            if high < t:
                continue
            if new and new[0] == "TIME_WAIT":
                if out[-1][1] != "TIME_WAIT":
                    fin = [s.time for s in came if s.p.flags & FIN and low - SETTLED_NS < s.time <= high]
                    out.append([min(fin) if fin else high, "TIME_WAIT", "FIN reached the FIN_WAIT2 socket, poll confirms"])
            elif new is None:
                resets = {what: [s.time for s in sights if s.p.flags & RST and max(t, low - SETTLED_NS) <= s.time <= high]
                          for what, sights in (("RST received", came), ("RST sent", self.senders[flow].sent))}
                at = max(resets["RST received"] + resets["RST sent"], default=high)
                out.append([at, "CLOSED", next((what for what, times in resets.items() if times), "poll: socket gone")])
                return
            elif new[0] not in MINISOCKETS and self.next_syn(c, key) <= high:
                out.append([self.next_syn(c, key), "CLOSED", "replaced by a new connection with the same 4-tuple"])
                return

    def next_syn(self, c, key):
        """When the SYN of the next incarnation left or reached this end."""
        flow = key[1] + key[0]
        arrived = [s.time for s in self.arrivals[flow] if s.p.flags & SYN and s.time >= c["next"]]
        return arrived[0] if arrived else c["next"]

    def request_end(self, c, key, out):
        """A request socket that never became a connection ends by a reset or by giving up."""
        for low, high, before, new in self.polled.get(key, ()):
            if before and before[0] == "SYN_RECV" and new is None and high > out[0][0] and low < c["next"]:
                reset = [s.time for s in self.arrivals[key[1] + key[0]]
                         if s.p.flags & RST and low - SETTLED_NS < s.time <= high]
                out.append([max(reset) if reset else high, "CLOSED", "RST received" if reset else "poll: request socket gone"])
                return

    # --- retransmissions and resets ------------------------------------------------------------------------------

    def owner(self, flow, t):
        for c in reversed(self.connections):
            ends = (tuple(c["client"]), tuple(c["server"]))
            if {flow[:2], flow[2:]} == set(ends) and c["began"] <= t:
                return c
        return None

    def place_retransmissions(self):
        self.loose, self.event_of = [], {}
        received = defaultdict(list)
        for flow, sights in self.arrivals.items():
            for s in sights:
                if self.intact(flow, s):
                    received[flow, s.number[0]].append(s)
        lost = {(row[4], row[5], row[8][0]) for row in self.r.log if row[3] in ("drop", "corrupt", "icmp") and row[8]}
        for flow, sender in self.senders.items():
            for event in {id(e): e for e in sender.resent.values() if e}.values():
                first = event["sent"][0].p
                numbers = [s.number[0] for s in event["sent"]]
                entry = {"t": event["t"], "from": self.local(flow[0]), "kind": self.kind(flow, event), "state": event["state"],
                         "seq": first.seq, "len": sum(s.p.length for s in event["sent"]), "flags": letters(first.flags),
                         "segments": len(event["sent"]),
                         "segments": len(event["sent"]),
                         "arrived": any(received[flow, n] for n in numbers)}
                entry["spurious"] = entry["arrived"] and all(self.needless(flow, s, received) for s in event["sent"])
                entry["earlier_copy_lost"] = any(
                    (flow[1], flow[3], other.number[0]) in lost for s in event["sent"] for other in sender.sent
                    if other.number[0] < s.number[0] and overlap(other.p, s.p))
                entry["frames"] = {}
                self.event_of[id(event)] = entry
                owner = self.owner(flow, event["t"])
                (owner["retransmissions"] if owner else self.loose).append(entry)
        for c in self.connections:
            c["retransmissions"].sort(key=lambda e: e["t"])

    def kind(self, flow, event):
        if event["name"] == "tcp_retransmit_synack":
            return "synack"
        if event["sent"][0].p.flags & SYN:
            return "synack" if event["sent"][0].p.flags & ACK else "syn"
        states = self.congestion.get(flow, [])
        at = bisect.bisect_right([t for t, _ in states], event["t"])
        state = states[at - 1][1] if at else "Open"
        return {"Recovery": "recovery", "Loss": "rto"}.get(state, "tlp-or-other")

    def intact(self, flow, sight):
        """Arrived with a good checksum."""
        return (flow[1], flow[3], sight.number[0]) not in self.corrupted

    def needless(self, flow, sent, received):
        """Everything in this transmission had reached the other end before it did."""
        mine = received[flow, sent.number[0]]
        if not mine:
            return False
        whole = sorted((other.p.seq, other.p.end()) for other in self.arrivals[flow]
                       if other.time < mine[0].time and self.intact(flow, other) and overlap(other.p, sent.p))
        reach = sent.p.seq
        for start, end in sorted(whole, key=lambda r: (r[0] - sent.p.seq + 0x40000000) & 0xFFFFFFFF):
            if not after(start, reach) and after(end, reach):
                reach = end
        return not after(sent.p.end(), reach)

    def place_resets(self):
        self.loose_resets = []
        for t, name, f in self.r.events:
            if name not in ("tcp_send_reset", "tcp_receive_reset"):
                continue
            local, remote = f["local"], f["remote"]
            if local[0] not in self.hosts.values() and remote[0] not in self.hosts.values():
                continue
            entry = {"t": t}
            if name == "tcp_send_reset":
                sender = self.reset_sender(local + remote, t)
                entry["sent_by"], entry["reason"] = self.local(sender[0]), f["reason"]
            else:
                entry["received_by"] = self.local(local[0])
            owner = self.owner(local + remote, t)
            (owner["resets"] if owner else self.loose_resets).append(entry)

    def reset_sender(self, flow, t):
        """The tracepoint names its two ends after the segment that is answered or after the socket: the frame tells."""
        best = None
        for candidate in (flow, flow[2:] + flow[:2]):
            for s in self.senders.get(candidate, Sender(candidate)).sent:
                if s.p.flags & RST and (best is None or abs(s.time - t) < best[0]):
                    best = (abs(s.time - t), candidate)
        return best[1] if best else flow

    # --- the file ------------------------------------------------------------------------------------------------

    def truth(self, published):
        """`published`: [(file, description of the capture, point, chosen indexes)] -> the truth file's own part."""
        frames = {}
        for file, point, chosen in published:
            frames[file], events = self.frames_of(point, chosen)
            for event, numbers in events.items():
                self.event_of[event]["frames"][file] = numbers
        connections = []
        for c in self.connections:
            connections.append({key: value for key, value in c.items() if key not in ("began", "next")})
        resent = [{"t": s.time, "from": self.local(flow[0]), "seq": s.p.seq, "len": s.p.length, "flags": letters(s.p.flags)}
                  for flow, sender in self.senders.items() for s in sender.sent
                  if s.number[0] in sender.resent and sender.resent[s.number[0]] is None]
        totals = {"connections": len(connections),
                  "kernel_retransmit_events": sum(len(c["retransmissions"]) for c in connections) + len(self.loose),
                  "retransmit_events_without_a_frame_at_the_sender": self.events_without_frame,
                  "resent_ranges_without_a_retransmit_event": resent}
        out = {"frames": frames, "totals": totals, "connections": connections}
        if self.loose:
            out["retransmissions_without_connection"] = self.loose
        if self.loose_resets:
            out["resets_without_connection"] = len(self.loose_resets)
        return out
