"""Frames as bytes: enough Ethernet, IP and TCP to steer a path, to join captures, and to write capture files."""

import socket
import struct

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
LINK_ETHERNET, LINK_COOKED2 = 1, 276


class Packet:
    """One TCP segment or ICMP error inside a frame. `wire_end` is the end of the IP packet, padding left out."""

    __slots__ = ("frame", "ip", "version", "protocol", "source", "target", "l4", "wire_end", "ttl", "ip_id",
                 "sport", "dport", "seq", "ack", "flags", "window", "payload", "length", "ts_value")

    def flow(self):
        return (self.source, self.sport, self.target, self.dport)

    def end(self):
        """The sequence number behind this segment: SYN and FIN take one each."""
        return (self.seq + self.length + bool(self.flags & SYN) + bool(self.flags & FIN)) & 0xFFFFFFFF

    def occupies(self):
        return self.length + bool(self.flags & SYN) + bool(self.flags & FIN)


def parse(frame, link=LINK_ETHERNET):
    """The TCP segment or ICMP error in a frame, or None. Our own hosts send no extension headers and no fragments."""
    at = 14 if link == LINK_ETHERNET else 20
    kind = frame[12:14] if link == LINK_ETHERNET else frame[0:2]
    p = Packet()
    p.frame, p.ip = frame, at
    if kind == b"\x08\x00":
        p.version, p.protocol, p.ttl = 4, frame[at + 9], frame[at + 8]
        p.ip_id = int.from_bytes(frame[at + 4:at + 6], "big")
        p.source = socket.inet_ntop(socket.AF_INET, frame[at + 12:at + 16])
        p.target = socket.inet_ntop(socket.AF_INET, frame[at + 16:at + 20])
        p.l4 = at + 4 * (frame[at] & 15)
        p.wire_end = at + (int.from_bytes(frame[at + 2:at + 4], "big") or len(frame) - at)
    elif kind == b"\x86\xdd":
        p.version, p.protocol, p.ttl, p.ip_id = 6, frame[at + 6], frame[at + 7], 0
        p.source = socket.inet_ntop(socket.AF_INET6, frame[at + 8:at + 24])
        p.target = socket.inet_ntop(socket.AF_INET6, frame[at + 24:at + 40])
        p.l4 = at + 40
        p.wire_end = at + 40 + (int.from_bytes(frame[at + 4:at + 6], "big") or len(frame) - at - 40)
    else:
        return None
    if p.protocol != socket.IPPROTO_TCP:
        error = p.protocol == 1 and frame[p.l4] in (3, 11, 12) or p.protocol == 58 and frame[p.l4] < 128
        return p if error else None
    p.sport, p.dport, p.seq, p.ack, offset, p.flags, p.window = struct.unpack_from(">HHIIBBH", frame, p.l4)
    p.payload = p.l4 + 4 * (offset >> 4)
    p.length = p.wire_end - p.payload
    p.ts_value = timestamp(frame, p.l4 + 20, p.payload)
    return p


def timestamp(frame, at, end):
    """TSval of the timestamps option, or None."""
    while at < end and frame[at]:
        if frame[at] == 1:
            at += 1
            continue
        if frame[at] == 8:
            return int.from_bytes(frame[at + 2:at + 6], "big")
        at += max(2, frame[at + 1])
    return None


def ones_sum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f">{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total


def finish_checksums(frame, p):
    """The frame with the checksums a network card would have filled in."""
    out = bytearray(frame)
    out[p.l4 + 16:p.l4 + 18] = b"\0\0"
    if p.version == 4:
        out[p.ip + 10:p.ip + 12] = b"\0\0"
        out[p.ip + 10:p.ip + 12] = struct.pack(">H", ones_sum(bytes(out[p.ip:p.l4])) ^ 0xFFFF)
        addresses = bytes(out[p.ip + 12:p.ip + 20])
    else:
        addresses = bytes(out[p.ip + 8:p.ip + 40])
    pseudo = addresses + struct.pack(">II", p.wire_end - p.l4, p.protocol)
    out[p.l4 + 16:p.l4 + 18] = struct.pack(">H", ones_sum(pseudo + bytes(out[p.l4:p.wire_end])) ^ 0xFFFF)
    return bytes(out)


