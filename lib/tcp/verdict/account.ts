import { seqAdd } from '../../bytes/seq.ts';
import { DUPLICATED, KEPT_ALIVE, REORDERED, RETRANSMITTED } from '../../facts/notes.ts';
import { DUPLICATE, KEEP_ALIVE, REORDERING, RETRANSMISSION, ZERO_WINDOW_PROBE } from '../../facts/verdict.ts';
import { type Segment, segmentSpan } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import type { Flow } from '../flow.ts';
import { FlowDetail } from './detail.ts';
import type { Judgement, Revisions } from './judgement.ts';

/** Enters a verdict into the flow's books. */
export function account(
  connection: Connection,
  flow: Flow,
  segment: Segment,
  verdict: Judgement,
  revisions: Revisions,
): void {
  void revisions;
  flow.detail ??= new FlowDetail();
  const { detail } = flow;
  switch (verdict.kind) {
    case RETRANSMISSION:
      connection.notes |= RETRANSMITTED;
      detail.retransmissions++;
      detail.retransmittedBytes += segment.length;
      if (verdict.spurious) detail.spurious++;
      break;
    case REORDERING:
      connection.notes |= REORDERED;
      detail.reordered++;
      break;
    case DUPLICATE:
      connection.notes |= DUPLICATED;
      detail.duplicates++;
      break;
    case KEEP_ALIVE:
      connection.notes |= KEPT_ALIVE;
      detail.keepAlives++;
      return;
    case ZERO_WINDOW_PROBE:
      detail.zeroWindowProbes++;
      return;
  }
  if (verdict.kind === REORDERING) return;
  detail.remember({
    start: segment.seq,
    end: seqAdd(segment.seq, segmentSpan(segment)),
    frame: segment.frame,
    kind: verdict.kind,
    how: verdict.how,
    spurious: verdict.spurious,
    confidence: verdict.confidence,
    of: verdict.of,
    tsVal: segment.tsVal,
  });
}
