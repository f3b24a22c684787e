import { seqGe, seqGt, seqLe, seqLt } from '../../bytes/seq.ts';
import { type Moment, momentOf, secondsBetween } from '../../facts/moment.ts';
import {
  DUPLICATE,
  HIGH,
  HOW_NETWORK,
  HOW_NONE,
  LOW,
  MEDIUM,
  REORDERING,
  RETRANSMISSION,
} from '../../facts/verdict.ts';
import { OFFERED_SACK } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { NEARLY, roundTripOf } from '../timing/vantage.ts';
import type { Case } from './case.ts';
import { isCopy } from './copies.ts';
import { FlowDetail } from './detail.ts';
import { madeBy } from './duplicate.ts';
import { addToChain, addToRun } from './episodes.ts';
import { find, firstInOrder, latestSending, linkOf, prepend } from './history.ts';
import { firstWasResent } from './pending.ts';
import {
  FIRST_MARKS,
  FIRST_TS_VAL,
  FRAME,
  HOLE,
  LATE,
  LINK,
  MARKS,
  NANOS,
  REPEATED,
  RESENT,
  SECONDS,
  START,
  TS_VAL,
} from './record.ts';
import { hadArrived, howRetransmitted, LEAST_TIMEOUT } from './recovery.ts';
import { addReordering } from './reorderings.ts';
import { ORDER_UNKNOWN, SENT_AFTER, SENT_BEFORE, sendingOrder } from './sending-order.ts';
import { soonestAgain } from './soonest.ts';
import { enter } from './transmission.ts';

/** Without any clock of the sender and without a round trip, what comes this late was sent again. Seconds. */
const LATE_AT_MOST = 0.003;
/** Timers wait for two round trips at least (RFC 8985 7.2); what comes within this many was not sent again by one. */
const SOONER_THAN_TIMERS = 1.5;

/**
 * The segment begins below the highest sequence number: bytes seen before, or not. True if it was overtaken by what was
 * sent after it, so that its acknowledgment is old. `end` is the end of what it carries; so many packets are known to be `lost`
 * that lay behind all that was seen.
 */
export function judgeBelow(it: Case, end: number, lost: number): boolean {
  const { flow, segment, out, memory } = it;
  const pool = memory.sent;
  flow.detail ??= new FlowDetail();
  let start = segment.seq;
  const until = seqLt(end, flow.next) ? end : flow.next;

  const floor = flow.head < 0 ? flow.next : pool.get(flow.head, START);
  if (seqLt(start, floor)) {
    if (seqLt(start, flow.isn)) {
      // From before what the capture holds of this flow.
      prepend(pool, flow, start, floor, segment);
      flow.isn = start;
    } else {
      // Acknowledged long ago, and no longer kept.
      const onItsWay = wasOnItsWay(it, until);
      if (out.kind !== DUPLICATE) flow.detail.repeatedBytes += Math.min(segment.length, (floor - start) | 0);
      if (onItsWay) return out.kind === REORDERING;
      retransmitted(it, -1, start, until, HIGH, 0);
      start = floor;
      if (seqLe(until, floor)) return false;
    }
  }

  const record = find(pool, flow, start);
  if (isCopy(it, record, until)) {
    out.set(DUPLICATE, madeBy(flow, pool.get(record, LINK) === linkOf(segment)), false, HIGH, pool.get(record, FRAME));
    return false;
  }
  const seen = firstSeen(it, record, until);
  const old = seen >= 0 ? judgeSeen(it, seen, start, until, lost) : judgeUnseen(it, record, start, until, lost);
  if (out.kind === DUPLICATE) return false;
  enter(it, record, start, until, old);
  return old;
}

/**
 * Bytes that are no longer kept were on their way all the time, by their sender's clock, or because they come too soon
 * after a retransmission whose original had not been seen, or for no reason. Sent again since, it is the original, late; else the second copy
 * of what came in its time.
 */
