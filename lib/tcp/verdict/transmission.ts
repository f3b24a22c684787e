import { seqDiff, seqGe, seqGt, seqLe, seqLt } from '../../bytes/seq.ts';
import { RETRANSMISSION } from '../../facts/verdict.ts';
import type { Case } from './case.ts';
import { cutAt, find, holeFrom, marksOf, merge, sendAgain, sentBefore } from './history.ts';
import { END, HOLE, MARKS, RESENT, START } from './record.ts';

/** A transmission that covers more records than this makes one of them, so that repeating it costs no more. */
const MANY_RECORDS = 64;

/**
 * Enters a transmission of [start, until) into the history, from `record` on, which holds `start`. `older`: it was sent
 * before what had been seen of these bytes.
 */
export function enter(
  { flow, segment, out, memory }: Case,
  record: number,
  start: number,
  until: number,
  older: boolean,
): void {
  const pool = memory.sent;
  const detail = flow.detail!;
  let repeated = 0;
  let filled = false;
  let records = 0;
  let at = cutAt(pool, flow, record, start);
  while (at >= 0 && seqLt(pool.get(at, START), until)) {
    if (seqGt(pool.get(at, END), until)) cutAt(pool, flow, at, until);
    const size = seqDiff(pool.get(at, END), pool.get(at, START));
    if (pool.get(at, MARKS) & HOLE) {
      filled = true;
      // Acknowledged before it was seen: the capture was late, not lossy.
      if (flow.ackSeen === 1 && seqLe(pool.get(at, END), flow.acked)) detail.unseenBytes -= size;
      sendAgain(pool, at, segment, marksOf(segment) | (out.kind === RETRANSMISSION ? RESENT : 0));
    } else {
      repeated += size;
      if (older) sentBefore(pool, at, segment);
      else sendAgain(pool, at, segment, 0);
    }
    at = pool.next(at);
    records++;
  }
  if (records > MANY_RECORDS && !older) merge(pool, flow, start, until);
  detail.repeatedBytes += Math.min(repeated, segment.length);
  if (filled && seqGe(flow.contiguous, start) && seqLt(flow.contiguous, until)) {
    const from = find(pool, flow, flow.contiguous);
    flow.contiguous = from < 0 ? flow.next : holeFrom(pool, flow, from);
  }
}
