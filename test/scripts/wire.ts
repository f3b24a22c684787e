/** Bytes of single packets, written independently of lib/ so that a mistake there cannot hide here. */

export interface TcpOptions {
  readonly srcPort: number;
  readonly dstPort: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly urgent: number;
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
  /** Data offset in words where the script wants a wrong one. */
  readonly dataOffset?: number;
  readonly badChecksum?: boolean;
}

export interface IpOptions {
  readonly src: string;
  readonly dst: string;
  readonly protocol: number;
  readonly ttl: number;
  readonly id: number;
  readonly ecn: number;
}

const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Big-endian fields, each `[value, bytes]`. */
export function fields(...values: readonly (readonly [number, number])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [value, width] of values) {
    for (let shift = (width - 1) * 8; shift >= 0; shift -= 8) bytes.push(Math.floor(value / 2 ** shift) & 0xff);
  }
  return Uint8Array.from(bytes);
}

export function addressBytes(address: string): Uint8Array {
  if (!address.includes(':')) {
    const bytes = address.split('.').map(Number);
    if (bytes.length !== 4 || bytes.some((byte) => !(byte >= 0 && byte <= 255))) {
      throw new Error(`not an IPv4 address: ${address}`);
    }
    return Uint8Array.from(bytes);
  }
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return fields(...groups.map((group) => [Number.parseInt(group, 16), 2] as const));
}

/** RFC 1071: the ones' complement of the ones' complement sum. */
export function checksum(...parts: readonly Uint8Array[]): number {
  const bytes = concat(...parts);
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function pseudoHeader(ip: IpOptions, length: number): Uint8Array {
  return concat(addressBytes(ip.src), addressBytes(ip.dst), fields([ip.protocol, 2], [length, 4]));
}

export function tcpSegment(ip: IpOptions, tcp: TcpOptions): Uint8Array {
  const padded = concat(tcp.options, new Uint8Array((4 - (tcp.options.length % 4)) % 4));
  const words = tcp.dataOffset ?? 5 + padded.length / 4;
  const head = (sum: number) =>
    fields(
      [tcp.srcPort, 2],
      [tcp.dstPort, 2],
      [tcp.seq >>> 0, 4],
      [tcp.ack >>> 0, 4],
      [(words << 12) | tcp.flags, 2],
      [tcp.window, 2],
      [sum, 2],
      [tcp.urgent, 2],
    );
  const length = 20 + padded.length + tcp.payload.length;
  const sum = checksum(pseudoHeader(ip, length), concat(head(0), padded, tcp.payload));
  return concat(head(tcp.badChecksum ? sum ^ 0x5555 : sum), padded, tcp.payload);
}

export function udpDatagram(ip: IpOptions, srcPort: number, dstPort: number, length: number): Uint8Array {
  const head = (sum: number) => fields([srcPort, 2], [dstPort, 2], [8 + length, 2], [sum, 2]);
  const payload = new Uint8Array(length);
  const sum = checksum(pseudoHeader({ ...ip, protocol: PROTOCOL_UDP }, 8 + length), concat(head(0), payload));
  return concat(head(sum), payload);
}

export function ipPacket(ip: IpOptions, payload: Uint8Array): Uint8Array {
  const source = addressBytes(ip.src);
  const target = addressBytes(ip.dst);
  if (source.length === 16) {
    const head = fields([0x60000000 + ip.ecn * 2 ** 20, 4], [payload.length, 2], [ip.protocol, 1], [ip.ttl, 1]);
    return concat(head, source, target, payload);
  }
  const head = (sum: number) =>
    concat(
      fields([0x45, 1], [ip.ecn, 1], [20 + payload.length, 2], [ip.id, 2], [0x4000, 2]),
      fields([ip.ttl, 1], [ip.protocol, 1], [sum, 2]),
      source,
      target,
    );
  return concat(head(checksum(head(0))), payload);
}

/** An ICMP or ICMPv6 error that quotes the beginning of `quoted` (an IP packet). */
export function icmpError(ip: IpOptions, type: number, code: number, mtu: number, quoted: Uint8Array): Uint8Array {
  const v6 = ip.src.includes(':');
  const protocol = v6 ? 58 : 1;
  const body = quoted.subarray(0, v6 ? 120 : 20 + 8);
  const head = (sum: number) => fields([type, 1], [code, 1], [sum, 2], [mtu, 4]);
  const summed = v6
    ? checksum(pseudoHeader({ ...ip, protocol }, 8 + body.length), head(0), body)
    : checksum(head(0), body);
  return ipPacket({ ...ip, protocol }, concat(head(summed), body));
}

export const LINKS = { ethernet: 1, null: 0, raw: 101, sll: 113 } as const;
export type Link = keyof typeof LINKS;

/** `mac` tells interfaces of one host apart, `vlan` 0 means no tag. */
export function linkFrame(link: Link, packet: Uint8Array, mac: number, vlan: number): Uint8Array {
  const etherType = packet[0]! >> 4 === 6 ? 0x86dd : 0x0800;
  switch (link) {
    case 'raw':
      return packet;
    case 'null':
      return concat(Uint8Array.from([etherType === 0x0800 ? 2 : 30, 0, 0, 0]), packet);
    case 'sll':
      return concat(fields([0, 2], [1, 2], [6, 2], [0x0200_0000_0000 + mac, 6], [0, 2], [etherType, 2]), packet);
    case 'ethernet': {
      const addresses = fields([0x0200_0000_1000 + mac, 6], [0x0200_0000_2000 + mac, 6]);
      const tag = vlan === 0 ? new Uint8Array(0) : fields([0x8100, 2], [vlan, 2]);
      return concat(addresses, tag, fields([etherType, 2]), packet);
    }
  }
}

export const PROTOCOL = { tcp: PROTOCOL_TCP, udp: PROTOCOL_UDP } as const;
