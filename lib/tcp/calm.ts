import { Int32Columns } from '../bytes/columns.ts';
import { BULK, STRAY_SYN } from '../facts/notes.ts';
import { ACK, PSH, type Segment } from '../packet/segment.ts';
import type { Connection, Endpoint } from './connection.ts';
import type { Flow } from './flow.ts';
import { noteResponse, type Services } from './oddities/responses.ts';
import { IDLE_SECONDS } from './oddities/silences.ts';
import {
  NO_SMALL,
  SHORTEST_DELAY_MICROS,
  SMALL_BYTES,
  SMALL_SENT,
  SMALL_WAITED,
  TINY_SEGMENT_BYTES,
} from './oddities/small.ts';
import { ASKED, WATCHING } from './oddities/watch.ts';
import { TINY_BYTES } from './oddities/windows.ts';
import { keptBy, linkOf, trim } from './verdict/history.ts';
import type { Memory } from './verdict/memory.ts';
import { BULK_BYTES } from './verdict/payload.ts';
import { scaleOf } from './verdict/plausible.ts';
import { cursorOf, nextSlot, rememberAt, setCursor } from './verdict/recent-acks.ts';
import * as record from './verdict/record.ts';
import { COUNTING_STEP } from './verdict/sending-order.ts';
import { LEAST_PROBE_TIMEOUT } from './verdict/unseen.ts';
import { Limits } from './window/limits.ts';

/**
 * Connections to which nothing odd is happening, as columns. **The usual segment is followed here and nowhere else**: it
 * touches a record of some hundred int32s side by side in place of a dozen objects all over the heap, which is what its
 * cost comes down to. The conditions are one list (`isUsual`), and whatever fails one of them is woken up and followed by the judge, the
 * state machine and the oddities, which would come to the same: the columns are what those would have written.
 */

// The record: what both ends share, then a side for the low and one for the high end of the 4-tuple.
/** Whose segments may pass: bit 0 the low end's, bit 1 the high end's. 0: awake, the objects hold the truth. */
const OPEN = 0;
const TUNNEL = 1;
const LAST_FRAME = 2;
const LAST_SECONDS = 3;
const LAST_NANOS = 4;
const ASKED_BIT = 5;
const CLIENT_IS_LOW = 6;
const SIDES = 8;

// A side: the flow that an end sends, and the end itself, under their names there.
const NEXT = 0;
const ACKED = 1;
const WINDOW = 2;
const EDGE = 3;
const MAX_WINDOW = 4;
const SCALE = 5;
const SECONDS = 6;
const NANOS = 7;
const CONTIGUOUS = 8;
const PACKETS = 9;
const BYTES = 10;
const DATA_SEGMENTS = 11;
const LARGEST = 12;
const LAST_DATA_FRAME = 13;
const LAST_DATA_SECONDS = 14;
const LAST_DATA_NANOS = 15;
const ACK_SECONDS = 16;
const ACK_NANOS = 17;
const IP_ID = 18;
const IP_ID_STEPS = 19;
const IP_ID_SKIPS = 20;
const IP_ID_JUMPS = 21;
const FLOW_TS_VAL = 22;
const RECENT_ACKS = 23;
const ACKS_CURSOR = 24;
const HEAD = 25;
const UNA = 26;
const TAIL = 27;
const KEPT = 28;
const KEEP = 29;
const MSS = 30;
const TTL = 31;
const TS_VAL = 32;
const END_WINDOW = 33;
const PASSED = 34;
const SMALL = 35;
const TINY_RUN = 36;
/** Round trips measured, and not yet entered into the flow's. */
const SAMPLES = 37;
const SAMPLE = 38;
const MOST_SAMPLES = 10;
const SIDE = SAMPLE + MOST_SAMPLES;

const CE = 3;
/** Beyond, a count of bytes might not fit an int32 while it rests. */
const MOST_BYTES = 0x3fffffff;
const UNCLEAN = record.HOLE | record.REPEATED | record.LATE;

export class Calm {
  private readonly columns = new Int32Columns(SIDES + 2 * SIDE);
  private readonly memory: Memory;
  private readonly services: Services;
  /** Where the segment asked of last acknowledges up to: the last record, and the first one behind it. */
  private covered = -1;
  private beyond = -1;
  private passedRecords = 0;

