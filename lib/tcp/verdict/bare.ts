import { seqDiff, seqGt, seqLt } from '../../bytes/seq.ts';
import { DUP_ACKS } from '../../facts/notes.ts';
import { DUPLICATE, HIGH, HOW_NONE, KEEP_ALIVE, MEDIUM, REORDERING, ZERO_WINDOW_PROBE } from '../../facts/verdict.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { HOST_ANSWERS } from '../timing/vantage.ts';
import { acknowledge } from './acknowledging.ts';
import type { Case } from './case.ts';
import { FlowDetail } from './detail.ts';
import { copyOf, isBehind, madeBy } from './duplicate.ts';
import { begin, leaveGap } from './edges.ts';
import { find, firstSighting } from './history.ts';
import { LEAST_KEEP_ALIVE } from './keep-alives.ts';
import { remember } from './recent-acks.ts';
import { HOLE, MARKS, START } from './record.ts';
import { LEAST_TIMEOUT } from './recovery.ts';
import { learn, ORDER_UNKNOWN, SENT_BEFORE, sendingOrder } from './sending-order.ts';

/** A segment without payload, SYN or FIN: an acknowledgment, or a probe. */
export function judgeBare(it: Case): void {
  const { connection, flow, back, segment, out, memory } = it;
  if (flow.started === 0) begin(flow, segment);
  const twin = copyOf(it);
  if (seqLt(segment.seq, flow.next)) noteStale(flow, segment);
  if (twin !== null) {
    out.set(DUPLICATE, madeBy(flow, twin.sameLink), false, HIGH, twin.frame);
    return;
  }
  remember(memory.acks, flow, segment);
  const order = sendingOrder(flow, segment, flow.tsVal, flow.ipId);
  const probe = probesBehind(flow, back, segment);
  const old =
    order === SENT_BEFORE ||
    (back.ackSeen === 1 && seqLt(segment.ack, back.acked)) ||
    (order === ORDER_UNKNOWN && (probe ? !isPause(flow, segment) : isBehind(flow, segment)));
  if (probe && (!old || isInside(it))) {
    const kind = facesZeroWindow(flow, back, segment) ? ZERO_WINDOW_PROBE : KEEP_ALIVE;
    out.set(kind, HOW_NONE, false, back.packets === 0 ? MEDIUM : HIGH, 0);
  } else if (old) {
    if (!leftTogether(it)) out.set(REORDERING, HOW_NONE, false, order === SENT_BEFORE ? HIGH : MEDIUM, 0);
  } else if (seqGt(segment.seq, flow.next)) leaveGap(it);
  learn(flow, segment);

  const repeatsAck = back.ackSeen === 1 && segment.ack === back.acked && segment.window === flow.window;
  acknowledge(it, old);
  if (!old && out.kind === 0 && repeatsAck && seqGt(back.next, back.acked)) {
    if (++back.dupAcks >= 3) connection.notes |= DUP_ACKS;
  }
}

/** Its receiver will answer it, having what follows it. */
function noteStale(flow: Flow, segment: Segment): void {
  flow.detail ??= new FlowDetail();
  flow.detail.stale++;
  flow.detail.staleSeconds = segment.seconds;
  flow.detail.staleNanos = segment.nanos;
}

/**
 * The sequence number just below the first one not yet sent, all before it being acknowledged: made to be answered, and for
 * nothing else (RFC 9293 3.8.4 and 3.8.6.1; Linux probes a zero window in the same way). Where the capture holds nothing of
 * the peer, a pause must say that nothing was under way.
 */
function probesBehind(flow: Flow, back: Flow, segment: Segment): boolean {
  if (seqDiff(flow.next, segment.seq) !== 1) return false;
  if (flow.ackSeen === 1) return flow.acked === flow.next;
  return back.packets === 0 && isPause(flow, segment);
}

/** Its number lies inside of a segment, where no acknowledgment of its time stood: a probe, though late. */
function isInside({ flow, segment, memory }: Case): boolean {
  const record = find(memory.sent, flow, segment.seq);
  return record >= 0 && memory.sent.get(record, START) !== segment.seq;
}

/**
 * It follows at once what was made after it, by the program: a host's CPUs put the two on the wire in either order, and nothing
 * says that the network did. What was made later still, or acknowledges more, tells otherwise.
 */
function leftTogether({ flow, back, segment, memory }: Case): boolean {
  const pool = memory.sent;
  const record = segment.ack === back.acked ? find(pool, flow, segment.seq) : -1;
  if (record < 0 || pool.get(record, MARKS) & HOLE) return false;
  const { time } = firstSighting(pool, record);
  return elapsed(segment, time.seconds, time.nanos) < HOST_ANSWERS;
}

/**
 * The window is closed, or it was while this endpoint last probed it and nothing was sent since: the update that reopened
 * it was lost. Of a window not seen, the timer tells, which is that of a retransmission (RFC 9293 3.8.6.1).
 */
function facesZeroWindow(flow: Flow, back: Flow, segment: Segment): boolean {
  if ((flow.detail?.zeroWindowProbes ?? 0) > 0 && flow.detail!.probedAt === flow.next) return true;
  if (back.packets === 0) return elapsed(segment, flow.seconds, flow.nanos) < LEAST_KEEP_ALIVE;
  return back.window === 0;
}

/** Probes come after a pause; what follows at once with an old number was overtaken on its way. */
function isPause(flow: Flow, segment: Segment): boolean {
  return elapsed(segment, flow.seconds, flow.nanos) >= LEAST_TIMEOUT;
}
