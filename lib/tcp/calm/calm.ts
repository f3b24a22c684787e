import { Int32Columns } from '../../bytes/columns.ts';
import { BULK } from '../../facts/notes.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import { enterResponse, pathSeconds, type Services, SLOW_SECONDS } from '../oddities/responses.ts';
import { IDLE_SECONDS } from '../oddities/silences.ts';
import { NO_SMALL, SMALL_BYTES, SMALL_SENT } from '../oddities/small.ts';
import { ASKED } from '../oddities/watch.ts';
import { elapsed } from '../timing/elapsed.ts';
import { sampleOf } from '../timing/round-trips.ts';
import { linkOf } from '../verdict/history.ts';
import type { Memory } from '../verdict/memory.ts';
import { BULK_BYTES } from '../verdict/payload.ts';
import { nextSlot, rememberAt, resembles } from '../verdict/recent-acks.ts';
import * as record from '../verdict/record.ts';
import { COUNTING_STEP } from '../verdict/sending-order.ts';
import { Limits } from '../window/limits.ts';
import * as col from './columns.ts';
import { enterSamples, load, store, UNCLEAN } from './objects.ts';
import { isCalm, isUsual, passable } from './usual.ts';

/** Few enough to stay in the cache: 64 kB. */
const GUESS_MASK = (1 << 14) - 1;

/**
 * Connections to which nothing odd is happening, as columns. **The usual segment is followed here and nowhere else**: it
 * touches a record of some hundred int32s side by side in place of a dozen objects all over the heap, which is what its
 * cost comes down to. The conditions are one list (usual.ts), and whatever fails one of them is woken up and followed by the
 * judge, the state machine and the oddities, which would come to the same: the columns are what those would have written.
 */
export class Calm {
  private readonly columns = new Int32Columns(col.SIDES + 2 * col.SIDE);
  private readonly memory: Memory;
  private readonly services: Services;
  /** Of the acknowledgment asked of last: records that it passes, when the last of them was sent, the first behind it. */
  private passed = 0;
  private sentSeconds = 0;
  private sentNanos = 0;
  private beyond = -1;
  /** Who came to rest last, by some bits of the hash of the 4-tuple. */
  private readonly guesses = new Int32Array(GUESS_MASK + 1);

  constructor(memory: Memory, services: Services) {
    this.memory = memory;
    this.services = services;
  }

  /** The objects of this connection are not up to date: `wake` it before they are looked at. */
  isResting(index: number): boolean {
    return index < this.columns.length && this.columns.get(index, col.OPEN) !== 0;
  }

  /** Who rests on a 4-tuple over IPv4, as far as its hash tells at once; -1 if it does not. */
  find(hash: number, low: number, high: number, ports: number): number {
    const index = this.guesses[hash & GUESS_MASK]!;
    if (index >= this.columns.length) return -1;
    const m = this.columns.chunk(index);
    const o = this.columns.offset(index);
    const isThere = (m[o + col.OPEN]! & col.NAMED) !== 0;
    return isThere && m[o + col.LOW] === low && m[o + col.HIGH] === high && m[o + col.PORTS] === ports ? index : -1;
  }

  /** Who rests at `index` will be found by its 4-tuple over IPv4. */
  name(index: number, hash: number, low: number, high: number, ports: number): void {
    const m = this.columns.chunk(index);
    const o = this.columns.offset(index);
    m[o + col.OPEN] = m[o + col.OPEN]! | col.NAMED;
    m[o + col.LOW] = low;
    m[o + col.HIGH] = high;
    m[o + col.PORTS] = ports;
    this.guesses[hash & GUESS_MASK] = index;
  }

  /** The latest frame of a connection, at rest or awake. */
  lastFrame(index: number, c: Connection): number {
    return this.isResting(index) ? this.columns.get(index, col.LAST_FRAME) : c.lastFrame;
  }

