"""Two hosts and a path between them, each a network namespace that only this process's file descriptors keep alive.

The namespaces have no names and no way out: when the recorder ends, however it ends, the kernel takes them down.
"""

import contextlib
import ctypes
import os
import socket
import struct
import subprocess
import threading
import time

libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET, CLONE_NEWNS = 0x40000000, 0x00020000
OFFLOADS = ("tx", "tso", "gso", "gro")
TCP_CONGESTION = 13
IP_BIND_ADDRESS_NO_PORT = 24


def check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def current_namespace():
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


class Namespace:
    """A network namespace, a new one or `shared` with another. Only within `inside()` is the calling thread in it."""

    def __init__(self, shared=None):
        if shared:
            self.fd = os.dup(shared.fd)
            return
        home = current_namespace()
        check(libc.unshare(CLONE_NEWNET), "unshare")
        self.fd = current_namespace()
        check(libc.setns(home, CLONE_NEWNET), "setns")
        os.close(home)

    @contextlib.contextmanager
    def inside(self):
        home = current_namespace()
        check(libc.setns(self.fd, CLONE_NEWNET), "setns")
        try:
            yield self
        finally:
            check(libc.setns(home, CLONE_NEWNET), "setns back")
            os.close(home)

    @property
    def path(self):
        return f"/proc/{os.getpid()}/fd/{self.fd}"

    def run(self, command):
        with self.inside():
            done = subprocess.run(command.split(), capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr.strip()}")
        return done.stdout

    def sysctl(self, name, value):
        with self.inside(), open("/proc/sys/net/" + name.replace(".", "/"), "w") as file:
            file.write(str(value))

    def counters(self):
        """The namespace's own TCP counters (they start at zero), those that moved."""
        out = {}
        with self.inside():
            for name in ("snmp", "netstat"):
                with open("/proc/thread-self/net/" + name) as file:
                    lines = file.read().splitlines()
                for head, values in zip(lines[::2], lines[1::2]):
                    if head.split(":")[0] in ("Tcp", "TcpExt"):
                        for key, value in zip(head.split()[1:], values.split()[1:]):
                            if int(value) > 0 and not key.startswith("Rto") and key != "MaxConn":
                                out[key] = int(value)
        return out

    def close(self):
        os.close(self.fd)


