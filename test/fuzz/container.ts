import { hostileText } from './hostile.ts';
import type { Packet } from './packet.ts';
import { Pieces } from './pieces.ts';
import { EDGES, type Random } from './random.ts';

const out = new Pieces();
const encoder = new TextEncoder();

/** Packets as a capture file, of any kind that readers know; with lies in it where `random` wills. */
export function contained(random: Random, packets: readonly Packet[]): Uint8Array {
  out.clear();
  out.little = !random.oneIn(4);
  if (random.oneIn(3)) pcap(random, packets);
  else pcapng(random, packets);
  return out.copy();
}

const PCAP_MAGICS = [0xa1b2c3d4, 0xa1b2c3d4, 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34, 0x1c0001ac, 0x1c0001ab] as const;

function pcap(random: Random, packets: readonly Packet[]): void {
  const magic = random.pick(PCAP_MAGICS);
  out.u32(magic);
  out.u16(random.oneIn(60) ? random.below(600) : 2);
  out.u16(random.oneIn(20) ? random.below(6) : 4);
  out.u32(0);
  out.u32(0);
  out.u32(random.oneIn(5) ? 96 : 262_144);
  const flags = random.oneIn(30) ? ((4 | (random.below(16) << 4)) << 24) >>> 0 : 0;
  out.u32(((packets[0]?.linkType ?? 1) | flags) >>> 0);
  if (magic < 0xa0000000) out.u32(0);
  const unit = magic === 0xa1b23c4d ? 1 : 1000;
  for (const { seconds, nanos, bytes, captured, original } of packets) {
    out.u32(seconds);
    out.u32(random.oneIn(200) ? random.pick(EDGES) : Math.floor(nanos / unit));
    out.u32(random.oneIn(300) ? random.pick(EDGES) : captured);
    out.u32(original);
    if (magic === 0xa1b2cd34) out.zeroes(8);
    out.bytes(bytes.subarray(0, captured));
  }
}

/** Writes a block around what `body` writes; now and then its lengths are not true. */
function block(random: Random, type: number, body: () => void): void {
  const start = out.length;
  out.u32(type);
  out.u32(0);
  body();
  out.pad();
  const length = out.length + 4 - start;
  out.setU32(start + 4, random.oneIn(400) ? random.pick(EDGES) : length);
  out.u32(random.oneIn(400) ? random.pick(EDGES) : length);
}

function option(random: Random, code: number, value: Uint8Array): void {
  out.u16(code);
  out.u16(random.oneIn(100) ? random.pick(EDGES) & 0xffff : value.length);
  out.bytes(value);
  out.pad();
}

const u8 = (...values: number[]): Uint8Array => Uint8Array.from(values);
const text = (random: Random): Uint8Array => encoder.encode(hostileText(random));

function garbage(random: Random): Uint8Array {
  const bytes = new Uint8Array(random.below(24));
  for (let i = 0; i < bytes.length; i++) bytes[i] = random.int32();
  return bytes;
}

/** Codes below 20 mean something in one block or another. */
function someOptions(random: Random): void {
  while (!random.oneIn(2)) option(random, random.below(20), random.oneIn(2) ? text(random) : garbage(random));
  if (random.oneIn(2)) out.u32(0);
}

function section(random: Random): void {
  block(random, 0x0a0d0d0a, () => {
    out.u32(0x1a2b3c4d);
    out.u16(1);
    out.u16(random.oneIn(40) ? random.below(4) : 0);
    out.u32(0xffffffff);
    out.u32(0xffffffff);
    if (random.oneIn(3)) option(random, 1, text(random));
    someOptions(random);
  });
}

const RESOLUTIONS = [6, 9, 9, 3, 0, 12, 0x80 | 20, 0x80 | 30, 0xff, 127, 0x80 | 63] as const;

/** What its time stamps count: units in a second. */
function describe(random: Random, linkType: number): number {
  const resolution = random.oneIn(3) ? random.pick(RESOLUTIONS) : 6;
  block(random, 1, () => {
    out.u16(linkType);
    out.u16(0);
    out.u32(random.oneIn(6) ? 96 : 0);
    if (random.oneIn(4)) option(random, 2, text(random));
    if (resolution !== 6) option(random, 9, u8(resolution));
    if (random.oneIn(20)) option(random, 14, garbage(random));
    if (random.oneIn(20)) option(random, 13, u8(random.below(8)));
    someOptions(random);
  });
  const power = resolution & 0x7f;
  return Math.min(resolution & 0x80 ? 2 ** power : 10 ** power, 1e9);
}

