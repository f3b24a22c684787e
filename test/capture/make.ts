/** Bytes of captures, right or wrong on purpose, field by field. */

type Field = number | bigint | string | Uint8Array;

/** Fields one after another in one byte order: `['u32', 1]`, `['u16', 2]`, `['u64', 3n]`, or bytes as they are. */
export type Fields = readonly (readonly ['u16' | 'u32' | 'u64', number | bigint] | Uint8Array)[];

export interface Order {
  readonly littleEndian: boolean;
}

export const LITTLE: Order = { littleEndian: true };
export const BIG: Order = { littleEndian: false };

export function pack({ littleEndian }: Order, fields: Fields): Uint8Array {
  return join(
    fields.map((field) => {
      if (field instanceof Uint8Array) return field;
      const [type, value] = field;
      const view = new DataView(new ArrayBuffer(type === 'u16' ? 2 : type === 'u32' ? 4 : 8));
      if (type === 'u16') view.setUint16(0, Number(value), littleEndian);
      else if (type === 'u32') view.setUint32(0, Number(value), littleEndian);
      else view.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), littleEndian);
      return new Uint8Array(view.buffer);
    }),
  );
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function pad(bytes: Uint8Array): Uint8Array {
  return join([bytes, new Uint8Array(-bytes.length & 3)]);
}

/** A packet of `length` bytes that differ from one another and from other packets' of another seed. */
export function packet(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + seed * 31) & 0xff);
}

// Classic pcap.

export interface PcapHeader {
  readonly magic?: number;
  readonly major?: number;
  readonly minor?: number;
  readonly snapLength?: number;
  readonly network?: number;
  readonly extra?: Uint8Array;
}

export function pcapHeader(order: Order, header: PcapHeader = {}): Uint8Array {
  const { magic = 0xa1b2c3d4, major = 2, minor = 4, snapLength = 262144, network = 1, extra } = header;
  return pack(order, [
    ['u32', magic],
    ['u16', major],
    ['u16', minor],
    ['u32', 0],
    ['u32', 0],
    ['u32', snapLength],
    ['u32', network],
    extra ?? new Uint8Array(0),
  ]);
}

export interface PcapRecord {
  readonly seconds?: number;
  readonly fraction?: number;
  readonly captured?: number;
  readonly original?: number;
  readonly bytes?: Uint8Array;
  readonly extra?: Uint8Array;
}

export function pcapRecord(order: Order, record: PcapRecord = {}): Uint8Array {
  const { seconds = 1_700_000_000, fraction = 5, bytes = packet(60), extra = new Uint8Array(0) } = record;
  const { captured = bytes.length, original = captured } = record;
  return pack(order, [['u32', seconds], ['u32', fraction], ['u32', captured], ['u32', original], extra, bytes]);
}

// pcapng.

export interface BlockLengths {
  readonly first?: number;
  readonly second?: number;
}

export function block(order: Order, type: number, body: Uint8Array, lengths: BlockLengths = {}): Uint8Array {
  const padded = pad(body);
  const { first = 12 + padded.length, second = first } = lengths;
  return pack(order, [['u32', type], ['u32', first], padded, ['u32', second]]);
}

export function option(order: Order, code: number, value: Field | Fields): Uint8Array {
  const bytes =
    value instanceof Uint8Array ? value : typeof value === 'string' ? text(value) : pack(order, value as Fields);
  return pad(pack(order, [['u16', code], ['u16', bytes.length], bytes]));
}

export function sectionHeader(order: Order, options: readonly Uint8Array[] = [], version = [1, 0]): Uint8Array {
  const body = pack(order, [['u32', 0x1a2b3c4d], ['u16', version[0]!], ['u16', version[1]!], ['u64', -1n], ...options]);
  return block(order, 0x0a0d0d0a, body);
}

export function interfaceDescription(
  order: Order,
  { linkType = 1, snapLength = 0, options = [] as readonly Uint8Array[] } = {},
): Uint8Array {
  return block(order, 1, pack(order, [['u16', linkType], ['u16', 0], ['u32', snapLength], ...options]));
}

export interface PacketBlock {
  readonly iface?: number;
  readonly stamp?: bigint;
  readonly captured?: number;
  readonly original?: number;
  readonly bytes?: Uint8Array;
  readonly options?: readonly Uint8Array[];
  readonly drops?: number;
}

/** 1700000000.000005 in microseconds. */
export const STAMP = 1_700_000_000_000_005n;

export function enhancedPacket(order: Order, fields: PacketBlock = {}, lengths: BlockLengths = {}): Uint8Array {
  const { iface = 0, stamp = STAMP, bytes = packet(60), options = [] } = fields;
  const { captured = bytes.length, original = captured } = fields;
  const body = pack(order, [
    ['u32', iface],
    ['u32', stamp >> 32n],
    ['u32', stamp & 0xffffffffn],
    ['u32', captured],
    ['u32', original],
    pad(bytes),
    ...options,
  ]);
  return block(order, 6, body, lengths);
}

export function obsoletePacket(order: Order, fields: PacketBlock = {}): Uint8Array {
  const { iface = 0, stamp = STAMP, bytes = packet(60), options = [], drops = 0 } = fields;
  const { captured = bytes.length, original = captured } = fields;
  const body = pack(order, [
    ['u16', iface],
    ['u16', drops],
    ['u32', stamp >> 32n],
    ['u32', stamp & 0xffffffffn],
    ['u32', captured],
    ['u32', original],
    pad(bytes),
    ...options,
  ]);
  return block(order, 2, body);
}

export function simplePacket(order: Order, bytes = packet(60), original = bytes.length): Uint8Array {
  return block(order, 3, pack(order, [['u32', original], bytes]));
}

export function interfaceStatistics(order: Order, iface: number, options: readonly Uint8Array[]): Uint8Array {
  return block(order, 5, pack(order, [['u32', iface], ['u32', 0], ['u32', 0], ...options]));
}

export function custom(order: Order, copyable = true, body = text('hello')): Uint8Array {
  return block(order, copyable ? 0xbad : 0x40000bad, pack(order, [['u32', 12345], body]));
}

/** A section header and one Ethernet interface, then `blocks`. */
export function pcapng(order: Order, ...blocks: readonly Uint8Array[]): Uint8Array {
  return join([sectionHeader(order), interfaceDescription(order), ...blocks]);
}