def segment_super_frame(p, mss):
    """A TSO super-frame cut as a network card cuts it: sequence and IP ID count on, FIN and PSH go to the last piece."""
    pieces = []
    for number, start in enumerate(range(0, max(1, p.length), mss)):
        chunk = p.frame[p.payload + start:min(p.payload + start + mss, p.wire_end)]
        out = bytearray(p.frame[:p.payload]) + chunk
        if p.version == 4:
            struct.pack_into(">HH", out, p.ip + 2, len(out) - p.ip, (p.ip_id + number) & 0xFFFF)
        else:
            struct.pack_into(">H", out, p.ip + 4, len(out) - p.ip - 40)
        last = start + mss >= p.length
        flags = p.flags if last else p.flags & ~(FIN | PSH)
        if number:
            flags &= ~CWR
        struct.pack_into(">I", out, p.l4 + 4, (p.seq + start) & 0xFFFFFFFF)
        out[p.l4 + 13] = flags
        pieces.append(finish_checksums(bytes(out), parse(bytes(out))))
    return pieces


def tcp_frame(template, source, sport, target, dport, flags, seq=0, ack=0, window=64240, payload=b"", ttl=64, options=b""):
    """A forged IPv4 frame with the Ethernet header of `template` (14 bytes)."""
    size = 40 + len(options) + len(payload)
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0x4000, ttl, 6, 0,
                     socket.inet_aton(source), socket.inet_aton(target))
    tcp = struct.pack(">HHIIBBHHH", sport, dport, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, (20 + len(options)) // 4 << 4,
                      flags, window, 0, 0)
    frame = template + ip + tcp + options + payload
    return finish_checksums(frame, parse(frame))


def icmp_error(p, kind, code, mtu=0, router_mac=b"\x02\x91\0\0\0\x99"):
    """An ICMP error (RFC 792; the MTU as RFC 1191) about packet `p`, as if its addressee had sent it. IPv4 only."""
    body = struct.pack(">BBHHH", kind, code, 0, 0, mtu) + p.frame[p.ip:p.l4 + 8]
    body = body[:2] + struct.pack(">H", ones_sum(body) ^ 0xFFFF) + body[4:]
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0, 63, 1, 0,
                     socket.inet_aton(p.target), socket.inet_aton(p.source))
    ip = ip[:10] + struct.pack(">H", ones_sum(ip) ^ 0xFFFF) + ip[12:]
    return p.frame[6:12] + router_mac + b"\x08\x00" + ip + body


def read_pcap(path):
    """(link type, [(time ns, frame bytes, original length)]) of a pcap that tcpdump wrote on this machine."""
    with open(path, "rb") as file:
        octets = file.read()
    magic, = struct.unpack_from("<I", octets)
    unit = {0xA1B23C4D: 1, 0xA1B2C3D4: 1000}[magic]
    link, = struct.unpack_from("<I", octets, 20)
    records, at = [], 24
    while at + 16 <= len(octets):
        seconds, fraction, captured, original = struct.unpack_from("<IIII", octets, at)
        records.append((seconds * 10**9 + fraction * unit, octets[at + 16:at + 16 + captured], original))
        at += 16 + captured
    return link, records


def write_pcap(path, records, link=LINK_ETHERNET, snaplen=262144, nanoseconds=False):
    unit = 1 if nanoseconds else 1000
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B23C4D if nanoseconds else 0xA1B2C3D4, 2, 4, 0, 0, snaplen, link))
        for time_ns, frame, original in records:
            cut = frame[:snaplen]
            file.write(struct.pack("<IIII", time_ns // 10**9, time_ns % 10**9 // unit, len(cut), original) + cut)


def block(kind, body):
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + b"\0" * (-len(value) % 4)


def write_pcapng(path, records, interface, link=LINK_ETHERNET, snaplen=262144, names=(), dropped=0, comment=""):
    """pcapng with nanoseconds, the interface's name, name resolution (address text, name) and statistics at the end."""
    with open(path, "wb") as file:
        about = option(1, comment.encode()) if comment else b""
        file.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1) + about + option(3, b"Linux") + option(0, b"")))
        file.write(block(1, struct.pack("<HHI", link, 0, snaplen) + option(2, interface.encode()) +
                         option(9, b"\x09") + option(0, b"")))
        if names:
            entries = b""
            for address, name in names:
                kind, octets = (1, socket.inet_aton(address)) if "." in address else \
                    (2, socket.inet_pton(socket.AF_INET6, address))
                entries += option(kind, octets + name.encode() + b"\0")
            file.write(block(4, entries + option(0, b"")))
        for time_ns, frame, original in records:
            cut = frame[:snaplen]
            head = struct.pack("<IIIII", 0, time_ns >> 32, time_ns & 0xFFFFFFFF, len(cut), original)
            file.write(block(6, head + cut))
        end = records[-1][0] if records else 0
        statistics = option(4, struct.pack("<Q", len(records))) + option(5, struct.pack("<Q", dropped)) + option(0, b"")
        file.write(block(5, struct.pack("<III", 0, end >> 32, end & 0xFFFFFFFF) + statistics))
