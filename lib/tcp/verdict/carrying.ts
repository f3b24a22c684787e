import { seqAdd, seqDiff, seqGe, seqGt, seqLt } from '../../bytes/seq.ts';
import {
  DUPLICATE,
  HIGH,
  HOW_NONE,
  KEEP_ALIVE,
  LOW,
  MEDIUM,
  REORDERING,
  RETRANSMISSION,
  ZERO_WINDOW_PROBE,
} from '../../facts/verdict.ts';
import { FIN, segmentSpan } from '../../packet/segment.ts';
import { elapsed } from '../timing/elapsed.ts';
import { sawData } from '../window/zero-window.ts';
import { acknowledge } from './acknowledging.ts';
import { endsMessage, waitedAtHand } from './at-hand.ts';
import { judgeBelow, judgeRepeatOfUnseen } from './below.ts';
import type { Case } from './case.ts';
import { FlowDetail } from './detail.ts';
import { begin, leaveGap } from './edges.ts';
import { append, find, marksOf } from './history.ts';
import { countPayload } from './payload.ts';
import { followPieces } from './pieces.ts';
import { START } from './record.ts';
import { addReordering } from './reorderings.ts';
import { learn, wasOvertaken } from './sending-order.ts';
import {
  answersOlder,
  goesBack,
  packetsLost,
  probesTail,
  repairsTail,
  repeatsUnseen,
  wasReportedMissing,
} from './unseen.ts';

/** A segment that occupies sequence numbers: payload, FIN or both. */
export function judgeCarrying(it: Case): void {
  const { flow, segment, out } = it;
  if (flow.started === 0) begin(flow, segment);
  const end = seqAdd(segment.seq, segmentSpan(segment));

  let old = false;
  if (probesZeroWindow(it)) {
    out.set(ZERO_WINDOW_PROBE, HOW_NONE, false, HIGH, 0);
    flow.detail ??= new FlowDetail();
    flow.detail.probing = 1;
    flow.detail.probeEnd = end;
  } else if (keepsAlive(it)) {
    out.set(KEEP_ALIVE, HOW_NONE, false, HIGH, 0);
  } else {
    const lost = packetsLost(it);
    if (seqLt(segment.seq, flow.next)) old = judgeBelow(it, end, lost);
    else if (wasOvertaken(flow, segment)) {
      if (segment.seq !== flow.next) leaveGap(it);
      out.set(REORDERING, HOW_NONE, false, HIGH, 0);
      addReordering(it, -1, false);
      old = true;
    } else if (seqGt(segment.seq, flow.next)) {
      const again = probesTail(it) || repairsTail(it);
      leaveGap(it);
      if (again) judgeRepeatOfUnseen(it, end, 1, MEDIUM);
    } else if (isRepeatOfUnseen(it, lost)) judgeRepeatOfUnseen(it, end, lost, MEDIUM);
    else if (segment.seq === flow.next && endsMessage(it)) judgeRepeatOfUnseen(it, end, lost, LOW);
    if (out.kind === DUPLICATE) return;
    if (out.kind === REORDERING && flow.detail!.lost > 0) flow.detail!.lost--;
    if (segment.seq === flow.next || flow.detail?.pieces) followPieces(it);
    const before = flow.next;
    extend(it, end);
    if (flow.detail !== null && flow.next !== before) flow.detail.lost = 0;
  }
  learn(flow, segment);
  acknowledge(it, old);
}

/** In order, and yet not sent for the first time. */
function isRepeatOfUnseen(it: Case, lost: number): boolean {
  return repeatsUnseen(it, lost) || answersOlder(it) || goesBack(it) || wasReportedMissing(it) || waitedAtHand(it);
}

/** What lies beyond the highest sequence number becomes a record; FIN and payload are counted. */
function extend(it: Case, end: number): void {
  const { connection, flow, segment, out, memory } = it;
  if (seqGt(end, flow.next)) {
    append(memory.sent, flow, flow.next, end, segment, marksOf(segment));
    if (flow.contiguous === flow.next) flow.contiguous = end;
    flow.next = end;
  }
  if (segment.flags & FIN && flow.finSent === 0) {
    flow.finSent = 1;
    flow.fin = seqAdd(segment.seq, segment.length);
  }
  if (segment.length > 0) countPayload(connection, flow, it.back, segment, out.kind !== RETRANSMISSION);
  sawData(it);
}

/**
 * A zero-window probe with a byte (RFC 9293 3.8.6.1):
 * - one byte, where the next new byte belongs
 * - all before it is acknowledged
 * - the receiver's window is zero, and the byte lies at its right edge
 */
function probesZeroWindow({ flow, back, segment }: Case): boolean {
  return (
    segment.length === 1 &&
    segment.seq === flow.next &&
    flow.ackSeen === 1 &&
    flow.acked === flow.next &&
    back.window === 0 &&
    back.packets > 0 &&
    seqGe(segment.seq, back.edge)
  );
}

/**
 * A keep-alive with a byte, the garbage kind (RFC 9293 3.8.4, RFC 1122 4.2.3.6):
 * - one byte, just below the next new one
 * - all is acknowledged
 * - the byte was not sent as a segment of its own a moment ago: that would be sent again, not kept alive
 */
function keepsAlive({ flow, back, segment, memory }: Case): boolean {
  if (segment.length !== 1 || segment.flags & FIN || seqDiff(flow.next, segment.seq) !== 1) return false;
  if (flow.ackSeen === 0 || flow.acked !== flow.next || back.window === 0) return false;
  const record = find(memory.sent, flow, segment.seq);
  if (record < 0 || memory.sent.get(record, START) !== segment.seq) return true;
  return elapsed(segment, flow.seconds, flow.nanos) >= 1;
}
