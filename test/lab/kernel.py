"""The kernel's own account: tracepoints from a private ring buffer, and sockets from sock_diag."""

import contextlib
import os
import re
import select
import socket
import struct
import subprocess
import tempfile
import time

from world import CLONE_NEWNS, check, libc

STATES = [None, "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
          "LAST_ACK", "LISTEN", "CLOSING", "SYN_RECV"]
CONGESTION_STATES = ["Open", "Disorder", "CWR", "Recovery", "Loss"]
EVENTS = ("sock/inet_sock_set_state", "tcp/tcp_retransmit_skb", "tcp/tcp_retransmit_synack", "tcp/tcp_send_reset",
          "tcp/tcp_receive_reset", "tcp/tcp_cong_state_set")
INSTANCE = "tcplint_lab_"
TIMER_PROBE = 4  # inet_diag: the zero-window probe timer runs


def mono_to_real():
    """Nanoseconds to add to CLOCK_MONOTONIC, from the tightest of some readings."""
    best = (1 << 62, 0)
    for _ in range(20):
        before = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        real = time.clock_gettime_ns(time.CLOCK_REALTIME)
        after = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        best = min(best, (after - before, real - (before + after) // 2))
    return best[1]


class Tracing:
    """A tracefs instance of our own, in a mount that only this process sees."""

    def __init__(self):
        check(libc.unshare(CLONE_NEWNS), "unshare")
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        self.mount = tempfile.mkdtemp(prefix="tcplint-lab-")
        subprocess.run(["mount", "-t", "tracefs", "none", self.mount], check=True)
        self.remove_orphans()
        self.root = f"{self.mount}/instances/{INSTANCE}{os.getpid()}"
        os.mkdir(self.root)
        self.write("trace_clock", "mono")
        self.write("buffer_size_kb", "4096")
        self.formats = {}
        for event in EVENTS:
            layout = Layout(self.read(f"events/{event}/format"))
            self.formats[layout.id] = (event.split("/")[1], layout)
            self.write(f"events/{event}/enable", "1")
        self.write("tracing_on", "1")

    def remove_orphans(self):
        """Instances outlive their mount: those of recorders that were killed go now."""
        for name in os.listdir(f"{self.mount}/instances"):
            if name.startswith(INSTANCE) and not os.path.exists("/proc/" + name.removeprefix(INSTANCE)):
                with contextlib.suppress(OSError):
                    os.rmdir(f"{self.mount}/instances/{name}")

    def read(self, name):
        with open(f"{self.root}/{name}") as file:
            return file.read()

    def write(self, name, value):
        with open(f"{self.root}/{name}", "w") as file:
            file.write(value)

    def drain(self):
        """All events so far, oldest first: (realtime ns, name, fields)."""
        offset, out = mono_to_real(), []
        for cpu in sorted(os.listdir(f"{self.root}/per_cpu")):
            fd = os.open(f"{self.root}/per_cpu/{cpu}/trace_pipe_raw", os.O_RDONLY | os.O_NONBLOCK)
            try:
                while page := os.read(fd, 4096):
                    for at, body in events_of_page(page):
                        known = self.formats.get(struct.unpack_from("<H", body)[0])
                        if known:
                            out.append((at + offset, known[0], known[1].fields(body)))
            except BlockingIOError:
                pass
            finally:
                os.close(fd)
        return sorted(out, key=lambda event: event[0])

    def close(self):
        self.write("tracing_on", "0")
        os.rmdir(self.root)
        subprocess.run(["umount", self.mount], check=True)
        os.rmdir(self.mount)


def events_of_page(page):
    """(time, body) of each event of a ring buffer page (Linux, Documentation/trace/ring-buffer-design)."""
    now, commit = struct.unpack_from("<QQ", page)
    at, end = 16, 16 + (commit & 0xFFFFF)
    while at + 4 <= end:
        head, = struct.unpack_from("<I", page, at)
        kind, delta = head & 31, head >> 5
        if kind == 29:
            if not delta:
                return
            at += 4 + struct.unpack_from("<I", page, at + 4)[0]
            continue
        if kind >= 30:
            extended, = struct.unpack_from("<I", page, at + 4)
            value = (extended << 27) + delta
            now = now + value if kind == 30 else (now & ~((1 << 59) - 1)) | value
            at += 8
            continue
        now += delta
        start, size = (at + 4, 4 * kind) if kind else (at + 8, struct.unpack_from("<I", page, at + 4)[0] - 4)
        yield now, page[start:start + size]
        at = start + size


class Layout:
    """Where a tracepoint keeps its fields, read from its `format` file."""

    def __init__(self, text):
        self.id = int(re.search(r"^ID: (\d+)", text, re.M)[1])
        self.places = {name: (int(offset), int(size)) for name, offset, size in
                       re.findall(r"field:[^;]*?(\w+)(?:\[\d+\])?;\toffset:(\d+);\tsize:(\d+);", text)}
        self.reasons = {}
        if "REC->reason" in text:
            listed = text[text.index("REC->reason"):]
            self.reasons = {int(number): name for number, name in re.findall(r'\{ (\d+), "(\w+)" \}', listed)}

    def fields(self, body):
        out = {}
        for name, (offset, size) in self.places.items():
            if not name.startswith("common_"):
                octets = body[offset:offset + size]
                out[name] = int.from_bytes(octets, "little") if size <= 8 and "addr" not in name[:5] else octets
        if "family" in out:
            six = out["family"] == socket.AF_INET6
            out["local"] = (address(out["saddr_v6" if six else "saddr"]), out["sport"])
            out["remote"] = (address(out["daddr_v6" if six else "daddr"]), out["dport"])
        else:
            out["local"], out["remote"] = sockaddr(out["saddr"]), sockaddr(out["daddr"])
            out["reason"] = self.reasons.get(out["reason"], str(out["reason"]))
        return out


def address(octets):
    return socket.inet_ntop(socket.AF_INET if len(octets) == 4 else socket.AF_INET6, octets)


def sockaddr(octets):
    family, port = struct.unpack_from("<H", octets)[0], struct.unpack_from(">H", octets, 2)[0]
    return (address(octets[8:24] if family == socket.AF_INET6 else octets[4:8]), port)


def sockets_now(netlink, family):
    """{(local, remote): (state, timer)} of one namespace, by sock_diag; listeners left out."""
    request = struct.pack("<BBBBI48s", family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF & ~(1 << 10), b"\0" * 48)
    netlink.send(struct.pack("<IHHII", 16 + len(request), 20, 0x301, 1, 0) + request)
    found = {}
    while True:
        octets = netlink.recv(1 << 18)
        at = 0
        while at + 16 <= len(octets):
            size, kind = struct.unpack_from("<IH", octets, at)
            if kind in (2, 3):
                return found
            _, state, timer, _, sport, dport = struct.unpack_from(">BBBBHH", octets, at + 16)
            width = 4 if family == socket.AF_INET else 16
            local, remote = octets[at + 24:at + 24 + width], octets[at + 40:at + 40 + width]
            found[((address(local), sport), (address(remote), dport))] = (STATES[state], timer)
            at += (size + 3) & ~3


def poll_sockets(hosts, family, pipe, period):
    """Run in a process of its own: every change of every socket, with the two polls that bracket it."""
    netlinks = []
    for host in hosts:
        with host.inside():
            netlinks.append(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4))
    before = [{} for _ in hosts]
    looked = [time.time_ns() for _ in hosts]
    changes, counts, polls = [], [], 0
    while not pipe.poll():
        polls += 1
        for which, netlink in enumerate(netlinks):
            start = time.time_ns()
            found = sockets_now(netlink, family)
            now = time.time_ns()
            if found != before[which]:
                old = before[which]
                for key in old.keys() | found.keys():
                    if old.get(key) != found.get(key):
                        changes.append((looked[which], now, which, key, old.get(key), found.get(key)))
                states = [state for state, _ in found.values()]
                counts.append((now, which, {state: states.count(state) for state in set(states)}))
                before[which] = found
            looked[which] = start
        select.select([pipe], [], [], period)
    pipe.recv()
    pipe.send((changes, counts, polls))