function wasOnItsWay(it: Case, until: number): boolean {
  const { flow, segment, out } = it;
  const repeat = flow.detail!.pending.find(({ kind, start }) => kind === RETRANSMISSION && start === segment.seq);
  const order = sendingOrder(flow, segment, flow.tsVal, flow.ipId);
  const soon =
    order === ORDER_UNKNOWN &&
    repeat !== undefined &&
    repeat.of === 0 &&
    elapsed(segment, repeat.seconds, repeat.nanos) < LEAST_TIMEOUT;
  const unprovoked = order === ORDER_UNKNOWN && repeat === undefined && isUnprovoked(it, until);
  if (order !== SENT_BEFORE && !soon && !unprovoked) return false;
  if (repeat === undefined) out.set(DUPLICATE, HOW_NETWORK, false, MEDIUM, 0);
  else out.set(REORDERING, HOW_NONE, false, MEDIUM, 0);
  return true;
}

/** The first record below `until` whose bytes were seen, -1 if all is hole. */
function firstSeen({ memory }: Case, record: number, until: number): number {
  const pool = memory.sent;
  for (let at = record; at >= 0 && seqLt(pool.get(at, START), until); at = pool.next(at)) {
    if ((pool.get(at, MARKS) & HOLE) === 0) return at;
  }
  return -1;
}

/** At least some of the bytes had been seen: sent again, or the older of two copies that came in the wrong order. */
function judgeSeen(it: Case, seen: number, start: number, until: number, lost: number): boolean {
  const { flow, segment, out, memory } = it;
  const pool = memory.sent;
  const order = sendingOrder(flow, segment, pool.get(seen, TS_VAL), pool.get(seen, MARKS));
  if (order === SENT_BEFORE) {
    firstWasResent(it, pool, flow.detail!, seen);
    out.set(REORDERING, HOW_NONE, false, HIGH, 0);
    addReordering(it, seen, true);
    return true;
  }
  if (order === ORDER_UNKNOWN && isLateOriginal(it, seen, until)) {
    out.set(REORDERING, HOW_NONE, false, MEDIUM, 0);
    addReordering(it, seen, true);
    return true;
  }
  if (order === ORDER_UNKNOWN && isUnprovoked(it, until)) {
    out.set(DUPLICATE, HOW_NETWORK, false, MEDIUM, pool.get(seen, FRAME));
    return false;
  }
  retransmitted(it, seen, start, until, order === ORDER_UNKNOWN ? MEDIUM : HIGH, lost);
  return false;
}

/**
 * No clock tells, but nothing can have made the sender send again what has arrived: nothing was reported missing, nor sent
 * again, for so long that it would have come by now; and the sender talks, so that no timer has run out.
 */
function isUnprovoked({ connection, flow, back, segment }: Case, until: number): boolean {
  const roundTrip = roundTripOf(connection, flow, back);
  const { sacked, reportedSeconds, reportedNanos, pending } = flow.detail!;
  if (roundTrip === 0 || (flow.options & back.options & OFFERED_SACK) === 0) return false;
  if (flow.ackSeen === 0 || sacked.total > 0) return false;
  // Of the last segment, unacknowledged, a probe makes another (RFC 8985 7.3).
  if (until === flow.next && seqLt(flow.acked, until)) return false;
  const last = pending.findLast(({ kind }) => kind === RETRANSMISSION);
  return (
    elapsed(segment, flow.seconds, flow.nanos) < SOONER_THAN_TIMERS * roundTrip &&
    elapsed(segment, reportedSeconds, reportedNanos) >= 2 * roundTrip &&
    (last === undefined || elapsed(segment, last.seconds, last.nanos) >= 2 * roundTrip)
  );
}

/**
 * No clock tells, but what was seen first had filled a hole after a round trip, as a retransmission does: this is its
 * original, late, if it comes before the sender could know of another loss, or though the receiver has the bytes.
 */
function isLateOriginal({ connection, flow, back, segment, memory }: Case, seen: number, until: number): boolean {
  const pool = memory.sent;
  if ((pool.get(seen, MARKS) & (LATE | RESENT | REPEATED)) !== (LATE | RESENT)) return false;
  const lag = elapsed(segment, pool.get(seen, SECONDS), pool.get(seen, NANOS));
  if (lag >= LEAST_TIMEOUT) return false;
  return seqGe(flow.acked, until) || lag < roundTripOf(connection, flow, back) * NEARLY;
}

