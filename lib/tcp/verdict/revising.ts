import type { Int32Columns } from '../../bytes/columns.ts';
import { HIGH, HOW_UNKNOWN, RETRANSMISSION } from '../../facts/verdict.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { FRAME, MARKS, REPEATED } from './history.ts';
import { Judgement, type Revisions } from './judgement.ts';

const revised = new Judgement();

/** The segment in hand was sent before the copy that was seen first: that copy was the retransmission. */
export function revisedToRetransmission(
  flow: Flow,
  pool: Int32Columns,
  record: number,
  segment: Segment,
  revisions: Revisions,
): void {
  const frame = pool.get(record, FRAME);
  const detail = flow.detail!;
  if (pool.get(record, MARKS) & REPEATED || detail.pending.some((pending) => pending.frame === frame)) return;
  revised.set(RETRANSMISSION, HOW_UNKNOWN, false, HIGH, 0);
  detail.retransmissions++;
  void segment;
  revisions.revise(frame, revised);
}
