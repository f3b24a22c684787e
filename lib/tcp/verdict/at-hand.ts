import { seqDiff, seqLt } from '../../bytes/seq.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import type { Case } from './case.ts';
import { END, HOLE, LATE, MARKS, MORE, REPEATED, START } from './record.ts';
import { LEAST_TIMEOUT } from './recovery.ts';
import { countsOwn, leftOut } from './sending-order.ts';

// A full segment without PSH says that more was at hand when it was sent (RFC 9293 3.9.1.2: the last of what a program wrote
// bears it). What nothing keeps back follows at once; if it does not, it was lost in front of the tap.

/** Options take up to so much of a segment (RFC 9293 3.1). */
const OPTION_BYTES = 40;
/** Where no SYN tells the size of a full segment. */
const SURELY_FULL = 1200;

/** What `waitedAtHand` looks at closely: all that was sent is acknowledged, and the sender took its time. */
export function mayHaveWaited(flow: Flow, segment: Segment): boolean {
  return flow.acked === flow.next && elapsed(segment, flow.seconds, flow.nanos) >= LEAST_TIMEOUT;
}

/**
 * In order, and yet sent before: it was at hand when the segment before it was sent, and comes at a timer's time.
 * - that segment was full, without PSH, not repeated, and is acknowledged
 * - no numbers show that nothing was sent since
 * - the window has room for it, and both ends were silent as long
 */
export function waitedAtHand(it: Case): boolean {
  const { flow, back, segment } = it;
  if (!mayHaveWaited(flow, segment) || !wasMoreAtHand(it)) return false;
  if (countsOwn(flow, segment) && leftOut(flow, segment) === 0) return false;
  // It echoes what acknowledged all: the sender was free to send more.
  if (segment.hasTimestamps && seqLt(segment.tsEcr, back.tsVal)) return false;
  return (
    seqDiff(back.edge, segment.seq) >= segment.length && elapsed(segment, back.seconds, back.nanos) >= LEAST_TIMEOUT
  );
}

/** The last that was sent was full, without PSH; of its marks, it has those of `plain` only. */
export function wasMoreAtHand({ flow, back, memory }: Case, plain = MORE | REPEATED | LATE): boolean {
  const pool = memory.sent;
  const record = flow.tail;
  if (record < 0 || (pool.get(record, MARKS) & (plain | MORE | HOLE)) !== MORE) return false;
  const size = seqDiff(pool.get(record, END), pool.get(record, START));
  return back.mss > 0 ? size + OPTION_BYTES >= back.mss : size >= SURELY_FULL;
}