function stamp(seconds: number, nanos: number, units: number): void {
  const stamp = BigInt(seconds) * BigInt(units) + BigInt(Math.floor((nanos * units) / 1e9));
  out.u32(Number((stamp >> 32n) & 0xffffffffn));
  out.u32(Number(stamp & 0xffffffffn));
}

function pcapng(random: Random, packets: readonly Packet[]): void {
  section(random);
  let units = new Map<number, readonly [id: number, units: number]>();
  for (const packet of packets) {
    if (random.oneIn(60)) {
      out.little = !random.oneIn(3);
      section(random);
      units = new Map();
    }
    if (random.oneIn(12)) other(random, units.size);
    const { linkType, bytes, captured } = packet;
    let known = units.get(linkType);
    if (known === undefined || random.oneIn(50)) {
      known = [units.size, describe(random, linkType)];
      units.set(linkType, known);
      if (units.size <= known[0]) units.set(-units.size - 1, known);
    }
    const [id, scale] = known;
    const seconds = random.oneIn(200) ? random.pick(EDGES) : packet.seconds;
    const kind = random.below(20);
    if (kind === 0) {
      block(random, 3, () => {
        out.u32(packet.original);
        out.bytes(bytes.subarray(0, captured));
      });
    } else if (kind === 1) {
      block(random, 2, () => {
        out.u16(id);
        out.u16(random.oneIn(4) ? random.below(0x10000) : 0);
        stamp(seconds, packet.nanos, scale);
        out.u32(captured);
        out.u32(packet.original);
        out.bytes(bytes.subarray(0, captured));
      });
    } else {
      block(random, 6, () => {
        out.u32(random.oneIn(300) ? random.pick(EDGES) : id);
        stamp(seconds, packet.nanos, scale);
        out.u32(random.oneIn(300) ? random.pick(EDGES) : captured);
        out.u32(random.oneIn(300) ? random.pick(EDGES) : packet.original);
        out.bytes(bytes.subarray(0, captured));
        out.pad();
        if (random.oneIn(8)) {
          if (random.oneIn(2)) option(random, 1, text(random));
          if (random.oneIn(2)) option(random, 2, u8(random.below(256), random.below(256), 0, 0));
          if (random.oneIn(2)) option(random, 4, garbage(random));
          someOptions(random);
        }
      });
    }
  }
  if (random.oneIn(3)) statistics(random);
}

/** A block that is no packet. */
function other(random: Random, interfaces: number): void {
  switch (random.below(6)) {
    case 0:
      block(random, 4, () => names(random));
      break;
    case 1:
      statistics(random);
      break;
    case 2:
      block(random, random.pick([0xbad, 0x40000bad, 9, 10, 0x204, 0x216, 0x221]), () => {
        out.u32(random.int32());
        out.bytes(garbage(random));
      });
      break;
    case 3:
      block(random, random.int32() >>> 0, () => out.bytes(garbage(random)));
      break;
    case 4:
      describe(random, random.pick([0, 1, 101, 113, 147, 276, 0xffff]));
      break;
    default:
      block(random, 5, () => {
        out.u32(interfaces + 3);
        out.zeroes(8);
      });
  }
}

function names(random: Random): void {
  const count = random.below(4);
  for (let i = 0; i < count; i++) {
    const name = text(random);
    const isV6 = random.oneIn(3);
    out.u16(isV6 ? 2 : 1);
    out.u16(random.oneIn(30) ? random.pick(EDGES) & 0xffff : (isV6 ? 16 : 4) + name.length + 1);
    if (isV6) {
      out.bytes(u8(0x20, 1, 0x0d, 0xb8));
      out.zeroes(11);
    } else out.bytes(u8(10, 0, 0));
    out.u8(1 + random.below(3));
    out.bytes(name);
    out.u8(0);
    out.pad();
  }
  if (!random.oneIn(4)) out.u32(0);
  someOptions(random);
}

function statistics(random: Random): void {
  block(random, 5, () => {
    out.u32(0);
    out.u32(0x60000);
    out.u32(random.int32());
    for (const code of [2, 3, 4, 5]) {
      if (!random.oneIn(2)) continue;
      out.u16(code);
      out.u16(8);
      out.u32(code > 3 && !random.oneIn(4) ? 0 : 0x60a24);
      out.u32(random.below(1000));
    }
    someOptions(random);
  });
}