  constructor(memory: Memory, services: Services) {
    this.memory = memory;
    this.services = services;
  }

  /** The objects of this connection are not up to date: `wake` it before they are looked at. */
  isResting(index: number): boolean {
    return index < this.columns.length && this.columns.get(index, OPEN) !== 0;
  }

  /** Lays a connection to rest at `index`, if there is nothing about it that the next segment might stir up. */
  rest(index: number, c: Connection): void {
    if (!isCalm(c)) return;
    const { client, server } = c;
    const open = (passable(client, server) ? 1 : 0) | (passable(server, client) ? 2 : 0);
    if (open === 0) return;
    const { columns } = this;
    while (index >= columns.length) columns.allocate();
    const m = columns.chunk(index);
    const o = columns.offset(index);
    m[o + OPEN] = c.clientIsLow || open === 3 ? open : 3 - open;
    m[o + TUNNEL] = c.clientTunnel;
    m[o + LAST_FRAME] = c.lastFrame;
    m[o + LAST_SECONDS] = c.lastSeconds;
    m[o + LAST_NANOS] = c.lastNanos;
    m[o + ASKED_BIT] = c.watch & ASKED;
    m[o + CLIENT_IS_LOW] = c.clientIsLow ? 1 : 0;
    this.store(m, o + (c.clientIsLow ? SIDES : SIDES + SIDE), client, server);
    this.store(m, o + (c.clientIsLow ? SIDES + SIDE : SIDES), server, client);
  }

  private store(m: Int32Array, a: number, e: Endpoint, peer: Endpoint): void {
    const { flow } = e;
    m[a + NEXT] = flow.next;
    m[a + ACKED] = flow.acked;
    m[a + WINDOW] = flow.window;
    m[a + EDGE] = flow.edge;
    m[a + MAX_WINDOW] = flow.maxWindow;
    m[a + SCALE] = scaleOf(flow, peer.flow);
    m[a + SECONDS] = flow.seconds;
    m[a + NANOS] = flow.nanos;
    m[a + CONTIGUOUS] = flow.contiguous;
    m[a + PACKETS] = flow.packets;
    m[a + BYTES] = flow.bytes;
    m[a + DATA_SEGMENTS] = flow.dataSegments;
    m[a + LARGEST] = flow.largestSegment;
    m[a + LAST_DATA_FRAME] = flow.lastDataFrame;
    m[a + LAST_DATA_SECONDS] = flow.lastDataSeconds;
    m[a + LAST_DATA_NANOS] = flow.lastDataNanos;
    m[a + ACK_SECONDS] = flow.ackSeconds;
    m[a + ACK_NANOS] = flow.ackNanos;
    m[a + IP_ID] = flow.ipId;
    m[a + IP_ID_STEPS] = flow.ipIdSteps;
    m[a + IP_ID_SKIPS] = flow.ipIdSkips;
    m[a + IP_ID_JUMPS] = flow.ipIdJumps;
    m[a + FLOW_TS_VAL] = flow.tsVal;
    m[a + RECENT_ACKS] = flow.recentAcks;
    m[a + ACKS_CURSOR] = flow.recentAcks < 0 ? 0 : cursorOf(this.memory.acks, flow.recentAcks);
    m[a + HEAD] = flow.head;
    m[a + UNA] = flow.una;
    m[a + TAIL] = flow.tail;
    m[a + KEPT] = flow.kept;
    m[a + KEEP] = keptBy(flow);
    m[a + MSS] = flow.mss;
    m[a + TTL] = e.ttl;
    m[a + TS_VAL] = e.tsVal;
    m[a + END_WINDOW] = e.window;
    m[a + PASSED] = e.passed;
    m[a + SMALL] = e.small;
    m[a + TINY_RUN] = e.tinyRun;
    m[a + SAMPLES] = 0;
  }

