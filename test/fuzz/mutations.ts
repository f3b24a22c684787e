import type { Packet } from './packet.ts';
import { EDGES, type Random } from './random.ts';

/** Changes to the packets of a case, each at the level at which something may mind it. */

/** Changes which packets there are, their order and their times. */
export function shuffled(random: Random, packets: Packet[]): void {
  for (let changes = random.below(4); changes > 0 && packets.length > 0; changes--) {
    const at = random.below(packets.length);
    const packet = packets[at]!;
    switch (random.below(6)) {
      case 0:
        packets.splice(at, 1);
        break;
      case 1:
        packets.splice(random.below(packets.length), 0, { ...packet });
        break;
      case 2: {
        const other = random.below(packets.length);
        packets[at] = packets[other]!;
        packets[other] = packet;
        break;
      }
      case 3:
        packet.seconds = random.oneIn(4) ? random.pick(EDGES) : Math.max(0, packet.seconds + random.below(200) - 100);
        break;
      case 4:
        packet.nanos = random.below(1e9);
        break;
      default:
        packet.captured = random.below(packet.captured + 1);
        if (random.oneIn(3)) packet.original = random.oneIn(2) ? packet.captured : random.pick(EDGES);
    }
  }
}

/** Changes what packets say. */
export function rewritten(random: Random, packets: Packet[]): void {
  if (packets.length === 0) return;
  for (let changes = random.below(6); changes > 0; changes--) {
    const packet = random.pick(packets);
    packet.bytes = packet.bytes.slice();
    const { tcpAt, ipAt, bytes } = packet;
    if (tcpAt >= 0 && tcpAt + 20 <= bytes.length && random.oneIn(2)) changeTcp(random, bytes, tcpAt);
    else if (ipAt >= 0 && ipAt + 20 <= bytes.length && random.oneIn(2)) changeIp(random, bytes, ipAt);
    else damage(random, bytes);
    if (random.oneIn(100)) packet.linkType = random.oneIn(2) ? random.below(300) : random.pick(EDGES) & 0xffff;
  }
}

const STEPS = [1, -1, 2, -2, 4, 100, -100, 1460, -1460, 65_535, -65_535, 0x7fffffff, 0x10000000] as const;

function changeTcp(random: Random, bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (random.below(8)) {
    case 0:
      view.setInt32(at + 4, view.getInt32(at + 4) + random.pick(STEPS));
      return;
    case 1:
      view.setInt32(at + 8, view.getInt32(at + 8) + random.pick(STEPS));
      return;
    case 2:
      bytes[at + 13] = random.oneIn(2) ? random.below(256) : bytes[at + 13]! ^ (1 << random.below(8));
      return;
    case 3:
      bytes[at + 12] = random.below(256);
      return;
    case 4:
      view.setUint16(at + 14, random.pick([0, 0, 1, 65_535, random.below(65_536)]));
      return;
    case 5:
      view.setUint16(at + random.pick([0, 2]), random.pick([0, 7, 80, 443, 4789, 65_535]));
      return;
    case 6:
      view.setUint16(at + random.pick([16, 18]), random.below(65_536));
      return;
    default:
      // The options: a kind, a length.
      if (at + 24 <= bytes.length) {
        const option = at + 20 + random.below(Math.min(40, bytes.length - at - 20));
        bytes[option] = random.pick([0, 1, 2, 3, 4, 5, 8, 19, 28, 29, 30, 34, 253, 255]);
        if (option + 1 < bytes.length) bytes[option + 1] = random.pick([0, 1, 2, 3, 4, 10, 18, 34, 255]);
      }
  }
}

function changeIp(random: Random, bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[at]! >> 4 === 6) {
    switch (random.below(3)) {
      case 0:
        bytes[at + 6] = random.pick([0, 4, 6, 17, 41, 43, 44, 50, 51, 58, 59, 60, 135, 255]);
        return;
      case 1:
        view.setUint16(at + 4, random.pick(EDGES));
        return;
      default:
        bytes[at + random.below(20)] = random.below(256);
        return;
    }
  }
  switch (random.below(6)) {
    case 0:
      bytes[at] = 0x40 | random.below(16);
      return;
    case 1:
      view.setUint16(at + 2, random.pick(EDGES));
      return;
    case 2:
      view.setUint16(at + 6, random.pick([0x2000, 0x2001, 1, 3, 0x1fff, 0x3fff, 0x4000, 0xffff]));
      return;
    case 3:
      bytes[at + 9] = random.pick([1, 4, 6, 17, 41, 47, 50, 51, 97, 115, 137, 255]);
      return;
    case 4:
      bytes[at + random.pick([8, 12, 15, 16, 19])] = random.below(256);
      return;
    default:
      bytes[at + random.below(20)] = random.below(256);
  }
}

/** Changes bytes without knowing what they mean. */
export function damage(random: Random, bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const at = random.below(bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (random.below(5)) {
    case 0:
      bytes[at]! ^= 1 << random.below(8);
      return;
    case 1:
      bytes[at] = random.pick(EDGES);
      return;
    case 2:
      if (at + 2 <= bytes.length) view.setUint16(at, random.pick(EDGES), random.oneIn(2));
      return;
    case 3:
      if (at + 4 <= bytes.length) view.setUint32(at, random.pick(EDGES), random.oneIn(2));
      return;
    default: {
      const count = Math.min(1 + random.below(16), bytes.length - at);
      const from = random.below(bytes.length - count + 1);
      bytes.copyWithin(at, from, from + count);
    }
  }
}

/** Changes the file itself: bytes of it, or where it ends. */
export function damagedFile(random: Random, file: Uint8Array): Uint8Array {
  for (let changes = random.oneIn(3) ? 1 + random.below(3) : 0; changes > 0; changes--) damage(random, file);
  if (random.oneIn(12)) return file.subarray(0, random.below(file.length + 1));
  if (random.oneIn(40)) {
    const at = random.below(file.length);
    const longer = new Uint8Array(file.length + 8);
    longer.set(file.subarray(0, at));
    longer.set(file.subarray(at), at + 8);
    return longer;
  }
  return file;
}
