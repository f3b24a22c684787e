import { Int32Columns } from '../../bytes/columns.ts';
import { TIME_WAIT } from '../../facts/state.ts';
import type { Connection, Endpoint } from '../connection.ts';

/** Its number, and marks above it; -1 once the connection was taken out: the record still waits in the queue. */
const ENTRY = 0;
/** The record that was put next. */
const LATER = 1;
/** What client and server send next, and how many numbers they have used, in units: the client's in the high half. */
const CLIENT_NEXT = 2;
const SERVER_NEXT = 3;
const SPANS = 4;
const SECONDS = 5;
/** Below the marks of those that sent a FIN: the others were reset. */
const NANOS = 6;
const FRAME = 7;
const NUMBER = 8;
const WIDTH = 9;

const SPAN_BYTES = 1024;

const CLIENT_IS_LOW = 1 << 27;
const CLIENT_WAITS = 1 << 28;
const SERVER_WAITS = 1 << 29;
const IS_IPV6 = 1 << 30;
const ENTRY_MASK = CLIENT_IS_LOW - 1;

const CLIENT_FIN = 1 << 30;
const SERVER_FIN = 1 << 31;
const NANOS_MASK = CLIENT_FIN - 1;

/** Closed connections, as little of each as a late segment or a new SYN must meet, for as long as they may meet it. */
export class ClosedConnections {
  private readonly records = new Int32Columns(WIDTH);
  /** In the order in which they were put. */
  private first = -1;
  private last = -1;
  private latest = 0;
  private count = 0;

  /** What those remembered take. */
  get bytes(): number {
    return this.count * 4 * WIDTH;
  }

  /** The number of the record of `c`. */
  put(c: Connection): number {
    const { records } = this;
    const record = records.allocate();
    this.count++;
    const m = records.chunk(record);
    const o = records.offset(record);
    m[o + ENTRY] =
      c.entry |
      (c.clientIsLow ? CLIENT_IS_LOW : 0) |
      (c.client.state === TIME_WAIT ? CLIENT_WAITS : 0) |
      (c.server.state === TIME_WAIT ? SERVER_WAITS : 0) |
      (c.ipVersion === 6 ? IS_IPV6 : 0);
    m[o + LATER] = -1;
    m[o + CLIENT_NEXT] = c.client.flow.next;
    m[o + SERVER_NEXT] = c.server.flow.next;
    m[o + SPANS] = (spanOf(c.client) << 16) | spanOf(c.server);
    m[o + SECONDS] = c.lastSeconds;
    m[o + NANOS] =
      c.lastNanos | (c.client.flow.finSent === 1 ? CLIENT_FIN : 0) | (c.server.flow.finSent === 1 ? SERVER_FIN : 0);
    m[o + FRAME] = c.lastFrame;
    m[o + NUMBER] = c.number;
    if (this.last >= 0) records.set(this.last, LATER, record);
    else this.first = record;
    this.last = record;
    if (c.lastSeconds > this.latest) this.latest = c.lastSeconds;
    return record;
  }

  /** When it was last heard, seconds. */
  closedAt(record: number): number {
    return this.records.get(record, SECONDS) >>> 0;
  }

  /** Fills `c` with the connection as far as it is remembered. Its timeline is the caller's to restore. */
  read(record: number, c: Connection): { clientWaits: boolean; serverWaits: boolean } {
    const m = this.records.chunk(record);
    const o = this.records.offset(record);
    const marks = m[o + ENTRY]!;
    c.number = m[o + NUMBER]!;
    c.entry = marks & ENTRY_MASK;
    c.clientIsLow = (marks & CLIENT_IS_LOW) !== 0;
    c.ipVersion = (marks & IS_IPV6) !== 0 ? 6 : 4;
    c.handshakeSeen = true;
    c.revived = true;
    c.firstFrame = m[o + FRAME]!;
    c.lastFrame = c.firstFrame;
    c.startSeconds = m[o + SECONDS]! >>> 0;
    const nanos = m[o + NANOS]!;
    c.startNanos = nanos & NANOS_MASK;
    c.lastSeconds = c.startSeconds;
    c.lastNanos = c.startNanos;
    closeFlow(c.client, m[o + CLIENT_NEXT]!, m[o + SPANS]! >>> 16, (nanos & CLIENT_FIN) !== 0);
    closeFlow(c.server, m[o + SERVER_NEXT]!, m[o + SPANS]! & 0xffff, (nanos & SERVER_FIN) !== 0);
    return { clientWaits: (marks & CLIENT_WAITS) !== 0, serverWaits: (marks & SERVER_WAITS) !== 0 };
  }

  /** Entries have new numbers; those with a number below 0 are gone. */
  renumber(renumbered: Int32Array): void {
    const { records } = this;
    let before = -1;
    for (let record = this.first; record >= 0; ) {
      const later = records.get(record, LATER);
      const old = records.get(record, ENTRY);
      const entry = old < 0 ? -1 : renumbered[old & ENTRY_MASK]!;
      if (entry >= 0) {
        records.set(record, ENTRY, entry | (old & ~ENTRY_MASK));
        before = record;
      } else {
        if (before < 0) this.first = later;
        else records.set(before, LATER, later);
        records.release(record);
        this.count--;
      }
      record = later;
    }
    this.last = before;
  }

  /** Its entry holds something else now. */
  takeOut(record: number): void {
    this.records.set(record, ENTRY, -1);
  }

  /** Forgets the record put first, if nothing can meet it any more: the entry that held it, -1 if it was taken out, NONE_DUE. */
  forget(patienceSeconds: number): number {
    const { first, records } = this;
    if (first < 0 || this.latest - this.closedAt(first) <= patienceSeconds) return NONE_DUE;
    const held = records.get(first, ENTRY);
    this.first = records.get(first, LATER);
    if (this.first < 0) this.last = -1;
    records.release(first);
    this.count--;
    return held < 0 ? -1 : held & ENTRY_MASK;
  }
}

/** Nothing is to be forgotten yet. */
export const NONE_DUE = -2;

/** How many sequence numbers an endpoint has used, in units, rounded up. */
function spanOf({ flow }: Endpoint): number {
  return Math.min(Math.ceil(((flow.next - flow.isn) >>> 0) / SPAN_BYTES), 0xffff);
}

/** The flow of an endpoint that has sent everything, and had it acknowledged. */
function closeFlow(e: Endpoint, next: number, span: number, finSent: boolean): void {
  const { flow } = e;
  e.syns = 1;
  flow.started = 1;
  flow.isn = (next - span * SPAN_BYTES) | 0;
  flow.next = next;
  flow.contiguous = next;
  flow.acked = next;
  flow.ackSeen = 1;
  if (!finSent) return;
  e.fins = 1;
  flow.fin = (next - 1) | 0;
  flow.finSent = 1;
}