  /** Brings the objects of a connection up to date with what its columns have seen. */
  wake(index: number, c: Connection): void {
    const m = this.columns.chunk(index);
    const o = this.columns.offset(index);
    m[o + OPEN] = 0;
    c.lastFrame = m[o + LAST_FRAME]!;
    c.lastSeconds = m[o + LAST_SECONDS]! >>> 0;
    c.lastNanos = m[o + LAST_NANOS]!;
    c.watch = (c.watch & ~ASKED) | m[o + ASKED_BIT]!;
    this.load(m, o + (c.clientIsLow ? SIDES : SIDES + SIDE), c.client, c.server);
    this.load(m, o + (c.clientIsLow ? SIDES + SIDE : SIDES), c.server, c.client);
  }

  private load(m: Int32Array, a: number, e: Endpoint, peer: Endpoint): void {
    const { flow } = e;
    if (flow.acked !== m[a + ACKED]) {
      flow.dupAcks = 0;
      peer.dupAcks = 0;
    }
    if (flow.packets !== m[a + PACKETS]) peer.unheard = 0;
    flow.next = m[a + NEXT]!;
    flow.acked = m[a + ACKED]!;
    flow.window = m[a + WINDOW]!;
    flow.edge = m[a + EDGE]!;
    flow.maxWindow = m[a + MAX_WINDOW]!;
    flow.seconds = m[a + SECONDS]! >>> 0;
    flow.nanos = m[a + NANOS]!;
    flow.contiguous = m[a + CONTIGUOUS]!;
    flow.packets = m[a + PACKETS]!;
    flow.bytes = m[a + BYTES]!;
    flow.dataSegments = m[a + DATA_SEGMENTS]!;
    flow.largestSegment = m[a + LARGEST]!;
    flow.lastDataFrame = m[a + LAST_DATA_FRAME]!;
    flow.lastDataSeconds = m[a + LAST_DATA_SECONDS]! >>> 0;
    flow.lastDataNanos = m[a + LAST_DATA_NANOS]!;
    flow.ackSeconds = m[a + ACK_SECONDS]! >>> 0;
    flow.ackNanos = m[a + ACK_NANOS]!;
    flow.ipId = m[a + IP_ID]!;
    flow.ipIdSteps = m[a + IP_ID_STEPS]!;
    flow.ipIdSkips = m[a + IP_ID_SKIPS]!;
    flow.ipIdJumps = m[a + IP_ID_JUMPS]!;
    flow.tsVal = m[a + FLOW_TS_VAL]!;
    if (flow.recentAcks >= 0) setCursor(this.memory.acks, flow.recentAcks, m[a + ACKS_CURSOR]!);
    flow.head = m[a + HEAD]!;
    flow.una = m[a + UNA]!;
    flow.tail = m[a + TAIL]!;
    flow.kept = m[a + KEPT]!;
    e.tsVal = m[a + TS_VAL]!;
    e.window = m[a + END_WINDOW]!;
    e.passed = m[a + PASSED]!;
    e.small = m[a + SMALL]!;
    trim(this.memory.sent, flow);
    enterSamples(m, a, flow);
  }

  /** Follows the usual segment of a connection at rest; false, with nothing done, if it is not one. */
  pass(index: number, c: Connection, s: Segment, fromLow: boolean): boolean {
    const m = this.columns.chunk(index);
    const o = this.columns.offset(index);
    if ((m[o + OPEN]! & (fromLow ? 1 : 2)) === 0 || m[o + TUNNEL] !== s.tunnel) return false;
    const a = o + (fromLow ? SIDES : SIDES + SIDE);
    const b = o + (fromLow ? SIDES + SIDE : SIDES);
    if (s.seconds - (m[o + LAST_SECONDS]! >>> 0) >= IDLE_SECONDS || !isUsual(m, a, b, s)) return false;
    if (s.length > 0) {
      if (s.ack !== m[b + ACKED] && !this.reach(m, b, s.ack)) return false;
      this.carry(m, a, b, c, fromLow, s);
    } else {
      if (!this.reach(m, b, s.ack)) return false;
      rememberAt(this.memory.acks, m[a + RECENT_ACKS]!, m[a + ACKS_CURSOR]!, s);
      m[a + ACKS_CURSOR] = nextSlot(m[a + ACKS_CURSOR]!);
    }
    m[o + LAST_FRAME] = s.frame;
    m[o + LAST_SECONDS] = s.seconds;
    m[o + LAST_NANOS] = s.nanos;
    m[a + PACKETS] = m[a + PACKETS]! + 1;
    learn(m, a, s);
    if (s.ack !== m[b + ACKED]) {
      if (m[b + SAMPLES] === MOST_SAMPLES) {
        const { flow } = fromLow === c.clientIsLow ? c.server : c.client;
        enterSamples(m, b, flow);
      }
      this.advance(m, b, s);
    }
    if (s.ack === m[b + NEXT]) m[b + PASSED] = m[b + LARGEST]!;
    const bytes = s.window << m[a + SCALE]!;
    const edge = (s.ack + bytes) | 0;
    if (((edge - m[a + EDGE]!) | 0) > 0) m[a + EDGE] = edge;
    if (bytes > m[a + MAX_WINDOW]!) m[a + MAX_WINDOW] = bytes;
    m[a + WINDOW] = s.window;
    m[a + END_WINDOW] = s.window;
    m[a + SECONDS] = s.seconds;
    m[a + NANOS] = s.nanos;
    if (s.length > 0) {
      if (fromLow === (m[o + CLIENT_IS_LOW] === 1)) m[o + ASKED_BIT] = ASKED;
      else if (m[o + ASKED_BIT] !== 0) this.respond(m, o, b, c, s);
    } else if (m[b + SMALL] === SMALL_SENT && s.ack === m[b + NEXT]) m[b + SMALL] = NO_SMALL;
    return true;
  }

