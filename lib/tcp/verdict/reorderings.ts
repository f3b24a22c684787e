import { elapsed } from '../timing/elapsed.ts';
import type { Case } from './case.ts';
import { HOLE, MARKS, NANOS, SECONDS } from './record.ts';

const KEPT_FRAMES = 256;
/** Overtaking segments counted at most. */
const MOST_OVERTAKING = 64;

/**
 * Books a segment that came late (RFC 4737 4.2): how many segments overtook it, and by how much time. `record` is the hole
 * that it fills, or the copy that was seen first (`resent`): the sender had taken it for lost.
 */
export function addReordering({ flow, segment, memory }: Case, record: number, resent: boolean): void {
  const pool = memory.sent;
  const detail = flow.detail!;
  let overtaking = 0;
  let longest = 0;
  for (let at = record; at >= 0 && overtaking < MOST_OVERTAKING; at = pool.next(at)) {
    if (pool.get(at, MARKS) & HOLE) continue;
    overtaking++;
    longest = Math.max(longest, elapsed(segment, pool.get(at, SECONDS), pool.get(at, NANOS)));
  }
  detail.reorderings ??= {
    segments: 0,
    firstFrame: segment.frame,
    frames: [],
    extentSegments: 0,
    extentSeconds: 0,
    causedRetransmissions: 0,
  };
  const facts = detail.reorderings;
  facts.segments++;
  if (facts.frames.length < KEPT_FRAMES) facts.frames.push(segment.frame);
  facts.extentSegments = Math.max(facts.extentSegments, overtaking);
  facts.extentSeconds = Math.max(facts.extentSeconds, longest);
  if (resent) facts.causedRetransmissions++;
}
