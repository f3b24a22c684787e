import { foldSum, onesSum, onesSumOf } from '../../bytes/checksum.ts';
import type { Segment } from '../../packet/segment.ts';
import type { AddressMap } from './addresses.ts';

/** A checksum (RFC 1071) over part of the frame, and over addresses that stand elsewhere. */
interface Checksum {
  /** Where its 16 bits stand. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
  /** Sum of the addresses, before and after. */
  readonly addresses: readonly [before: number, after: number];
  /** The rest of the pseudo-header: protocol, and length. */
  readonly protocol: number;
  readonly length: number;
}

/** Neither addresses nor protocol count. */
const NO_ADDRESSES = [0, 0] as const;

/** One frame being made anew: all is zero until it is kept or mapped, so that nothing passes unseen. */
export class Rewriting {
  readonly map: AddressMap;
  /** The frame as it was, and as it will be: offsets count from its first byte. */
  before: Uint8Array = new Uint8Array(0);
  after: Uint8Array = new Uint8Array(0);
  private readonly checksums: Checksum[] = [];

  constructor(map: AddressMap) {
    this.map = map;
  }

  begin(frame: Uint8Array): void {
    if (frame.length > this.before.length) {
      this.before = new Uint8Array(2 * frame.length);
      this.after = new Uint8Array(2 * frame.length);
    }
    this.before.set(frame);
    this.after.fill(0, 0, frame.length);
    this.checksums.length = 0;
  }

  keep(start: number, end: number): void {
    for (let i = start; i < end; i++) this.after[i] = this.before[i]!;
  }

  ipv4(at: number): void {
    const address = this.map.ipv4(this.i32(at));
    for (let i = 0; i < 4; i++) this.after[at + i] = address >>> (24 - 8 * i);
  }

  ipv6(at: number): void {
    this.after.set(this.map.ipv6(this.before.slice(at, at + 16)), at);
  }

  mac(at: number): void {
    this.after.set(this.map.mac(this.before.slice(at, at + 6)), at);
  }

  opaque(start: number, end: number): void {
    this.after.set(this.map.opaque(this.before.slice(start, end)), start);
  }

  u16(at: number): number {
    return (this.before[at]! << 8) | this.before[at + 1]!;
  }

  /** A checksum over nothing but the bytes from `start` to `end`. */
  checksum(at: number, start: number, end: number): void {
    this.checksums.push({ at, start, end, addresses: NO_ADDRESSES, protocol: 0, length: 0 });
  }

  /** One over a pseudo-header as well, with the segment's addresses. */
  pseudoChecksum(at: number, start: number, end: number, s: Segment, protocol: number, length: number): void {
    this.checksums.push({ at, start, end, addresses: this.addressSums(s), protocol, length });
  }

  /** Checksums come right as they were right, and wrong as they were wrong: the inner ones first, for outer ones count them. */
  finish(end: number): void {
    for (const checksum of this.checksums.reverse()) {
      if (checksum.at + 2 > end) continue;
      const value = this.updated(checksum, Math.min(checksum.end, end));
      this.after[checksum.at] = value >>> 8;
      this.after[checksum.at + 1] = value & 0xff;
    }
  }

  private updated({ at, start, end, addresses: [from, to], protocol, length }: Checksum, stop: number): number {
    const value = this.u16(at);
    // The sums that a sender leaves for its card to complete (see packet/checksum.ts).
    const withProtocol = foldSum(from + protocol);
    const whole = foldSum(withProtocol + onesSumOf(length));
    const sum = onesSum(this.before, start, Math.min(end, stop));
    if (foldSum(whole + sum) !== 0xffff) {
      if (value === 0) return 0;
      if (protocol !== 0 && value === whole) return foldSum(foldSum(to + protocol) + onesSumOf(length));
      if (protocol !== 0 && value === withProtocol) return foldSum(to + protocol);
    }
    // RFC 1624 3: what was taken away is taken out of the sum, what came is added. The checksum itself is in neither.
    this.after[at] = this.before[at]!;
    this.after[at + 1] = this.before[at + 1]!;
    const gone = foldSum(sum + from);
    const come = foldSum(onesSum(this.after, start, Math.min(end, stop)) + to);
    return gone === come ? value : ~foldSum((~value & 0xffff) + (~gone & 0xffff) + come) & 0xffff;
  }

  private addressSums(s: Segment): readonly [number, number] {
    if (s.ipVersion === 4) {
      return [
        onesSumOf(s.srcD) + onesSumOf(s.dstD),
        onesSumOf(this.map.ipv4(s.srcD)) + onesSumOf(this.map.ipv4(s.dstD)),
      ];
    }
    const source = ipv6Bytes(s.srcA, s.srcB, s.srcC, s.srcD);
    const destination = ipv6Bytes(s.dstA, s.dstB, s.dstC, s.dstD);
    const before = onesSum(source, 0, 16) + onesSum(destination, 0, 16);
    return [before, onesSum(this.map.ipv6(source), 0, 16) + onesSum(this.map.ipv6(destination), 0, 16)];
  }

  private i32(at: number): number {
    return (this.u16(at) << 16) | this.u16(at + 2);
  }
}

function ipv6Bytes(...words: readonly number[]): Uint8Array {
  return Uint8Array.from(words.flatMap((word) => [word >>> 24, word >>> 16, word >>> 8, word]));
}