  /** The first payload of a server after a request: what `noteResponse` reads is brought up to date for it. */
  private respond(m: Int32Array, o: number, b: number, c: Connection, s: Segment): void {
    const { flow } = c.client;
    flow.next = m[b + NEXT]!;
    flow.window = m[b + WINDOW]!;
    flow.lastDataFrame = m[b + LAST_DATA_FRAME]!;
    flow.lastDataSeconds = m[b + LAST_DATA_SECONDS]! >>> 0;
    flow.lastDataNanos = m[b + LAST_DATA_NANOS]!;
    enterSamples(m, b, flow);
    c.watch |= ASKED;
    noteResponse(c, s, 0, this.services);
    m[o + ASKED_BIT] = c.watch & ASKED;
  }

  /** Payload that is next in order (history.ts: `append`; payload.ts: `countPayload`). */
  private carry(m: Int32Array, a: number, b: number, c: Connection, fromLow: boolean, s: Segment): void {
    const { sent } = this.memory;
    const next = m[a + NEXT]!;
    const end = (next + s.length) | 0;
    let index = m[a + HEAD]!;
    // The oldest record, if it is not worth keeping, becomes the newest: a flow goes round in what it has.
    if (m[a + KEPT]! > m[a + KEEP]!) {
      m[a + HEAD] = sent.get(index, record.NEXT);
      m[a + KEPT] = m[a + KEPT]! - 1;
    } else index = sent.allocate();
    const r = sent.chunk(index);
    const at = sent.offset(index);
    r[at + record.NEXT] = -1;
    r[at + record.START] = next;
    r[at + record.END] = end;
    r[at + record.SECONDS] = s.seconds;
    r[at + record.NANOS] = s.nanos;
    r[at + record.FRAME] = s.frame;
    r[at + record.TS_VAL] = s.tsVal;
    r[at + record.MARKS] = (s.ipId & record.IP_ID_MASK) | record.PAYLOAD;
    r[at + record.LINK] = linkOf(s);
    const tail = m[a + TAIL]!;
    if (tail < 0) m[a + HEAD] = index;
    else sent.set(tail, record.NEXT, index);
    if (m[a + UNA]! < 0) m[a + UNA] = index;
    m[a + TAIL] = index;
    if (m[a + CONTIGUOUS] === next) m[a + CONTIGUOUS] = end;
    m[a + NEXT] = end;
    m[a + BYTES] = m[a + BYTES]! + s.length;
    m[a + DATA_SEGMENTS] = m[a + DATA_SEGMENTS]! + 1;
    if (s.length > m[a + LARGEST]!) m[a + LARGEST] = s.length;
    if (m[a + BYTES]! >= BULK_BYTES) this.weigh(m, a, b, c, fromLow, s);
    m[a + LAST_DATA_FRAME] = s.frame;
    m[a + LAST_DATA_SECONDS] = s.seconds;
    m[a + LAST_DATA_NANOS] = s.nanos;
    m[b + SMALL] = NO_SMALL;
    const isSmall = s.length < SMALL_BYTES && s.length < (m[b + MSS]! || SMALL_BYTES);
    m[a + SMALL] = isSmall && m[a + ACKED] === next ? SMALL_SENT : NO_SMALL;
  }

