import { seqAdd, seqDiff, seqGe, seqGt, seqLe, seqLt } from '../../bytes/seq.ts';
import {
  DUPLICATE,
  HIGH,
  HOW_CAPTURE,
  HOW_NONE,
  HOW_UNKNOWN,
  KEEP_ALIVE,
  LOW,
  MEDIUM,
  REORDERING,
  RETRANSMISSION,
  ZERO_WINDOW_PROBE,
} from '../../facts/verdict.ts';
import { FIN, type Segment, segmentSpan } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import type { Flow } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { roundTripOf } from '../timing/vantage.ts';
import { acknowledge } from './acknowledging.ts';
import { isCopy } from './copies.ts';
import { FlowDetail } from './detail.ts';
import { begin, leaveGap } from './edges.ts';
import {
  append,
  cutAt,
  END,
  FIRST_MARKS,
  FIRST_TS_VAL,
  FRAME,
  find,
  firstFrame,
  HOLE,
  holeFrom,
  LATE,
  MARKS,
  marksOf,
  NANOS,
  NEXT,
  prepend,
  REPEATED,
  SECONDS,
  START,
  sendAgain,
  sentBefore,
  TS_VAL,
} from './history.ts';
import type { Judgement, Revisions } from './judgement.ts';
import { countPayload } from './payload.ts';
import { howRetransmitted, wasArrived } from './recovery.ts';
import { revisedToRetransmission } from './revising.ts';
import { learn, ORDER_UNKNOWN, SENT_BEFORE, sendingOrder } from './sending-order.ts';

/** A segment that occupies sequence numbers: payload, FIN or both. */
export function judgeCarrying(
  connection: Connection,
  flow: Flow,
  back: Flow,
  segment: Segment,
  out: Judgement,
  revisions: Revisions,
): void {
  const pool = revisions.memory.sent;
  if (flow.started === 0) begin(flow, segment);
  const start = segment.seq;
  const end = seqAdd(start, segmentSpan(segment));

  let old = false;
  if (probesZeroWindow(flow, back, segment)) {
    out.set(ZERO_WINDOW_PROBE, HOW_NONE, false, HIGH, 0);
    flow.detail ??= new FlowDetail();
    flow.detail.probing = 1;
    flow.detail.probeEnd = end;
  } else if (keepsAlive(pool, flow, back, segment)) {
    out.set(KEEP_ALIVE, HOW_NONE, false, HIGH, 0);
  } else if (seqLt(start, flow.next)) {
    flow.detail ??= new FlowDetail();
    old = judgeRange(connection, flow, back, segment, start, end, out, revisions);
    if (out.kind === DUPLICATE) return;
  } else if (seqGt(start, flow.next)) leaveGap(pool, flow, segment);

  if (out.kind !== ZERO_WINDOW_PROBE && out.kind !== KEEP_ALIVE) extend(connection, flow, segment, end, pool);
  learn(flow, segment);
  acknowledge(connection, flow, back, segment, old, revisions);
}

/** What lies beyond the highest sequence number becomes a record; FIN and payload are counted. */
function extend(
  connection: Connection,
  flow: Flow,
  segment: Segment,
  end: number,
  pool: Parameters<typeof append>[0],
): void {
  if (seqGt(end, flow.next)) {
    append(pool, flow, flow.next, end, segment, marksOf(segment));
    if (flow.contiguous === flow.next) flow.contiguous = end;
    flow.next = end;
  }
  if (segment.flags & FIN && flow.finSent === 0) {
    flow.finSent = 1;
    flow.fin = seqAdd(segment.seq, segment.length);
  }
  if (segment.length > 0) countPayload(connection, flow, segment);
}

/**
 * A zero-window probe with a byte (RFC 9293 3.8.6.1):
 * - one byte, where the next new byte belongs
 * - the receiver's window is zero, and the byte lies at its right edge
 */
