import { seqAdd } from '../../bytes/seq.ts';
import { KEPT_ALIVE, REORDERED, RETRANSMITTED, SPURIOUS, ZERO_WINDOW } from '../../facts/notes.ts';
import { DUPLICATE, KEEP_ALIVE, REORDERING, RETRANSMISSION, ZERO_WINDOW_PROBE } from '../../facts/verdict.ts';
import { segmentSpan } from '../../packet/segment.ts';
import { sawProbe } from '../window/zero-window.ts';
import type { Case } from './case.ts';
import { FlowDetail } from './detail.ts';
import { KeepAlives } from './keep-alives.ts';

/** Enters a verdict into the books of the flow: counters, notes, and what later evidence may still change. */
export function account(it: Case): void {
  const { connection, flow, back, segment, out } = it;
  flow.detail ??= new FlowDetail();
  const { detail } = flow;
  switch (out.kind) {
    case RETRANSMISSION:
      connection.notes |= RETRANSMITTED;
      detail.retransmissions++;
      detail.retransmittedBytes += segment.length;
      if (out.spurious) {
        connection.notes |= SPURIOUS;
        detail.spurious++;
      }
      break;
    case REORDERING:
      connection.notes |= REORDERED;
      detail.reordered++;
      return;
    case DUPLICATE:
      detail.duplicates++;
      break;
    case KEEP_ALIVE:
      connection.notes |= KEPT_ALIVE;
      detail.keepAlives++;
      detail.keepAliveRuns ??= new KeepAlives();
      detail.keepAliveRuns.add(segment, flow.next, back.next);
      return;
    case ZERO_WINDOW_PROBE:
      connection.notes |= ZERO_WINDOW;
      detail.zeroWindowProbes++;
      detail.probedAt = flow.next;
      sawProbe(it);
      return;
  }
  detail.remember({
    start: segment.seq,
    end: seqAdd(segment.seq, segmentSpan(segment)),
    frame: segment.frame,
    kind: out.kind,
    how: out.how,
    spurious: out.spurious,
    confidence: out.confidence,
    of: out.of,
    tsVal: segment.tsVal,
    seconds: segment.seconds,
    nanos: segment.nanos,
    coveredAfter: -1,
    arrivedFirst: false,
  });
}