  /** Lays a connection to rest at `index`, if there is nothing about it that the next segment might stir up: whether it is. */
  rest(index: number, c: Connection): boolean {
    if (!isCalm(c)) return false;
    const { client, server } = c;
    const open = (passable(client, server) ? col.LOW_MAY_PASS : 0) | (passable(server, client) ? col.HIGH_MAY_PASS : 0);
    if (open === 0) return false;
    const { columns } = this;
    while (index >= columns.length) columns.allocate();
    const m = columns.chunk(index);
    const o = columns.offset(index);
    m[o + col.OPEN] = c.clientIsLow || open === 3 ? open : 3 - open;
    m[o + col.TUNNEL] = c.clientTunnel;
    m[o + col.LAST_FRAME] = c.lastFrame;
    m[o + col.LAST_SECONDS] = c.lastSeconds;
    m[o + col.LAST_NANOS] = c.lastNanos;
    m[o + col.ASKED_BIT] = c.watch & ASKED;
    m[o + col.CLIENT_IS_LOW] = c.clientIsLow ? 1 : 0;
    store(m, o + (c.clientIsLow ? col.SIDES : col.SIDES + col.SIDE), client, server, this.memory);
    store(m, o + (c.clientIsLow ? col.SIDES + col.SIDE : col.SIDES), server, client, this.memory);
    return true;
  }

  /** Brings the objects of a connection up to date with what its columns have seen. */
  wake(index: number, c: Connection): void {
    const m = this.columns.chunk(index);
    const o = this.columns.offset(index);
    m[o + col.OPEN] = 0;
    c.lastFrame = m[o + col.LAST_FRAME]!;
    c.lastSeconds = m[o + col.LAST_SECONDS]! >>> 0;
    c.lastNanos = m[o + col.LAST_NANOS]!;
    c.watch = (c.watch & ~ASKED) | m[o + col.ASKED_BIT]!;
    load(m, o + (c.clientIsLow ? col.SIDES : col.SIDES + col.SIDE), c.client, c.server, this.memory);
    load(m, o + (c.clientIsLow ? col.SIDES + col.SIDE : col.SIDES), c.server, c.client, this.memory);
  }

  /** Follows the usual segment of a connection at rest; false, with nothing done, if it is not one. */
  pass(index: number, c: Connection, s: Segment, fromLow: boolean): boolean {
    const m = this.columns.chunk(index);
    const o = this.columns.offset(index);
    if ((m[o + col.OPEN]! & (fromLow ? col.LOW_MAY_PASS : col.HIGH_MAY_PASS)) === 0 || m[o + col.TUNNEL] !== s.tunnel)
      return false;
    const a = o + (fromLow ? col.SIDES : col.SIDES + col.SIDE);
    const b = o + (fromLow ? col.SIDES + col.SIDE : col.SIDES);
    if (s.seconds - (m[o + col.LAST_SECONDS]! >>> 0) >= IDLE_SECONDS || !isUsual(m, a, b, s)) return false;
    if (s.length > 0) {
      if (s.ack !== m[b + col.ACKED] && !this.reach(m, b, s.ack)) return false;
      this.carry(m, a, b, c, fromLow, s);
    } else {
      const repeats = s.ack === m[b + col.ACKED];
      if (repeats ? resembles(this.memory.acks, m[a + col.RECENT_ACKS]!, s) : !this.reach(m, b, s.ack)) return false;
      rememberAt(this.memory.acks, m[a + col.RECENT_ACKS]!, m[a + col.ACKS_CURSOR]!, s);
      m[a + col.ACKS_CURSOR] = nextSlot(m[a + col.ACKS_CURSOR]!);
    }
    m[o + col.LAST_FRAME] = s.frame;
    m[o + col.LAST_SECONDS] = s.seconds;
    m[o + col.LAST_NANOS] = s.nanos;
    m[a + col.PACKETS] = m[a + col.PACKETS]! + 1;
    learn(m, a, s);
    if (s.ack !== m[b + col.ACKED]) {
      if (m[b + col.SAMPLES] === col.MOST_SAMPLES) {
        const { flow } = fromLow === c.clientIsLow ? c.server : c.client;
        enterSamples(m, b, flow);
      }
      this.advance(m, b, s);
    }
    if (s.ack === m[b + col.NEXT]) m[b + col.PASSED] = m[b + col.LARGEST]!;
    const bytes = s.window << m[a + col.SCALE]!;
    const edge = (s.ack + bytes) | 0;
    if (((edge - m[a + col.EDGE]!) | 0) > 0) m[a + col.EDGE] = edge;
    if (bytes > m[a + col.MAX_WINDOW]!) m[a + col.MAX_WINDOW] = bytes;
    m[a + col.WINDOW] = s.window;
    m[a + col.END_WINDOW] = s.window;
    m[a + col.SECONDS] = s.seconds;
    m[a + col.NANOS] = s.nanos;
    if (s.length > 0) {
      if (fromLow === (m[o + col.CLIENT_IS_LOW] === 1)) m[o + col.ASKED_BIT] = ASKED;
      else if (m[o + col.ASKED_BIT] !== 0) this.respond(m, o, b, c, s);
    } else if (m[b + col.SMALL] === SMALL_SENT && s.ack === m[b + col.NEXT]) m[b + col.SMALL] = NO_SMALL;
    return true;
  }

