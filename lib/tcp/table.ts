import { Int32Columns } from '../bytes/columns.ts';
import { mix3, RECORD_MASK, Slots, slotTag } from '../bytes/slots.ts';
import type { Segment } from '../packet/segment.ts';
import { AddressBook } from './addresses.ts';
import { Calm } from './calm/calm.ts';
import type { Connection } from './connection.ts';
import { ClosedConnections, NONE_DUE } from './entries/closed.ts';
import {
  CLOSED,
  CLOSED_MARK,
  HIGH,
  isClosed,
  isLone,
  LONE,
  LOW,
  NO_CONNECTION,
  PORTS,
  SEQ,
  STREAM,
  TAG,
  WIDTH,
} from './entries/columns.ts';
import { type LoneSyn, LoneSyns } from './entries/lone.ts';
import type { Services } from './oddities/responses.ts';
import type { Memory } from './verdict/memory.ts';
import { begin, isBegunBy, StreamNumbers } from './wireshark/streams.ts';

/** Every 4-tuple ever seen, as an entry of columns (entries/columns.ts), and what lives on it. */
export class ConnectionTable {
  private readonly entries = new Int32Columns(WIDTH);
  private readonly seed = (Math.random() * 0x100000000) | 0;
  readonly addresses = new AddressBook(this.seed);
  private readonly owner = { hashOf: (i: number) => this.hashOf(i) };
  private readonly v4 = new Slots(this.owner);
  private readonly v6 = new Slots(this.owner);
  private readonly live: (Connection | null)[] = [];
  private readonly calm: Calm;
  private readonly free: number[] = [];
  private readonly lone = new LoneSyns();
  private readonly closed = new ClosedConnections();
  /** Wireshark's numbers, which share the entries. */
  readonly streams: StreamNumbers = new StreamNumbers(this.entries, STREAM);

  /** Of the segment looked up last: its sender is the low end. */
  fromLow = false;
  private lastLow = 0;
  private lastHigh = 0;
  private lastPorts = 0;
  private lastVersion = 0;
  private lastEntry = -1;

  constructor(memory: Memory, services: Services) {
    this.calm = new Calm(memory, services);
  }

  /** 4-tuples seen so far; entries are numbered 0 .. size - 1 in order of first sight. */
  get size(): number {
    return this.entries.length;
  }

  /** The entry of the segment's 4-tuple, made if there is none; sets `fromLow`. */
  find(s: Segment): number {
    let a = s.srcD;
    let b = s.dstD;
    const version = s.ipVersion;
    if (version === 6) {
      a = this.addresses.intern(s.srcA, s.srcB, s.srcC, a);
      b = this.addresses.intern(s.dstA, s.dstB, s.dstC, b);
    }
    const fromLow = a < b || (a === b && s.srcPort <= s.dstPort);
    this.fromLow = fromLow;
    const low = fromLow ? a : b;
    const high = fromLow ? b : a;
    const ports = fromLow ? (s.srcPort << 16) | s.dstPort : (s.dstPort << 16) | s.srcPort;
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
    const entry = this.entries.allocate();
    const chunk = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    chunk[o + LOW] = low;
    chunk[o + HIGH] = high;
    chunk[o + PORTS] = ports;
    chunk[o + TAG] = NO_CONNECTION;
    index.insert(hash, entry);
    return entry;
  }

  /** The live connection of an entry (the first, where tunnels part several), null without. */
  connection(entry: number): Connection | null {
    const tag = this.entries.get(entry, TAG);
    if (tag < 0) return null;
    const c = this.live[tag]!;
    if (this.calm.isResting(tag)) this.calm.wake(tag, c);
    return c;
  }

  /** Lays the connection of an entry to rest, if it is calm: until somebody asks for it, its columns are enough. */
  rest(c: Connection): void {
    const tag = this.entries.get(c.entry, TAG);
    if (tag >= 0 && this.live[tag] === c) this.calm.rest(tag, c);
  }

