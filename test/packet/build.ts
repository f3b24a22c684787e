import { Frame } from '../../lib/capture/frame.ts';

/** Packets from their parts, innermost first: `ethernet(ipv4(tcp({ seq: 1 })))`. All lengths and checksums are true unless told. */

export type Bytes = Uint8Array;

/** Bytes from numbers, and from `'de ad be ef'`; joins what it is given. */
export function bytes(...parts: readonly (number | string | Bytes | readonly number[])[]): Bytes {
  const all: number[] = [];
  for (const part of parts) {
    if (typeof part === 'number') all.push(part);
    else if (typeof part === 'string')
      for (const pair of part.replaceAll(/\s/g, '').match(/../g) ?? []) all.push(Number.parseInt(pair, 16));
    else for (const byte of part) all.push(byte);
  }
  return Uint8Array.from(all);
}

export const be16 = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
export const be32 = (value: number): number[] => [...be16(value >>> 16), ...be16(value)];
export const le16 = (value: number): number[] => [value & 0xff, (value >>> 8) & 0xff];
export const le32 = (value: number): number[] => [...le16(value), ...le16(value >>> 16)];
export const text = (string: string): Bytes => new TextEncoder().encode(string);

/** Internet checksum (RFC 1071) of everything given: the slow, obvious way. */
export function internetChecksum(...parts: readonly Bytes[]): number {
  let sum = 0;
  for (const part of parts) for (let i = 0; i < part.length; i += 2) sum += (part[i]! << 8) | (part[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

export interface TcpParts {
  readonly srcPort?: number;
  readonly dstPort?: number;
  readonly seq?: number;
  readonly ack?: number;
  /** FIN .. AE bits of lib/packet/segment.ts. */
  readonly flags?: number;
  readonly window?: number;
  readonly urgent?: number;
  /** Padded to words with NOPs. */
  readonly options?: Bytes | readonly number[];
  readonly payload?: Bytes | string;
  /** In words, when not the true one. */
  readonly dataOffset?: number;
  /** When not the true one. */
  readonly checksum?: number;
}

/** A TCP header and payload. Its checksum is filled in by the IP layer around it, unless given. */
export function tcp(parts: TcpParts = {}): Bytes {
  const options = [...(parts.options ?? [])];
  while (options.length % 4 !== 0) options.push(1);
  const payload = typeof parts.payload === 'string' ? text(parts.payload) : (parts.payload ?? bytes());
  const words = parts.dataOffset ?? 5 + options.length / 4;
  const segment = bytes(
    be16(parts.srcPort ?? 40000),
    be16(parts.dstPort ?? 80),
    be32(parts.seq ?? 1000),
    be32(parts.ack ?? 2000),
    be16((words << 12) | (parts.flags ?? 0x10)),
    be16(parts.window ?? 512),
    be16(parts.checksum ?? 0),
    be16(parts.urgent ?? 0),
    options,
    payload,
  );
  if (parts.checksum === undefined) unsummed.add(segment);
  return segment;
}

const unsummed = new WeakSet<Bytes>();

/** With the checksum of the pseudo-header and itself, if it is a TCP segment that still wants one. */
function summed(payload: Bytes, source: Bytes, destination: Bytes, protocol: number): Bytes {
  if (!unsummed.has(payload) || protocol !== 6) return payload;
  const copy = payload.slice();
  const sum = internetChecksum(source, destination, bytes(be32(payload.length), be32(protocol)), copy);
  copy.set(be16(sum), 16);
  return copy;
}

export interface Ipv4Parts {
  readonly source?: string;
  readonly destination?: string;
  readonly protocol?: number;
  readonly ttl?: number;
  readonly id?: number;
  readonly tos?: number;
  readonly dontFragment?: boolean;
  readonly moreFragments?: boolean;
  /** In bytes; a multiple of 8. */
  readonly fragmentOffset?: number;
  readonly options?: Bytes;
  /** When not the true one. */
  readonly totalLength?: number;
}

export function ipv4(payload: Bytes, parts: Ipv4Parts = {}): Bytes {
  const source = ipv4Address(parts.source ?? '10.0.0.1');
  const destination = ipv4Address(parts.destination ?? '10.0.0.2');
  const options = parts.options ?? bytes();
  const protocol = parts.protocol ?? 6;
  const headerLength = 20 + options.length;
  const flags = (parts.dontFragment ? 0x4000 : 0) | (parts.moreFragments ? 0x2000 : 0);
  const header = bytes(
    0x40 | (headerLength / 4),
    parts.tos ?? 0,
    be16(parts.totalLength ?? headerLength + payload.length),
    be16(parts.id ?? 0x1234),
    be16(flags | ((parts.fragmentOffset ?? 0) >>> 3)),
    parts.ttl ?? 64,
    protocol,
    [0, 0],
    source,
    destination,
    options,
  );
  header.set(be16(internetChecksum(header)), 10);
  return bytes(header, summed(payload, source, destination, protocol));
}

export interface Ipv6Parts {
  readonly source?: string;
  readonly destination?: string;
  /** Of the first header after the fixed one. */
  readonly nextHeader?: number;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  /** When not the true one. */
  readonly payloadLength?: number;
}

export function ipv6(payload: Bytes, parts: Ipv6Parts = {}): Bytes {
  const source = ipv6Address(parts.source ?? '2001:db8::1');
  const destination = ipv6Address(parts.destination ?? '2001:db8::2');
  const nextHeader = parts.nextHeader ?? 6;
  return bytes(
    be32(0x60000000 | ((parts.trafficClass ?? 0) << 20)),
    be16(parts.payloadLength ?? payload.length),
    nextHeader,
    parts.hopLimit ?? 64,
    source,
    destination,
    summed(payload, source, destination, nextHeader),
  );
}

export function udp(payload: Bytes, destinationPort: number, sourcePort = 50000): Bytes {
  return bytes(be16(sourcePort), be16(destinationPort), be16(8 + payload.length), be16(0), payload);
}

export interface EthernetParts {
  readonly destination?: string;
  readonly source?: string;
  /** Told from the payload's IP version otherwise. */
  readonly type?: number;
}

export function ethernet(payload: Bytes, parts: EthernetParts = {}): Bytes {
  const type = parts.type ?? etherType(payload);
  return bytes(parts.destination ?? '020000000002', parts.source ?? '020000000001', be16(type), payload);
}

/** An Ethernet frame with one more VLAN tag, outside of those it has. */
export function vlan(frame: Bytes, id: number, type = 0x8100): Bytes {
  return bytes(frame.subarray(0, 12), be16(type), be16(id), frame.subarray(12));
}

/** The ethertype of an IP packet, by its version. */
export function etherType(packet: Bytes): number {
  return packet[0]! >>> 4 === 6 ? 0x86dd : 0x0800;
}

export function ipv4Address(address: string): Bytes {
  return Uint8Array.from(address.split('.').map(Number));
}

export function ipv6Address(address: string): Bytes {
  const [head = '', tail] = address.split('::');
  const groups = (part: string | undefined) => (part ? part.split(':').map((group) => Number.parseInt(group, 16)) : []);
  const [left, right] = [groups(head), groups(tail)];
  const zeroes = new Array<number>(8 - left.length - right.length).fill(0);
  return bytes(...[...left, ...zeroes, ...right].map(be16));
}

export interface FrameParts {
  readonly linkType?: number;
  readonly number?: number;
  /** Seconds since the epoch. */
  readonly time?: number;
  readonly interface?: number;
  /** Bytes that the capture kept; all by default. */
  readonly captured?: number;
  /** Length on the wire; that of `packet` by default. */
  readonly original?: number;
}

/** A frame that holds `packet`, with garbage around it that no decoder may touch. */
export function frameOf(packet: Bytes, parts: FrameParts = {}): Frame {
  const frame = new Frame();
  const captured = parts.captured ?? packet.length;
  frame.bytes = bytes(new Uint8Array(16).fill(0xa5), packet.subarray(0, captured), new Uint8Array(16).fill(0xa5));
  frame.start = 16;
  frame.captured = captured;
  frame.original = parts.original ?? packet.length;
  frame.linkType = parts.linkType ?? 1;
  frame.number = parts.number ?? 1;
  frame.interface = parts.interface ?? 0;
  const time = parts.time ?? 1_700_000_000;
  frame.seconds = Math.floor(time);
  frame.nanos = Math.round((time - frame.seconds) * 1e9);
  return frame;
}
