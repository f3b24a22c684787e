import { DUPLICATE, HIGH, HOW_UNKNOWN } from '../../facts/verdict.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { copyOf } from './duplicate.ts';
import type { Judgement, Revisions } from './judgement.ts';
import { remember } from './recent-acks.ts';

/** A RST is at most a copy of another. It carries no stream data and moves no numbers, whoever sent it. */
export function judgeReset(flow: Flow, segment: Segment, out: Judgement, revisions: Revisions): void {
  const pool = revisions.memory.acks;
  const twin = copyOf(pool, flow, segment);
  if (twin !== null) out.set(DUPLICATE, twin.sameLink ? HOW_UNKNOWN : 8, false, HIGH, twin.frame);
  else remember(pool, flow, segment);
}
