import { Int32Columns } from '../bytes/columns.ts';
import { mix3, RECORD_MASK, Slots, slotTag } from '../bytes/slots.ts';
import { TIME_WAIT } from '../facts/state.ts';
import { CWR, ECE, type Segment, SYN } from '../packet/segment.ts';
import { AddressBook } from './addresses.ts';
import { Calm } from './calm/calm.ts';
import type { Connection, Endpoint } from './connection.ts';
import type { Services } from './oddities/responses.ts';
import { type SynShape, SynShapes } from './syn-shapes.ts';
import type { Memory } from './verdict/memory.ts';

/**
 * Every 4-tuple ever seen, as a compact entry: [low address, high address, ports, tag, seven columns]. "Low" and "high"
 * order the two (address, port) pairs, so that both directions find the same entry. The tag says what the entry holds:
 * a live connection, nothing, or a lone SYN, whose seven columns then are all there is of that connection.
 */
const LOW = 0;
const HIGH = 1;
const PORTS = 2;
const TAG = 3;
const SEQ = 4;
const SECONDS = 5;
const NANOS = 6;
const FRAME = 7;
const TS_VAL = 8;
const SHAPE_AND_ID = 9;
const NUMBER = 10;
/** Of a closed connection: how many numbers client (high half) and server have used, in units. */
const SPANS = SHAPE_AND_ID;
const SPAN_BYTES = 1024;
const WIDTH = 11;