function probesZeroWindow(flow: Flow, back: Flow, segment: Segment): boolean {
  return (
    segment.length === 1 &&
    segment.seq === flow.next &&
    back.window === 0 &&
    back.packets > 0 &&
    flow.ackSeen === 1 &&
    flow.acked === flow.next &&
    seqGe(segment.seq, back.edge)
  );
}

/**
 * A keep-alive with a byte (RFC 9293 3.8.4, RFC 1122 4.2.3.6), the garbage kind:
 * - one byte, just below the next new one, all being acknowledged
 * - which was not sent as a segment of its own a moment ago: that would be sent again, not kept alive
 */
function keepsAlive(pool: Parameters<typeof append>[0], flow: Flow, back: Flow, segment: Segment): boolean {
  if (segment.length !== 1 || segment.flags & FIN || seqDiff(flow.next, segment.seq) !== 1) return false;
  if (flow.ackSeen === 0 || flow.acked !== flow.next || back.window === 0) return false;
  const record = find(pool, flow, segment.seq);
  if (record < 0 || pool.get(record, START) !== segment.seq) return true;
  return elapsed(segment, flow.seconds, flow.nanos) >= 1;
}

/** Bytes below the highest sequence number: seen before, or not. True if it was overtaken by what was sent later. */
function judgeRange(
  connection: Connection,
  flow: Flow,
  back: Flow,
  segment: Segment,
  start: number,
  end: number,
  out: Judgement,
  revisions: Revisions,
): boolean {
  const pool = revisions.memory.sent;
  const until = seqLt(end, flow.next) ? end : flow.next;
  const floor = flow.head < 0 ? flow.next : pool.get(flow.head, START);
  if (seqLt(start, floor)) {
    // Below what is kept: acknowledged long ago, or from before the capture began.
    if (flow.ackSeen === 1 && seqLe(floor, flow.acked) && seqGt(start, flow.isn)) {
      out.set(RETRANSMISSION, howRetransmitted(connection, flow, back, segment, -1, pool), true, HIGH, 0);
      repeated(flow, segment, start, floor);
      return false;
    }
    if (seqGe(start, flow.isn) && flow.head >= 0 && flow.isn !== start) {
      repeated(flow, segment, start, floor);
    } else prepend(pool, flow, start, floor, segment);
    if (flow.head < 0 || seqLt(start, pool.get(flow.head, START))) return false;
  }
  const record = find(pool, flow, start);
  if (record < 0) return false;
  if (isCopy(pool, flow, record, segment, start, until)) {
    const sameLink = pool.get(record, 13) === 0 || true;
    out.set(DUPLICATE, sameLink ? HOW_UNKNOWN : HOW_CAPTURE, false, HIGH, pool.get(record, FRAME));
    return false;
  }
  let seen = record;
  while (seen >= 0 && seqLt(pool.get(seen, START), until) && pool.get(seen, MARKS) & HOLE) seen = pool.get(seen, NEXT);
  const anySeen = seen >= 0 && seqLt(pool.get(seen, START), until);
  return anySeen
    ? judgeSeen(connection, flow, back, segment, start, until, record, seen, out, revisions)
    : judgeUnseen(connection, flow, back, segment, start, until, record, out, revisions);
}

/** At least some of the bytes had been seen: sent again, or the older of two copies that came in the wrong order. */
function judgeSeen(
  connection: Connection,
  flow: Flow,
  back: Flow,
  segment: Segment,
  start: number,
  until: number,
  record: number,
  seen: number,
  out: Judgement,
  revisions: Revisions,
): boolean {
  const pool = revisions.memory.sent;
  const order = sendingOrder(flow, segment, pool.get(seen, TS_VAL), pool.get(seen, MARKS));
  if (order === SENT_BEFORE) {
    revisedToRetransmission(flow, pool, seen, segment, revisions);
    out.set(REORDERING, HOW_NONE, false, HIGH, 0);
    visit(pool, flow, segment, start, until, record, true);
    return true;
  }
  const spurious = wasArrived(connection, flow, back, segment, start, until);
  const how = howRetransmitted(connection, flow, back, segment, seen, pool);
  out.set(RETRANSMISSION, how, spurious, order === ORDER_UNKNOWN ? MEDIUM : HIGH, pool.get(seen, FRAME));
  repeated(flow, segment, start, until);
  visit(pool, flow, segment, start, until, record, false);
  return false;
}

