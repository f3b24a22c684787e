import { seqDiff, seqLt } from '../../bytes/seq.ts';
import { PSH, type Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { atReceiver } from '../timing/vantage.ts';
import type { Case } from './case.ts';
import { scaleKnown } from './plausible.ts';
import { END, HOLE, LATE, MARKS, MORE, REPEATED, START } from './record.ts';
import type { Records } from './records.ts';
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
 * - no numbers show that nothing was sent since, nor does the tap stand beside the sender; and no hole is open
 * - the window has room for it, and both ends were silent as long
 */
export function waitedAtHand(it: Case): boolean {
  return wasMoreAtHand(it, REPEATED | LATE) && waited(it);
}

/**
 * The same with less certainty: the segment before it was full, and bore PSH; this one is short. Both are one message, unless
 * one ended by chance just where a segment did.
 */
export function endsMessage(it: Case): boolean {
  const { flow, back, segment, memory } = it;
  const isEnd = (segment.flags & PSH) !== 0 && segment.length < flow.largestSegment;
  if (!isEnd || flow.tail < 0 || memory.sent.get(flow.tail, MARKS) & (HOLE | REPEATED | LATE)) return false;
  return isFull(memory.sent, flow, back) && waited(it);
}

function waited({ connection, flow, back, segment }: Case): boolean {
  if (flow.ackSeen === 0 || back.packets === 0 || flow.contiguous !== flow.next) return false;
  if (!mayHaveWaited(flow, segment) || atReceiver(connection, back, flow)) return false;
  if (countsOwn(flow, segment) && leftOut(flow, segment) === 0) return false;
  // It echoes what acknowledged all: the sender was free to send more.
  if (segment.hasTimestamps && seqLt(segment.tsEcr, back.tsVal)) return false;
  if (scaleKnown(flow, back) && seqDiff(back.edge, segment.seq) < segment.length) return false;
  return elapsed(segment, back.seconds, back.nanos) >= LEAST_TIMEOUT;
}

/** The last that was sent was full, without PSH, and has none of the marks `not`. */
export function wasMoreAtHand({ flow, back, memory }: Case, not: number): boolean {
  const pool = memory.sent;
  if (flow.tail < 0 || (pool.get(flow.tail, MARKS) & (MORE | HOLE | not)) !== MORE) return false;
  return isFull(pool, flow, back);
}

/** The last that was sent was as large as the peer takes it. */
function isFull(pool: Records, flow: Flow, back: Flow): boolean {
  const size = seqDiff(pool.get(flow.tail, END), pool.get(flow.tail, START));
  return back.mss > 0 ? size + OPTION_BYTES >= back.mss : size >= SURELY_FULL;
}