const NO_CONNECTION = -1;
/** Set in the tag of a lone SYN; bit 16 tells that the low end sent it, bits 0..15 stream - number. */
const LONE = 1 << 31;
/** Set beside it in the tag of a closed connection. Its columns: SEQ and TS_VAL hold what client and server send next. */
const CLOSED_MARK = 1 << 30;
const CLIENT_IS_LOW = 1 << 0;
const CLIENT_WAITS = 1 << 1;
const SERVER_WAITS = 1 << 2;
const IS_IPV6 = 1 << 3;
const SENT_BY_LOW = 1 << 16;
const MOST_STREAM_LEAD = 0xffff;

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
  private readonly shapes = new SynShapes();

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
    return (this.entries.get(entry, TAG) & (LONE | CLOSED_MARK)) === LONE;
  }

  /** The entry remembers a connection that was closed and finished. */
  isClosed(entry: number): boolean {
    const tag = this.entries.get(entry, TAG);
    return tag !== NO_CONNECTION && (tag & (LONE | CLOSED_MARK)) === (LONE | CLOSED_MARK);
  }

  /** When the closed connection of an entry was last heard, seconds. */
  closedAt(entry: number): number {
    return this.entries.get(entry, SECONDS) >>> 0;
  }

  /** Keeps of a closed connection only what a late segment, or a new SYN, must meet. */
  putClosed(c: Connection): void {
    this.clear(c.entry);
    const { entries } = this;
    const chunk = entries.chunk(c.entry);
    const o = entries.offset(c.entry);
    chunk[o + TAG] =
      LONE |
      CLOSED_MARK |
      (c.clientIsLow ? CLIENT_IS_LOW : 0) |
      (c.client.state === TIME_WAIT ? CLIENT_WAITS : 0) |
      (c.server.state === TIME_WAIT ? SERVER_WAITS : 0) |
      (c.ipVersion === 6 ? IS_IPV6 : 0);
    chunk[o + SEQ] = c.client.flow.next;
    chunk[o + TS_VAL] = c.server.flow.next;
    chunk[o + SECONDS] = c.lastSeconds;
    chunk[o + NANOS] = c.lastNanos;
    chunk[o + FRAME] = c.lastFrame;
    chunk[o + NUMBER] = c.number;
    chunk[o + SPANS] = (spanOf(c.client) << 16) | spanOf(c.server);
  }

  /** Gives a closed connection back as far as it is remembered. Its timeline is the caller's to restore. */
  readClosed(entry: number, c: Connection): { clientWaits: boolean; serverWaits: boolean } {
    const chunk = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    const tag = chunk[o + TAG]!;
    c.number = chunk[o + NUMBER]!;
    c.entry = entry;
    c.clientIsLow = (tag & CLIENT_IS_LOW) !== 0;
    c.ipVersion = (tag & IS_IPV6) !== 0 ? 6 : 4;
    c.handshakeSeen = true;
    c.revived = true;
    c.firstFrame = chunk[o + FRAME]!;
    c.lastFrame = c.firstFrame;
    c.startSeconds = chunk[o + SECONDS]! >>> 0;
    c.startNanos = chunk[o + NANOS]!;
    c.lastSeconds = c.startSeconds;
    c.lastNanos = c.startNanos;
    closeFlow(c.client, chunk[o + SEQ]!, chunk[o + SPANS]! >>> 16);
    closeFlow(c.server, chunk[o + TS_VAL]!, chunk[o + SPANS]! & 0xffff);
    return { clientWaits: (tag & CLIENT_WAITS) !== 0, serverWaits: (tag & SERVER_WAITS) !== 0 };
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
    const tag = this.entries.get(entry, TAG);
    if (tag >= 0) {
      this.live[tag] = null;
      this.free.push(tag);
    }
    this.entries.set(entry, TAG, NO_CONNECTION);
  }

  /** Keeps a first SYN as columns instead of a connection; false when it is not plain enough for that. */
  putLoneSyn(entry: number, s: Segment, number: number, stream: number): boolean {
    if ((s.flags & ~(ECE | CWR)) !== SYN || s.length !== 0 || s.troubles !== 0 || s.tfoCookie >= 0 || s.mptcp)
      return false;
    const lead = stream - number;
    if (lead < 0 || lead > MOST_STREAM_LEAD || (s.ack | s.urgent | s.tsEcr) !== 0) return false;
    const shape = this.shapes.intern(s);
    if (shape < 0) return false;
    const chunk = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    chunk[o + TAG] = LONE | (this.fromLow ? SENT_BY_LOW : 0) | lead;
    chunk[o + SEQ] = s.seq;
    chunk[o + SECONDS] = s.seconds;
    chunk[o + NANOS] = s.nanos;
    chunk[o + FRAME] = s.frame;
    chunk[o + TS_VAL] = s.tsVal;
    chunk[o + SHAPE_AND_ID] = (shape << 16) | (s.ipId & 0xffff);
    chunk[o + NUMBER] = number;
    return true;
  }

  /** Reads a lone SYN back as the segment it was (all but payload and capture position). */
  readLoneSyn(entry: number, into: LoneSyn): void {
    const chunk = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    const s = into.segment;
    const tag = chunk[o + TAG]!;
    const shape: SynShape = this.shapes.get(chunk[o + SHAPE_AND_ID]! >>> 16);
    into.number = chunk[o + NUMBER]!;
    into.stream = into.number + (tag & 0xffff);
    into.fromLow = (tag & SENT_BY_LOW) !== 0;
    this.shapes.restore(shape, s);
    s.ipId = s.ipVersion === 4 ? chunk[o + SHAPE_AND_ID]! & 0xffff : -1;
    s.seq = chunk[o + SEQ]!;
    s.seconds = chunk[o + SECONDS]! >>> 0;
    s.nanos = chunk[o + NANOS]!;
    s.frame = chunk[o + FRAME]!;
    s.tsVal = chunk[o + TS_VAL]!;
    this.readTuple(entry, into.fromLow, s);
  }

  /** The little of a lone SYN that counters need: the same as `readLoneSyn`, but for options and window. */
  readLoneTuple(entry: number, into: LoneSyn): void {
    const chunk = this.entries.chunk(entry);
    const o = this.entries.offset(entry);
    const s = into.segment;
    const shape = this.shapes.get(chunk[o + SHAPE_AND_ID]! >>> 16);
    into.number = chunk[o + NUMBER]!;
    into.fromLow = (chunk[o + TAG]! & SENT_BY_LOW) !== 0;
    s.ipVersion = shape.ipVersion;
    s.ttl = shape.ttl;
    s.seconds = chunk[o + SECONDS]! >>> 0;
    s.nanos = chunk[o + NANOS]!;
    s.frame = chunk[o + FRAME]!;
    this.readTuple(entry, into.fromLow, s);
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

/** How many sequence numbers an endpoint has used, in units, rounded up. */
function spanOf({ flow }: Endpoint): number {
  return Math.min(Math.ceil(((flow.next - flow.isn) >>> 0) / SPAN_BYTES), 0xffff);
}

/** The flow of an endpoint that has sent everything, FIN included, and had it acknowledged. */
function closeFlow(e: Endpoint, next: number, span: number): void {
  const { flow } = e;
  e.syns = 1;
  e.fins = 1;
  flow.started = 1;
  flow.isn = (next - span * SPAN_BYTES) | 0;
  flow.next = next;
  flow.contiguous = next;
  flow.acked = next;
  flow.ackSeen = 1;
  flow.fin = (next - 1) | 0;
  flow.finSent = 1;
}

/** A lone SYN read back: reused. */
export interface LoneSyn {
  readonly segment: Segment;
  number: number;
  stream: number;
  fromLow: boolean;
}