  /** What limits a large transfer is asked with each of its segments. */
  private weigh(m: Int32Array, a: number, b: number, c: Connection, fromLow: boolean, s: Segment): void {
    const fromClient = fromLow === c.clientIsLow;
    const { flow } = fromClient ? c.client : c.server;
    const back = (fromClient ? c.server : c.client).flow;
    enterSamples(m, a, flow);
    enterSamples(m, b, back);
    c.notes |= BULK;
    flow.limits ??= new Limits();
    const acked = m[a + ACKED]!;
    flow.limits.weigh(c, flow, back, s, (m[a + NEXT]! - acked) | 0, (m[b + EDGE]! - acked) | 0, m[a + LARGEST]!);
  }

  /** Finds what is acknowledged up to `ack`; false where some of it was not sent plainly, once. */
  private reach(m: Int32Array, b: number, ack: number): boolean {
    if (((m[b + CONTIGUOUS]! - ack) | 0) < 0) return false;
    const { sent } = this.memory;
    let index = m[b + UNA]!;
    this.covered = -1;
    this.passedRecords = 0;
    while (index >= 0) {
      const r = sent.chunk(index);
      const at = sent.offset(index);
      if (((ack - r[at + record.END]!) | 0) < 0) break;
      if ((r[at + record.MARKS]! & UNCLEAN) !== 0) return false;
      this.covered = index;
      this.passedRecords++;
      index = r[at + record.NEXT]!;
    }
    this.beyond = index;
    return true;
  }

  /** The acknowledgment moves on, as far as `reach` has found (progress.ts: `advance`). */
  private advance(m: Int32Array, b: number, s: Segment): void {
    const { sent } = this.memory;
    m[b + UNA] = this.beyond;
    m[b + ACKED] = s.ack;
    m[b + ACK_SECONDS] = s.seconds;
    m[b + ACK_NANOS] = s.nanos;
    if (this.covered < 0) return;
    const r = sent.chunk(this.covered);
    const at = sent.offset(this.covered);
    const micros = (s.seconds - r[at + record.SECONDS]!) * 1e6 + (s.nanos - r[at + record.NANOS]!) / 1000;
    if (micros >= 0) {
      const samples = m[b + SAMPLES]!;
      m[b + SAMPLE + samples] = Math.min(micros, 0x7fffffff);
      m[b + SAMPLES] = samples + 1;
    }
    m[b + KEPT] = m[b + KEPT]! + this.passedRecords;
  }
}

/** Nothing is going on but a transfer. One request and its answer are over before it pays. */
function isCalm(c: Connection): boolean {
  return (
    c.steady &&
    (c.client.flow.dataSegments > 1 || c.server.flow.dataSegments > 1) &&
    c.expires === 0 &&
    c.sibling === null &&
    c.previous === null &&
    c.clientTunnel === c.serverTunnel &&
    (c.watch & WATCHING) === 0 &&
    (c.notes & STRAY_SYN) === 0 &&
    c.client.dupAcks === c.server.flow.dupAcks &&
    c.server.dupAcks === c.client.flow.dupAcks
  );
}

/** Segments that `e` sends may pass: there is nothing about either flow that they might stir up. */
function passable(e: Endpoint, peer: Endpoint): boolean {
  const { flow } = e;
  const back = peer.flow;
  if (flow.bytes > MOST_BYTES || back.bytes > MOST_BYTES) return false;
  if ((flow.started & back.started & back.ackSeen) === 0 || flow.window === 0 || back.window === 0) return false;
  const own = flow.detail;
  const other = back.detail;
  return (
    (own === null || (own.lost === 0 && own.index === null)) &&
    (other === null || (other.index === null && other.isCalm()))
  );
}

/**
 * The usual segment: plain, whole, next in order, acknowledging something new or carrying payload, and nothing in its
 * headers is news. `a`: the side of its sender, `b`: the other.
 */
