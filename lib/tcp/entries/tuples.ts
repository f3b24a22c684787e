import { Int32Columns } from '../../bytes/columns.ts';
import { mix3, RECORD_MASK, SLOT_BYTES, Slots, slotTag } from '../../bytes/slots.ts';
import type { Segment } from '../../packet/segment.ts';
import { AddressBook } from '../addresses.ts';
import { HIGH, LOW, NO_CONNECTION, PORTS, TAG } from './columns.ts';

/** The number of every 4-tuple ever seen, in order of first sight: entries of columns, of which the first are filled here. */
export class Tuples {
  entries: Int32Columns;
  private readonly seed = (Math.random() * 0x100000000) | 0;
  private readonly addresses = new AddressBook(this.seed);
  private readonly owner = { hashOf: (i: number) => this.hashOf(i) };
  private v4 = new Slots(this.owner);
  private v6 = new Slots(this.owner);

  /** False while others look up: what is new over IPv4 is not entered in the index then. */
  private isIndexed = true;

  /** Of the segment asked about last: its sender is the low end. */
  fromLow = false;
  /** The columns of that 4-tuple's entry. */
  low = 0;
  high = 0;
  ports = 0;
  private lastLow = 0;
  private lastHigh = 0;
  private lastPorts = 0;
  private lastVersion = 0;
  private lastEntry = -1;

  /** `width`: columns of an entry, TAG included. */
  constructor(width: number) {
    this.entries = new Int32Columns(width);
  }

  /** The entry of the segment's 4-tuple, made if there is none; sets `fromLow`. */
  find(s: Segment): number {
    if (s.tuple >= 0) return this.follow(s);
    if (!this.isIndexed) this.indexAll();
    let a = s.srcD;
    let b = s.dstD;
    const version = s.ipVersion;
    if (version === 6) {
      a = this.addresses.intern(s.srcA, s.srcB, s.srcC, a);
      b = this.addresses.intern(s.dstA, s.dstB, s.dstC, b);
    }
    this.order(a, b, s);
    const { low, high, ports } = this;
    if (low === this.lastLow && high === this.lastHigh && ports === this.lastPorts && version === this.lastVersion) {
      return this.lastEntry;
    }
    this.lastLow = low;
    this.lastHigh = high;
    this.lastPorts = ports;
    this.lastVersion = version;
    this.lastEntry = this.lookUp(low, high, ports, version === 6 ? this.v6 : this.v4);
    return this.lastEntry;
  }

  /** The hash of a segment's 4-tuple over IPv4; sets `low`, `high`, `ports` and `fromLow`. */
  hash4(s: Segment): number {
    this.order(s.srcD, s.dstD, s);
    return mix3(this.low, this.high, this.ports, this.seed);
  }

  private order(source: number, target: number, s: Segment): void {
    const fromLow = source < target || (source === target && s.srcPort <= s.dstPort);
    this.fromLow = fromLow;
    this.low = fromLow ? source : target;
    this.high = fromLow ? target : source;
    this.ports = fromLow ? (s.srcPort << 16) | s.dstPort : (s.dstPort << 16) | s.srcPort;
  }

  /** Fills addresses and ports of a segment that the low (or high) end of the entry sends. Needs `ipVersion` set. */
  read(entry: number, fromLow: boolean, s: Segment): void {
    const chunk = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    const source = chunk[o + (fromLow ? LOW : HIGH)]!;
    const target = chunk[o + (fromLow ? HIGH : LOW)]!;
    const ports = chunk[o + PORTS]!;
    s.srcPort = fromLow ? ports >>> 16 : ports & 0xffff;
    s.dstPort = fromLow ? ports & 0xffff : ports >>> 16;
    const book = s.ipVersion === 6 ? this.addresses : null;
    s.srcA = book === null ? 0 : book.word(source, 0);
    s.srcB = book === null ? 0 : book.word(source, 1);
    s.srcC = book === null ? 0 : book.word(source, 2);
    s.srcD = book === null ? source : book.word(source, 3);
    s.dstA = book === null ? 0 : book.word(target, 0);
    s.dstB = book === null ? 0 : book.word(target, 1);
    s.dstC = book === null ? 0 : book.word(target, 2);
    s.dstD = book === null ? target : book.word(target, 3);
  }

