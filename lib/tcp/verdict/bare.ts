import { seqDiff, seqGt, seqLt } from '../../bytes/seq.ts';
import { DUP_ACKS } from '../../facts/notes.ts';
import {
  DUPLICATE,
  HIGH,
  HOW_CAPTURE,
  HOW_NONE,
  HOW_UNKNOWN,
  KEEP_ALIVE,
  MEDIUM,
  REORDERING,
  ZERO_WINDOW_PROBE,
} from '../../facts/verdict.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import type { Flow } from '../flow.ts';
import { acknowledge } from './acknowledging.ts';
import { copyOf } from './duplicate.ts';
import { begin, leaveGap } from './edges.ts';
import type { Judgement, Revisions } from './judgement.ts';
import { remember } from './recent-acks.ts';
import { learn, SENT_BEFORE, sendingOrder } from './sending-order.ts';

/** A segment without payload, SYN or FIN: an acknowledgment, or a probe. */
export function judgeBare(
  connection: Connection,
  flow: Flow,
  back: Flow,
  segment: Segment,
  out: Judgement,
  revisions: Revisions,
): void {
  const { memory } = revisions;
  if (flow.started === 0) begin(flow, segment);
  const twin = copyOf(memory.acks, flow, segment);
  if (twin !== null) {
    out.set(DUPLICATE, twin.sameLink ? HOW_UNKNOWN : HOW_CAPTURE, false, HIGH, twin.frame);
    return;
  }
  remember(memory.acks, flow, segment);
  const order = sendingOrder(flow, segment, flow.tsVal, flow.ipId < 0 ? 0 : flow.ipId);
  const old = order === SENT_BEFORE || (back.ackSeen === 1 && seqLt(segment.ack, back.acked));
  if (old) out.set(REORDERING, HOW_NONE, false, order === SENT_BEFORE ? HIGH : MEDIUM, 0);
  else if (probesBehind(flow, segment)) {
    out.set(back.window === 0 && back.packets > 0 ? ZERO_WINDOW_PROBE : KEEP_ALIVE, HOW_NONE, false, HIGH, 0);
  } else if (seqGt(segment.seq, flow.next)) leaveGap(memory.sent, flow, segment);
  learn(flow, segment);

  const before = back.acked;
  const repeatsAck = back.ackSeen === 1 && segment.ack === before && segment.window === flow.window;
  acknowledge(connection, flow, back, segment, old, revisions);
  if (!old && out.kind === 0 && repeatsAck && seqGt(back.next, before)) {
    if (++back.dupAcks >= 3) connection.notes |= DUP_ACKS;
  }
}

/**
 * The sequence number just below the first one not yet sent, all before it being acknowledged: made to be answered, and for
 * nothing else (RFC 9293 3.8.4 and 3.8.6.1; Linux probes a zero window in the same way).
 */
export function probesBehind(flow: Flow, segment: Segment): boolean {
  return seqDiff(flow.next, segment.seq) === 1 && flow.ackSeen === 1 && flow.acked === flow.next;
}