function isUsual(m: Int32Array, a: number, b: number, s: Segment): boolean {
  if (s.seq !== m[a + NEXT] || (s.flags & ~PSH) !== ACK || s.sackCount !== 0 || s.troubles !== 0) return false;
  const { length, window } = s;
  const ackedNow = (s.ack - m[b + ACKED]!) | 0;
  if (ackedNow < 0 || ackedNow + length <= 0 || ((s.ack - m[b + NEXT]!) | 0) > 0) return false;
  // Windows: open, and where they were or further on, but for what the scale rounds off.
  const scale = m[a + SCALE]!;
  if (window << scale < TINY_BYTES) return false;
  if (window < m[a + END_WINDOW]! && ((m[a + EDGE]! - s.ack - (window << scale)) | 0) > 1 << scale) return false;
  if (s.ttl !== m[a + TTL] || s.ecn === CE) return false;
  if (s.hasTimestamps && (isBelow(s.tsVal, m[a + TS_VAL]!) || isBelow(s.tsVal, m[a + FLOW_TS_VAL]!))) return false;
  if (length === 0) return m[a + RECENT_ACKS]! >= 0 && (m[b + SMALL] !== SMALL_SENT || !wasDelayed(m, b, s));
  if (length < TINY_SEGMENT_BYTES || m[a + SMALL] === SMALL_WAITED || m[a + TINY_RUN] !== 0) return false;
  if (length > m[b + MSS]! && m[b + MSS] !== 0) return false;
  const bytes = m[a + BYTES]!;
  return bytes > 0 && bytes <= MOST_BYTES && !mayHaveLostBefore(m, a, s);
}

/** A timestamp goes back. 0: none so far. */
function isBelow(tsVal: number, highest: number): boolean {
  return highest !== 0 && ((tsVal - highest) | 0) < 0;
}

/** Numbers are left out in front of it, and it took its time (unseen.ts: `mayRepeatUnseen`; this says yes more often). */
function mayHaveLostBefore(m: Int32Array, a: number, s: Segment): boolean {
  if (s.ipId <= 0 || m[a + IP_ID]! < 0 || m[a + IP_ID_JUMPS]! > 0) return false;
  if (((s.ipId - m[a + IP_ID]!) & 0xffff) === 1) return false;
  return s.seconds - (m[a + SECONDS]! >>> 0) + (s.nanos - m[a + NANOS]!) / 1e9 >= LEAST_PROBE_TIMEOUT;
}

/** The acknowledgment of a small segment came late (small.ts: `endWait`). */
function wasDelayed(m: Int32Array, b: number, s: Segment): boolean {
  const seconds = s.seconds - (m[b + LAST_DATA_SECONDS]! >>> 0) + (s.nanos - m[b + LAST_DATA_NANOS]!) / 1e9;
  return Math.round(seconds * 1e6) >= SHORTEST_DELAY_MICROS;
}

/** What sending-order.ts learns of a segment. */
function learn(m: Int32Array, a: number, s: Segment): void {
  const id = s.ipId;
  if (id > 0) {
    const step = m[a + IP_ID]! < 0 ? 0 : ((id - m[a + IP_ID]!) << 16) >> 16;
    if (m[a + IP_ID]! < 0) m[a + IP_ID] = id;
    else if (step === 1) m[a + IP_ID_STEPS] = m[a + IP_ID_STEPS]! + 1;
    else if (step > 1 && step < COUNTING_STEP) m[a + IP_ID_SKIPS] = m[a + IP_ID_SKIPS]! + 1;
    else if (step === 0 || step <= -COUNTING_STEP || step >= COUNTING_STEP)
      m[a + IP_ID_JUMPS] = m[a + IP_ID_JUMPS]! + 1;
    if (step >= 0 || step <= -COUNTING_STEP) m[a + IP_ID] = id;
  }
  if (s.hasTimestamps) {
    m[a + FLOW_TS_VAL] = s.tsVal;
    m[a + TS_VAL] = s.tsVal;
  }
}

function enterSamples(m: Int32Array, a: number, flow: Flow): void {
  const samples = m[a + SAMPLES]!;
  for (let i = 0; i < samples; i++) flow.roundTrips.add(m[a + SAMPLE + i]!);
  m[a + SAMPLES] = 0;
}