  /** What they take, with what finds them, bytes. */
  get bytes(): number {
    return this.entries.length * (4 * this.entries.width + SLOT_BYTES) + this.addresses.bytes;
  }

  /** Forgets the entries marked by a number below 0 in `renumbered`, where the others find their new number after that. */
  keepOnly(renumbered: Int32Array): void {
    const old = this.entries;
    const isV6 = this.marksOfV6();
    const known = new Uint8Array(this.addresses.size);
    for (let from = 0; from < old.length; from++) {
      if (renumbered[from]! < 0 || isV6[from] === 0) continue;
      known[old.get(from, LOW)] = 1;
      known[old.get(from, HIGH)] = 1;
    }
    // In the order of the old ones, so that the low end stays the low end.
    const addresses = this.addresses.keepOnly(known);
    this.entries = new Int32Columns(old.width);
    this.v4 = new Slots(this.owner);
    this.v6 = new Slots(this.owner);
    this.lastVersion = 0;
    for (let from = 0; from < old.length; from++) {
      if (renumbered[from]! < 0) continue;
      const entry = this.entries.allocate();
      renumbered[from] = entry;
      const m = this.entries.chunk(entry);
      const o = this.entries.offset(entry);
      for (let column = 0; column < old.width; column++) m[o + column] = old.get(from, column);
      if (isV6[from] === 1) {
        m[o + LOW] = addresses[m[o + LOW]!]!;
        m[o + HIGH] = addresses[m[o + HIGH]!]!;
      }
      (isV6[from] === 1 ? this.v6 : this.v4).insert(this.hashOf(entry), entry);
    }
  }

  /** Others have looked all segments up so far, in the same order: only what is new to them is new. */
  private follow(s: Segment): number {
    this.fromLow = s.fromLow;
    if (s.tuple < this.entries.length) return s.tuple;
    this.isIndexed = false;
    if (s.ipVersion === 4) return this.addBetween(s.srcD, s.dstD, s);
    const source = this.addresses.intern(s.srcA, s.srcB, s.srcC, s.srcD);
    const target = this.addresses.intern(s.dstA, s.dstB, s.dstC, s.dstD);
    const entry = this.addBetween(source, target, s);
    this.v6.insert(this.hashOf(entry), entry);
    return entry;
  }

  private addBetween(source: number, target: number, s: Segment): number {
    return s.fromLow
      ? this.add(source, target, (s.srcPort << 16) | s.dstPort)
      : this.add(target, source, (s.dstPort << 16) | s.srcPort);
  }

  /** From now on nobody looks up for us. */
  private indexAll(): void {
    this.isIndexed = true;
    for (const [entry, isV6] of this.marksOfV6().entries()) if (isV6 === 0) this.v4.insert(this.hashOf(entry), entry);
  }

  /** For each entry, 1 where its addresses are of IPv6: those are always in their index. */
  private marksOfV6(): Uint8Array {
    const marks = new Uint8Array(this.entries.length);
    for (const entry of this.v6.records()) marks[entry] = 1;
    return marks;
  }

  private lookUp(low: number, high: number, ports: number, index: Slots): number {
    const hash = mix3(low, high, ports, this.seed);
    const slots = index.shard(hash);
    const mask = slots.length - 1;
    const tag = slotTag(hash);
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const slot = slots[i]!;
      if (slot < 0) break;
      if ((slot & ~RECORD_MASK) !== tag) continue;
      const entry = slot & RECORD_MASK;
      const chunk = this.entries.chunk(entry);
      const o = this.entries.offset(entry);
      if (chunk[o + LOW] === low && chunk[o + HIGH] === high && chunk[o + PORTS] === ports) return entry;
    }
    const entry = this.add(low, high, ports);
    index.insert(hash, entry);
    return entry;
  }

  private add(low: number, high: number, ports: number): number {
    const entry = this.entries.allocate();
    const chunk = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    chunk[o + LOW] = low;
    chunk[o + HIGH] = high;
    chunk[o + PORTS] = ports;
    chunk[o + TAG] = NO_CONNECTION;
    return entry;
  }

  private hashOf(entry: number): number {
    const chunk = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    return mix3(chunk[o + LOW]!, chunk[o + HIGH]!, chunk[o + PORTS]!, this.seed);
  }
}