  /** Payload of a server that owes a response (responses.ts: `noteResponse`). */
  private respond(m: Int32Array, o: number, b: number, c: Connection, s: Segment): void {
    if (((s.ack - m[b + col.NEXT]!) | 0) < 0) return;
    m[o + col.ASKED_BIT] = 0;
    const seconds = m[b + col.LAST_DATA_SECONDS]! >>> 0;
    const nanos = m[b + col.LAST_DATA_NANOS]!;
    const took = elapsed(s, seconds, nanos) - pathSeconds(c, m[b + col.SHORTEST]!);
    if (took >= SLOW_SECONDS) {
      const { flow } = c.client;
      flow.lastDataFrame = m[b + col.LAST_DATA_FRAME]!;
      flow.lastDataSeconds = seconds;
      flow.lastDataNanos = nanos;
    }
    enterResponse(c, s, took, this.services);
  }

  /** Payload that is next in order (history.ts: `append`; payload.ts: `countPayload`). */
  private carry(m: Int32Array, a: number, b: number, c: Connection, fromLow: boolean, s: Segment): void {
    const { sent } = this.memory;
    const next = m[a + col.NEXT]!;
    const end = (next + s.length) | 0;
    let index = m[a + col.HEAD]!;
    // The oldest record, if it is not worth keeping, becomes the newest: a flow goes round in what it has.
    if (m[a + col.KEPT]! > m[a + col.KEEP]!) {
      m[a + col.HEAD] = sent.next(index);
      m[a + col.KEPT] = m[a + col.KEPT]! - 1;
      sent.link(index, -1);
    } else index = sent.allocate();
    const r = sent.chunk(index);
    const at = sent.offset(index);
    r[at + record.START] = next;
    r[at + record.END] = end;
    r[at + record.SECONDS] = s.seconds;
    r[at + record.NANOS] = s.nanos;
    r[at + record.FRAME] = s.frame;
    r[at + record.TS_VAL] = s.tsVal;
    r[at + record.MARKS] = (s.ipId & record.IP_ID_MASK) | record.payloadMarks(s.flags);
    r[at + record.LINK] = linkOf(s);
    const tail = m[a + col.TAIL]!;
    if (tail < 0) m[a + col.HEAD] = index;
    else sent.link(tail, index);
    if (m[a + col.UNA]! < 0) m[a + col.UNA] = index;
    if (m[a + col.UNDER_WAY]! >= 0) m[a + col.UNDER_WAY] = m[a + col.UNDER_WAY]! + 1;
    m[a + col.TAIL] = index;
    if (m[a + col.CONTIGUOUS] === next) m[a + col.CONTIGUOUS] = end;
    m[a + col.NEXT] = end;
    m[a + col.BYTES] = m[a + col.BYTES]! + s.length;
    m[a + col.DATA_SEGMENTS] = m[a + col.DATA_SEGMENTS]! + 1;
    if (s.length > m[a + col.LARGEST]!) m[a + col.LARGEST] = s.length;
    if (m[a + col.BYTES]! >= BULK_BYTES) this.weigh(m, a, b, c, fromLow, s);
    m[a + col.LAST_DATA_FRAME] = s.frame;
    m[a + col.LAST_DATA_SECONDS] = s.seconds;
    m[a + col.LAST_DATA_NANOS] = s.nanos;
    m[b + col.SMALL] = NO_SMALL;
    const isSmall = s.length < SMALL_BYTES && s.length < (m[b + col.MSS]! || SMALL_BYTES);
    m[a + col.SMALL] = isSmall && m[a + col.ACKED] === next ? SMALL_SENT : NO_SMALL;
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
    const acked = m[a + col.ACKED]!;
    flow.limits.weigh(
      c,
      flow,
      back,
      s,
      (m[a + col.NEXT]! - acked) | 0,
      (m[b + col.EDGE]! - acked) | 0,
      m[a + col.LARGEST]!,
    );
  }