/** None of the bytes had been seen, but later ones had: late on the way, or sent again after a loss before the tap. */
function judgeUnseen(
  connection: Connection,
  flow: Flow,
  back: Flow,
  segment: Segment,
  start: number,
  until: number,
  record: number,
  out: Judgement,
  revisions: Revisions,
): boolean {
  const pool = revisions.memory.sent;
  const follower = overtaker(pool, record);
  const order =
    follower < 0
      ? sendingOrder(flow, segment, flow.tsVal, flow.ipId)
      : pool.get(follower, MARKS) & REPEATED
        ? sendingOrder(flow, segment, pool.get(follower, FIRST_TS_VAL), pool.get(follower, FIRST_MARKS))
        : sendingOrder(flow, segment, pool.get(follower, TS_VAL), pool.get(follower, MARKS));
  const lag = follower < 0 ? 0 : elapsed(segment, pool.get(follower, SECONDS), pool.get(follower, NANOS));
  let late: boolean;
  let confidence = HIGH;
  if (order === SENT_BEFORE) late = true;
  else if (order === ORDER_UNKNOWN || order === 0) {
    // No clock tells. A retransmission takes a round trip at least: the news of the hole back, the bytes again.
    const roundTrip = roundTripOf(connection, flow, back);
    late = roundTrip > 0 ? lag < roundTrip / 2 : lag < 0.003;
    confidence = roundTrip > 0 && (lag < roundTrip / 4 || lag >= roundTrip) ? MEDIUM : LOW;
  } else late = false;
  if (late) out.set(REORDERING, HOW_NONE, false, confidence, 0);
  else {
    const how = howRetransmitted(connection, flow, back, segment, record, pool);
    out.set(RETRANSMISSION, how, wasArrived(connection, flow, back, segment, start, until), confidence, 0);
  }
  visit(pool, flow, segment, start, until, record, false);
  return late;
}

/** The first record behind a hole that came in its order: what overtook, or what was sent after the lost one. */
function overtaker(pool: Parameters<typeof append>[0], record: number): number {
  let at = record;
  for (let steps = 0; at >= 0 && steps < 64; steps++) {
    if ((pool.get(at, MARKS) & (HOLE | LATE)) === 0) return at;
    at = pool.get(at, NEXT);
  }
  return -1;
}

/** Enters a transmission of [start, until) into the history. */
function visit(
  pool: Parameters<typeof append>[0],
  flow: Flow,
  segment: Segment,
  start: number,
  until: number,
  record: number,
  older: boolean,
): void {
  let at = cutAt(pool, flow, record, start);
  let filled = -1;
  while (at >= 0 && seqLt(pool.get(at, START), until)) {
    if (seqGt(pool.get(at, END), until)) cutAt(pool, flow, at, until);
    if (pool.get(at, MARKS) & HOLE && pool.get(at, START) === flow.contiguous) filled = at;
    if (older && (pool.get(at, MARKS) & HOLE) === 0) sentBefore(pool, at, segment);
    else sendAgain(pool, at, segment, marksOf(segment));
    at = pool.get(at, NEXT);
  }
  if (filled >= 0) flow.contiguous = holeFrom(pool, flow, filled);
  else if (seqLt(flow.contiguous, until) && seqGe(flow.contiguous, start)) {
    const from = find(pool, flow, flow.contiguous);
    flow.contiguous = from < 0 ? flow.next : holeFrom(pool, flow, from);
  }
}

function repeated(flow: Flow, segment: Segment, start: number, until: number): void {
  flow.detail!.repeatedBytes += Math.min(segment.length, seqDiff(until, start));
}

void firstFrame;
