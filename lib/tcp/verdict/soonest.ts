import { RETRANSMISSION } from '../../facts/verdict.ts';
import { OFFERED_SACK } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { NEARLY, roundTripOf } from '../timing/vantage.ts';
import type { Case } from './case.ts';
import { NOT_RECOVERING } from './detail.ts';
import { find } from './history.ts';
import { HOLE, LATE, MARKS, NANOS, REPEATED, SECONDS, START } from './record.ts';
import type { Records } from './records.ts';

/** Segments behind a hole that make a sender take it for lost (RFC 5681 3.2, RFC 8985 6.2). */
const ENOUGH_BEHIND = 3;
/** The sender of fewer waits besides, for what was overtaken: this share of a round trip (RFC 8985 6.2). */
const REORDERING_WINDOW = 1 / 4;
/** The least round trip of several is one, but for this share; of fewer, it may have been a slow one (`NEARLY`). */
const HARDLY_LESS = 0.93;
const SEVERAL = 3;

/**
 * How long after the first segment behind a hole what fills it may have been sent again, seconds: the news of the hole goes
 * back, and the bytes come once more. The news is the third segment behind it, or the first and some patience; but in a
 * recovery, or where the first was sent long after what is missing, the first will do. `follower` is that first one's record,
 * -1 where it is not known; `record` is the hole.
 */
export function soonestAgain(it: Case, record: number, follower: number): number {
  const { connection, flow, back, memory } = it;
  const roundTrip = roundTripOf(connection, flow, back);
  const samples = flow.roundTrips.samples + back.roundTrips.samples;
  let soonest = roundTrip;
  const sack = (flow.options & back.options & OFFERED_SACK) !== 0;
  if (follower >= 0 && sack && !wasRecovering(it, 2 * roundTrip)) {
    const patience = roundTrip * REORDERING_WINDOW - longestApart(it, record, follower);
    soonest += Math.max(0, Math.min(patience, untilEnough(memory.sent, follower)));
  }
  return soonest * (samples >= SEVERAL ? HARDLY_LESS : NEARLY);
}

/** The sender repairs what it has lost, or did not long ago: what was missing then needed no further sign. */
function wasRecovering({ flow, segment }: Case, lately: number): boolean {
  const { recovery, pending } = flow.detail!;
  const last = pending.findLast(({ kind }) => kind === RETRANSMISSION);
  return recovery !== NOT_RECOVERING || (last !== undefined && elapsed(segment, last.seconds, last.nanos) < lately);
}

/** Seconds from the first segment behind the hole to the one that makes them enough. */
function untilEnough(pool: Records, follower: number): number {
  let seen = 0;
  for (let at = follower; at >= 0; at = pool.next(at)) {
    if (pool.get(at, MARKS) & HOLE || ++seen < ENOUGH_BEHIND) continue;
    return between(pool, follower, at);
  }
  return Number.POSITIVE_INFINITY;
}

/** Seconds that may lie between the sending of what is missing and that of the first behind it. */
function longestApart({ flow, memory }: Case, record: number, follower: number): number {
  const pool = memory.sent;
  const before = find(pool, flow, (pool.get(record, START) - 1) | 0);
  const isPlain = before >= 0 && (pool.get(before, MARKS) & (HOLE | REPEATED | LATE)) === 0;
  return isPlain ? between(pool, before, follower) : Number.POSITIVE_INFINITY;
}

function between(pool: Records, earlier: number, later: number): number {
  const now = { seconds: pool.get(later, SECONDS), nanos: pool.get(later, NANOS) };
  return elapsed(now, pool.get(earlier, SECONDS), pool.get(earlier, NANOS));
}