class Host(Namespace):
    """A namespace with one address and sockets that stay open until the recording is over."""

    def __init__(self, address, interface, mac, shared=None):
        super().__init__(shared)
        self.address, self.interface, self.mac = address, interface, mac
        self.family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.congestion = "cubic"
        self.kept = []

    def socket(self, **options):
        """A TCP socket of this host; options by their names in `socket`: TCP_NODELAY=1, SO_RCVBUF=4096."""
        with self.inside():
            made = socket.socket(self.family, socket.SOCK_STREAM)
        made.setsockopt(socket.IPPROTO_TCP, TCP_CONGESTION, self.congestion.encode())
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for name, value in options.items():
            level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
            made.setsockopt(level, getattr(socket, name), value)
        made.settimeout(30)
        self.kept.append(made)
        return made

    def listen(self, port=8080, backlog=64, address=None, **options):
        listener = self.socket(**options)
        listener.bind((address or self.address, port))
        listener.listen(backlog)
        return listener

    def serve(self, port, work, patience=90, backlog=64, address=None):
        """A service that runs `work` on each connection in a thread of its own; what breaks off there is its own affair."""
        listener = self.listen(port, backlog, address)
        listener.settimeout(patience)

        def run(connection):
            with contextlib.suppress(OSError):
                work(connection)

        def accept():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    connection.settimeout(patience)
                    self.kept.append(connection)
                    threading.Thread(target=run, args=(connection,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()

    def connect(self, target, port=8080, bind=0, timeout=30, **options):
        made = self.socket(**options)
        made.settimeout(timeout)
        made.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        made.bind((self.address, bind))
        made.connect((target.address, port))
        return made

    def raw(self):
        """An AF_PACKET socket on the host's interface, for frames that its kernel never sent."""
        with self.inside():
            made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
            made.bind((self.interface, 0))
        self.kept.append(made)
        return made


class World:
    """Client, server and what lies between.

    `path`: a forwarder in user space. `router`, `bridge`: the kernel of a middle host. `direct`: one veth pair.
    `loopback`: nothing, client and server are two addresses of one host.
    """

    def __init__(self, slot, v6=False, topology="path", offload=False, mtu=1500):
        base = f"fd91:{slot:x}::" if v6 else f"10.91.{slot}."
        macs = [f"02:91:00:00:{slot:02x}:{n:02x}" for n in range(1, 6)]
        self.topology = topology
        if topology == "loopback":
            base = base if v6 else f"127.91.{slot}."
            self.client = Host(base + "1", "lo", "00:00:00:00:00:00")
            self.server = Host(base + "2", "lo", self.client.mac, shared=self.client)
            self.middle = None
            self.client.run("ip link set lo up")
            for host in (self.client, self.server):
                self.client.run(f"ip addr add {host.address}/{128 if v6 else 32} dev lo")
            return
        self.client, self.server = Host(base + "1", "c0", macs[0]), Host(base + "2", "s0", macs[1])
        self.middle = None if topology == "direct" else Namespace()
        if self.middle is None:
            self.link(self.client, "c0", self.server, "s0")
        else:
            self.link(self.client, "c0", self.middle, "a0")
            self.link(self.server, "s0", self.middle, "b0")
            if topology == "path":
                self.middle.run("ip link add tap0 type veth peer name mirror0")
            for name in ("a0", "b0", *(("tap0", "mirror0") if topology == "path" else ())):
                self.quiet(self.middle, name, mtu=9000 if topology == "path" else mtu)
        for host, peer in ((self.client, self.server), (self.server, self.client)):
            host.run("ip link set lo up")
            host.run(f"ip link set {host.interface} address {host.mac} mtu {mtu}")
            self.quiet(host, host.interface, offload)
            host.run(f"ip addr add {host.address}/{64 if v6 else 30} dev {host.interface}" + (" nodad" if v6 else ""))
            host.run(f"ip neigh replace {peer.address} lladdr {peer.mac} dev {host.interface} nud permanent")
            if not v6:  # answers to forged sources go to the peer too, which drops them
                host.run(f"ip route add default via {peer.address}")
        if topology == "bridge":
            self.middle.run("ip link add br0 type bridge")
            for name in ("a0", "b0"):
                self.middle.run(f"ip link set {name} master br0")
            self.middle.run("ip link set br0 up")
        if topology == "router":
            self.route(((self.client, "a0"), (self.server, "b0")), macs)

    def route(self, sides, macs):
        """The middle forwards by IP: each host's frames for the other go to the middle's own MAC address."""
        self.middle.sysctl("ipv4.ip_forward", 1)
        for (host, end), (peer, _), mac in zip(sides, sides[::-1], macs[2:]):
            self.middle.run(f"ip link set {end} address {mac}")
            self.middle.run(f"ip route add {host.address}/32 dev {end}")
            self.middle.run(f"ip neigh replace {host.address} lladdr {host.mac} dev {end} nud permanent")
            host.run(f"ip neigh replace {peer.address} lladdr {mac} dev {host.interface} nud permanent")

    def link(self, one, name, other, peer):
        one.run(f"ip link add {name} type veth peer name {peer} netns {other.path}")

    def quiet(self, space, name, offload=False, mtu=None):
        """Up, no offloads unless wanted, and no chatter of its own on IPv6."""
        if mtu:
            space.run(f"ip link set {name} mtu {mtu}")
        if not offload:
            space.run(f"ethtool -K {name} " + " ".join(f"{feature} off" for feature in OFFLOADS))
        space.sysctl(f"ipv6.conf.{name}.router_solicitations", 0)
        if space is self.middle:
            space.sysctl(f"ipv6.conf.{name}.disable_ipv6", 1)
        space.run(f"ip link set {name} up")

    def close(self):
        for host in (self.client, self.server):
            while host.kept:
                abort(host.kept.pop())
        for space in filter(None, (self.client, self.server, self.middle)):
            space.close()


def abort(sock):
    """Close without a FIN, so that no orphan lives on with the namespace."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class Stage:
    """What a scenario plays on: hosts, threads, marks in time, and the phase that path rules look at."""

    def __init__(self, world, phase):
        self.client, self.server = world.client, world.server
        self.world, self.shared_phase, self.marks, self.threads = world, phase, [], []
        self.failures, self.reads = [], []

    def mark(self, what):
        self.marks.append((time.time_ns(), what))

    def phase(self, number):
        self.shared_phase.value = number

    def spawn(self, work, *arguments):
        """Run `work` beside the scenario; what it raises counts as a failed recording."""
        def guarded():
            try:
                work(*arguments)
            except Exception as error:  # noqa: BLE001
                self.failures.append(f"{work.__name__}: {error!r}")
        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        self.threads.append(thread)
        return thread

    def join(self, timeout=60):
        for thread in self.threads:
            thread.join(timeout)