  /** Follows the usual segment of a connection at rest; false, with nothing done, for any other. */
  pass(s: Segment): boolean {
    const entry = this.find(s);
    const tag = this.entries.get(entry, TAG);
    return tag >= 0 && this.calm.isResting(tag) && this.calm.pass(tag, this.live[tag]!, s, this.fromLow);
  }

  isLoneSyn(entry: number): boolean {
    return isLone(this.entries.get(entry, TAG));
  }

  /** The entry remembers a connection that was closed and finished. */
  isClosed(entry: number): boolean {
    return isClosed(this.entries.get(entry, TAG));
  }

  /** When the closed connection of an entry was last heard, seconds. */
  closedAt(entry: number): number {
    return this.closed.closedAt(this.entries.get(entry, CLOSED));
  }

  /** Keeps of a closed connection what a late segment, or a new SYN, must meet within `patienceSeconds`. */
  putClosed(c: Connection, patienceSeconds: number): void {
    this.clear(c.entry);
    const { entries, closed } = this;
    entries.set(c.entry, CLOSED, closed.put(c));
    entries.set(c.entry, TAG, LONE | CLOSED_MARK);
    for (let entry = closed.forget(patienceSeconds); entry !== NONE_DUE; entry = closed.forget(patienceSeconds)) {
      if (entry >= 0) entries.set(entry, TAG, NO_CONNECTION);
    }
  }

  /** Gives a closed connection back as far as it is remembered. Its timeline is the caller's to restore. */
  readClosed(entry: number, c: Connection): { clientWaits: boolean; serverWaits: boolean } {
    return this.closed.read(this.entries.get(entry, CLOSED), c);
  }

  /** Puts a live connection into an entry, in place of whatever it held. */
  put(entry: number, c: Connection): void {
    const tag = this.entries.get(entry, TAG);
    if (tag >= 0) {
      this.live[tag] = c;
      return;
    }
    const index = this.free.pop() ?? this.live.length;
    this.live[index] = c;
    this.entries.set(entry, TAG, index);
  }

  /** The entry holds no connection any more. */
  clear(entry: number): void {
    const { entries } = this;
    const tag = entries.get(entry, TAG);
    if (tag >= 0) {
      this.live[tag] = null;
      this.free.push(tag);
    } else if (isClosed(tag)) this.closed.takeOut(entries.get(entry, CLOSED));
    entries.set(entry, TAG, NO_CONNECTION);
  }

  /** Keeps a first SYN as columns instead of a connection; false when it is not plain enough for that. */
  putLoneSyn(entry: number, s: Segment, number: number, stream: number): boolean {
    const m = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    return isBegunBy(m, o + STREAM, this.fromLow) && this.lone.put(m, o, entry, s, this.fromLow, number, stream);
  }

  /** Reads a lone SYN back as the segment it was (all but payload and capture position); its entry is empty after that. */
  takeLoneSyn(entry: number, into: LoneSyn): void {
    const m = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    this.lone.read(m, o, entry, into);
    this.readTuple(entry, into.fromLow, into.segment);
    begin(m, o + STREAM, into.fromLow, into.stream, m[o + SEQ]!);
    m[o + TAG] = NO_CONNECTION;
  }

  /** The little of a lone SYN that counters need. */
  readLoneTuple(entry: number, into: LoneSyn): void {
    this.lone.readPlace(this.entries.chunk(entry), this.entries.offset(entry), entry, into);
    this.readTuple(entry, into.fromLow, into.segment);
  }

  /** Fills addresses and ports of a segment that the low (or high) end of the entry sends. Needs `ipVersion` set. */
  readTuple(entry: number, fromLow: boolean, s: Segment): void {
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

  private hashOf(entry: number): number {
    const chunk = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    return mix3(chunk[o + LOW]!, chunk[o + HIGH]!, chunk[o + PORTS]!, this.seed);
  }
}