/** None of the bytes had been seen, but later ones had: late on the way, or sent again after a loss before the tap. */
function judgeUnseen(it: Case, record: number, start: number, until: number, lost: number): boolean {
  const { connection, flow, back, segment, out, memory } = it;
  const pool = memory.sent;
  const follower = firstInOrder(pool, record);
  let order = ORDER_UNKNOWN;
  if (follower < 0) order = sendingOrder(flow, segment, flow.tsVal, flow.ipId);
  else if (pool.get(follower, MARKS) & REPEATED) {
    order = sendingOrder(flow, segment, pool.get(follower, FIRST_TS_VAL), pool.get(follower, FIRST_MARKS));
  } else order = sendingOrder(flow, segment, pool.get(follower, TS_VAL), pool.get(follower, MARKS));

  let late = order === SENT_BEFORE;
  let confidence = HIGH;
  if (order !== SENT_BEFORE && order !== SENT_AFTER) {
    // No clock tells. To send again takes a round trip at least: the news of the hole back, the bytes once more.
    const lag = follower < 0 ? 0 : elapsed(segment, pool.get(follower, SECONDS), pool.get(follower, NANOS));
    const roundTrip = roundTripOf(connection, flow, back);
    const unasked = lag < roundTrip * SOONER_THAN_TIMERS && !knowsOfHole(it);
    late = unasked || lag < (roundTrip > 0 ? soonestAgain(it, record, follower) : LATE_AT_MOST);
    if (follower < 0 && answersFirstCopy(it, record)) late = false;
    confidence = unasked || (roundTrip > 0 && (lag < roundTrip / 2 || lag >= roundTrip)) ? MEDIUM : LOW;
  }
  if (late) {
    out.set(REORDERING, HOW_NONE, false, confidence, 0);
    addReordering(it, record, false);
  } else retransmitted(it, record, start, until, confidence, lost);
  return late;
}

/**
 * The one ACK so far that asks for more had reached the sender when it sent this, as far as the echoed timestamp tells:
 * else nothing can have made it send again (RFC 7323 4.3).
 */
function knowsOfHole({ flow, back, segment }: Case): boolean {
  return flow.dupAcks !== 1 || !segment.hasTimestamps || back.tsVal === 0 || seqGe(segment.tsEcr, back.tsVal);
}

/**
 * All that shows the hole is what answered the peer's retransmission of a request, and the answer to that request is what is
 * missing: it had been sent when the second copy came, so on the first, a timer's time before (RFC 9293 3.10.7.4: what comes
 * again is acknowledged at once, with the number that is to be sent next).
 */
function answersFirstCopy({ back, segment, memory }: Case, record: number): boolean {
  const repeat = back.detail?.pending.at(-1);
  if (repeat === undefined || repeat.kind !== RETRANSMISSION || back.next !== repeat.end) return false;
  const revealed = latestSending(memory.sent, record);
  return seqGe(segment.ack, repeat.end) && secondsBetween(repeat, revealed) >= 0;
}

/** In order as far as the tap saw, but the original was lost in front of it. */
export function judgeRepeatOfUnseen(it: Case, end: number, lost: number, confidence: number): void {
  it.flow.detail ??= new FlowDetail();
  retransmitted(it, -1, it.segment.seq, end, confidence, lost);
}

/** The verdict of a retransmission, and the episodes that it belongs to. `record` is what it repeats, -1 if not kept. */
function retransmitted(it: Case, record: number, start: number, until: number, confidence: number, lost: number): void {
  const { flow, segment, out, memory } = it;
  const pool = memory.sent;
  const unseen = record < 0 || (pool.get(record, MARKS) & HOLE) !== 0;
  out.set(
    RETRANSMISSION,
    howRetransmitted(it, unseen ? -1 : record, lost),
    hadArrived(it, start, until),
    confidence,
    unseen ? 0 : pool.get(record, FRAME),
  );
  const detail = flow.detail!;
  const waited =
    unseen || (flow.ackSeen === 1 && seqGe(pool.get(record, START), flow.acked) && seqGt(until, flow.acked))
      ? lastMove(it, record)
      : momentOf(segment);
  addToRun(it, detail, waited);
  addToChain(it, detail, pool, unseen ? -1 : record);
}

/** Since when nothing new was acknowledged: the last progress, or the sending of what is now sent again. */
function lastMove({ flow, segment, memory }: Case, record: number): Moment {
  if (record < 0 || flow.ackSeen === 0) return momentOf(segment);
  const progress = { seconds: flow.ackSeconds, nanos: flow.ackNanos };
  const sent = latestSending(memory.sent, record);
  return secondsBetween(progress, sent) > 0 ? sent : progress;
}
