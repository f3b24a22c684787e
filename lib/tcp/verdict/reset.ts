import { DUPLICATE, HIGH } from '../../facts/verdict.ts';
import type { Case } from './case.ts';
import { copyOfReset, madeBy } from './duplicate.ts';
import { remember } from './recent-acks.ts';

/** A RST is at most a copy of another. It carries no stream data and moves no numbers, whoever sent it. */
export function judgeReset(it: Case): void {
  const { flow, segment, out, memory } = it;
  const twin = copyOfReset(it);
  if (twin !== null) out.set(DUPLICATE, madeBy(flow, twin.sameLink), false, HIGH, twin.frame);
  else remember(memory.acks, flow, segment);
}
