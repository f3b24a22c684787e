import { Segment } from '../packet/segment.ts';
import { Calm } from './calm/calm.ts';
import type { Connection } from './connection.ts';
import { ClosedConnections, NONE_DUE } from './entries/closed.ts';
import { CLOSED, isClosed, isLone, NO_CONNECTION, SEQ, STREAM, TAG, WIDTH } from './entries/columns.ts';
import { type LoneSyn, LoneSyns } from './entries/lone.ts';
import { Tuples } from './entries/tuples.ts';
import type { Services } from './oddities/responses.ts';
import type { Memory } from './verdict/memory.ts';
import { begin, isBegunBy, StreamNumbers } from './wireshark/streams.ts';

/** Every 4-tuple ever seen, as an entry of columns (entries/columns.ts), and what lives on it. */
export class ConnectionTable {
  private readonly tuples = new Tuples(WIDTH);
  private entries = this.tuples.entries;
  private readonly live: (Connection | null)[] = [];
  private readonly calm: Calm;
  private readonly free: number[] = [];
  private lone = new LoneSyns();
  private readonly closed = new ClosedConnections();
  /** Wireshark's numbers, which share the entries. */
  readonly streams: StreamNumbers = new StreamNumbers(this.entries, STREAM);

  constructor(memory: Memory, services: Services) {
    this.calm = new Calm(memory, services);
  }

  /** 4-tuples seen so far; entries are numbered 0 .. size - 1 in order of first sight. */
  get size(): number {
    return this.entries.length;
  }

  /** Of the segment looked up last: its sender is the low end. */
  get fromLow(): boolean {
    return this.tuples.fromLow;
  }

  /** The entry of the segment's 4-tuple, made if there is none; sets `fromLow`. */
  find(s: Segment): number {
    return this.tuples.find(s);
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
  rest(c: Connection, s: Segment): void {
    const tag = this.entries.get(c.entry, TAG);
    if (tag < 0 || this.live[tag] !== c || !this.calm.rest(tag, c) || s.ipVersion !== 4) return;
    const { tuples } = this;
    const hash = tuples.hash4(s);
    this.calm.name(tag, hash, tuples.low, tuples.high, tuples.ports);
  }

  /** Follows the usual segment of a connection at rest; false, with nothing done, for any other. */
  pass(s: Segment): boolean {
    if (s.ipVersion === 4 && s.tuple < 0) {
      const { tuples } = this;
      const hash = tuples.hash4(s);
      const at = this.calm.find(hash, tuples.low, tuples.high, tuples.ports);
      if (at >= 0) return this.calm.pass(at, this.live[at]!, s, tuples.fromLow);
    }
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
    return this.closed.closedAt(this.recordOf(entry));
  }

  /** Keeps of a closed connection what a late segment, or a new SYN, must meet within `patienceSeconds`. */
  putClosed(c: Connection, patienceSeconds: number): void {
    this.clear(c.entry);
    const { entries, closed } = this;
    entries.set(c.entry, TAG, CLOSED + closed.put(c));
    for (let entry = closed.forget(patienceSeconds); entry !== NONE_DUE; entry = closed.forget(patienceSeconds)) {
      if (entry >= 0) entries.set(entry, TAG, NO_CONNECTION);
    }
  }

  /** Gives a closed connection back as far as it is remembered. Its timeline is the caller's to restore. */
  readClosed(entry: number, c: Connection): { clientWaits: boolean; serverWaits: boolean } {
    return this.closed.read(this.recordOf(entry), c);
  }

  /** Of a closed connection. */
  private recordOf(entry: number): number {
    return this.entries.get(entry, TAG) - CLOSED;
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
    } else if (isClosed(tag)) this.closed.takeOut(tag - CLOSED);
    else if (isLone(tag)) this.lone.takeOut(entries.chunk(entry), entries.offset(entry), entry);
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
    this.lone.takeOut(m, o, entry);
    this.readTuple(entry, into.fromLow, into.segment);
    begin(m, o + STREAM, into.fromLow, into.stream, m[o + SEQ]!);
    m[o + TAG] = NO_CONNECTION;
  }

  /** The little of a lone SYN that counters need. */
  readLoneTuple(entry: number, into: LoneSyn): void {
    this.lone.readPlace(this.entries.chunk(entry), this.entries.offset(entry), entry, into);
    this.readTuple(entry, into.fromLow, into.segment);
  }

  /** Live connections, those of one 4-tuple counted once. */
  get liveCount(): number {
    return this.live.length - this.free.length;
  }

  /** What everything but live connections takes, bytes. */
  get bytes(): number {
    return this.tuples.bytes + this.closed.bytes + this.lone.bytes;
  }

  /** The entries of so many live connections, of those whose last segment is the longest ago. */
  leastRecent(count: number): number[] {
    const all: { readonly entry: number; readonly frame: number }[] = [];
    for (const [i, c] of this.live.entries()) {
      if (c !== null) all.push({ entry: c.entry, frame: this.calm.lastFrame(i, c) });
    }
    all.sort((a, b) => a.frame - b.frame || a.entry - b.entry);
    return all.slice(0, count).map(({ entry }) => entry);
  }

  /**
   * Forgets 4-tuples on which nothing lives, those seen first before others, until `most` are left; shows the lone SYNs
   * among them to `gone`. Entries have other numbers after that. How many are forgotten.
   */
  keepNewest(most: number, gone: (lone: LoneSyn) => void): number {
    const { entries: old, lone: oldLone } = this;
    const renumbered = new Int32Array(old.length).fill(-1);
    let room = most - this.liveCount;
    for (let entry = old.length - 1; entry >= 0; entry--) {
      if (old.get(entry, TAG) >= 0 || room-- > 0) renumbered[entry] = 0;
    }
    const read: LoneSyn = { segment: new Segment(), number: 0, stream: 0, fromLow: false };
    for (let entry = 0; entry < old.length; entry++) {
      if (renumbered[entry]! >= 0 || !this.isLoneSyn(entry)) continue;
      this.readLoneTuple(entry, read);
      gone(read);
    }
    this.tuples.keepOnly(renumbered);
    this.entries = this.tuples.entries;
    this.streams.moveTo(this.entries);
    this.closed.renumber(renumbered);
    this.lone = new LoneSyns();
    for (const [from, entry] of renumbered.entries()) {
      if (entry < 0) continue;
      const m = this.entries.chunk(entry);
      const o = this.entries.offset(entry);
      if (m[o + TAG]! >= 0) renumber(this.live[m[o + TAG]!]!, entry);
      if (!isLone(m[o + TAG]!)) continue;
      oldLone.read(m, o, from, read);
      this.lone.put(m, o, entry, read.segment, read.fromLow, read.number, read.stream);
    }
    return old.length - this.entries.length;
  }

  /** Fills addresses and ports of a segment that the low (or high) end of the entry sends. Needs `ipVersion` set. */
  readTuple(entry: number, fromLow: boolean, s: Segment): void {
    this.tuples.read(entry, fromLow, s);
  }
}

/** A connection, and all that hang on it, have another entry. */
function renumber(first: Connection, entry: number): void {
  for (let c: Connection | null = first; c !== null; c = c.sibling) {
    for (let each: Connection | null = c; each !== null; each = each.previous) each.entry = entry;
  }
}