  /** Finds what is acknowledged up to `ack`; false where some of it was not sent plainly, once. */
  private reach(m: Int32Array, b: number, ack: number): boolean {
    if (((m[b + col.CONTIGUOUS]! - ack) | 0) < 0) return false;
    const underWay = m[b + col.UNDER_WAY]!;
    if (ack === m[b + col.NEXT] && underWay >= 0) {
      // All of it, as mostly: the side knows all there is to know, and the records stay where they are, out of the cache.
      this.beyond = -1;
      this.passed = underWay;
      this.sentSeconds = m[b + col.LAST_DATA_SECONDS]!;
      this.sentNanos = m[b + col.LAST_DATA_NANOS]!;
      return true;
    }
    const { sent } = this.memory;
    let index = m[b + col.UNA]!;
    this.passed = 0;
    while (index >= 0) {
      const r = sent.chunk(index);
      const at = sent.offset(index);
      if (((ack - r[at + record.END]!) | 0) < 0) break;
      if ((r[at + record.MARKS]! & UNCLEAN) !== 0) return false;
      this.sentSeconds = r[at + record.SECONDS]!;
      this.sentNanos = r[at + record.NANOS]!;
      this.passed++;
      index = sent.next(index);
    }
    this.beyond = index;
    return true;
  }

  /** The acknowledgment moves on, as far as `reach` has found (progress.ts: `advance`). */
  private advance(m: Int32Array, b: number, s: Segment): void {
    const { beyond, passed } = this;
    m[b + col.UNA] = beyond;
    m[b + col.ACKED] = s.ack;
    m[b + col.ACK_SECONDS] = s.seconds;
    m[b + col.ACK_NANOS] = s.nanos;
    if (beyond < 0) m[b + col.UNDER_WAY] = 0;
    else if (m[b + col.UNDER_WAY]! >= 0) m[b + col.UNDER_WAY] = m[b + col.UNDER_WAY]! - passed;
    if (passed === 0) return;
    const micros = (s.seconds - this.sentSeconds) * 1e6 + (s.nanos - this.sentNanos) / 1000;
    if (micros >= 0) {
      const samples = m[b + col.SAMPLES]!;
      const sample = sampleOf(micros);
      m[b + col.SAMPLE + samples] = sample;
      if (sample < m[b + col.SHORTEST]!) m[b + col.SHORTEST] = sample;
      m[b + col.SAMPLES] = samples + 1;
    }
    m[b + col.KEPT] = m[b + col.KEPT]! + passed;
  }
}

/** What sending-order.ts learns of a segment. */
function learn(m: Int32Array, a: number, s: Segment): void {
  const id = s.ipId;
  if (id > 0) {
    const step = m[a + col.IP_ID]! < 0 ? 0 : ((id - m[a + col.IP_ID]!) << 16) >> 16;
    if (m[a + col.IP_ID]! < 0) m[a + col.IP_ID] = id;
    else if (step === 1) m[a + col.IP_ID_STEPS] = m[a + col.IP_ID_STEPS]! + 1;
    else if (step > 1 && step < COUNTING_STEP) m[a + col.IP_ID_SKIPS] = m[a + col.IP_ID_SKIPS]! + 1;
    else if (step === 0 || step <= -COUNTING_STEP || step >= COUNTING_STEP)
      m[a + col.IP_ID_JUMPS] = m[a + col.IP_ID_JUMPS]! + 1;
    if (step >= 0 || step <= -COUNTING_STEP) {
      m[a + col.IP_ID] = id;
      if (step !== 1) m[a + col.IP_ID_WHOLE] = id;
    }
  }
  if (s.hasTimestamps) {
    m[a + col.FLOW_TS_VAL] = s.tsVal;
    m[a + col.TS_VAL] = s.tsVal;
  }
}
