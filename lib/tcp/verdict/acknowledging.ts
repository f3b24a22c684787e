import { seqDiff, seqGe, seqGt, seqLe, seqLt } from '../../bytes/seq.ts';
import { ACKED_UNSEEN } from '../../facts/notes.ts';
import { ACK, type Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import { type Flow, SYN_SEEN } from '../flow.ts';
import { noteAhead } from '../oddities/numbers.ts';
import { elapsed } from '../timing/elapsed.ts';
import { turnWindow } from '../window/zero-window.ts';
import type { Case } from './case.ts';
import { FlowDetail, NOT_RECOVERING } from './detail.ts';
import { progressed } from './episodes.ts';
import { beganWithProbes, revealProbes } from './first-probes.ts';
import { appendHole } from './history.ts';
import { covered, coveredSelectively, reportedTwice } from './pending.ts';
import { advance } from './progress.ts';

/** All that a segment says as an acknowledgment; `old` if it was overtaken by a later one, whose word stands. */
export function acknowledge(it: Case, old: boolean): void {
  const { back, segment } = it;
  if ((segment.flags & ACK) === 0) {
    turnWindow(it);
    return;
  }
  const { ack } = segment;
  if (back.started === 0) {
    // The other endpoint has not been seen yet: this is all there is to know of it.
    if (back.ackSeen === 0) back.isn = ack;
    if (back.ackSeen === 0 || seqGt(ack, back.acked)) back.acked = ack;
    back.ackSeen = 1;
    reportAhead(back, segment);
  } else {
    if (seqGt(ack, back.next)) acknowledgeUnseen(it);
    if (back.ackSeen === 0 || seqGt(ack, back.acked)) {
      const before = back.ackSeen === 0 ? back.isn : back.acked;
      if (back.detail) progressed(back.detail, segment);
      advance(it.memory.sent, back, segment);
      if (back.detail) settle(it, back.detail, before);
    }
    if (segment.sackCount > 0) selective(it);
  }
  if (!old && seqGe(ack, back.acked)) turnWindow(it);
}

/** The peer acknowledges bytes that the tap has not seen: a hole, which the capture made unless they turn up late. */
function acknowledgeUnseen(it: Case): void {
  const { connection, back, segment, memory } = it;
  back.detail ??= new FlowDetail();
  const { detail } = back;
  const { ack } = segment;
  if (detail.probing === 1 && ack === detail.probeEnd) {
    // The byte of a window probe was taken after all.
    detail.unseenBytes -= seqDiff(ack, back.next);
    detail.probing = 0;
  } else if (beganWithProbes(it)) {
    detail.unseenBytes -= 1;
    revealProbes(it, detail);
  } else if ((back.options & SYN_SEEN) === 0 && hasJustBegun(connection, segment)) {
    // Of what was under way when the capture began.
    detail.unseenBytes -= seqDiff(ack, back.next);
  } else {
    connection.notes |= ACKED_UNSEEN;
    noteAhead(connection, back, segment);
  }
  appendHole(memory.sent, back, ack, segment);
  back.next = ack;
}

/** Hardly anything is under way for longer. Seconds. */
const UNDER_WAY = 0.5;

/** The capture has shown the connection for a moment only. */
function hasJustBegun(connection: Connection, segment: Segment): boolean {
  return elapsed(segment, connection.startSeconds, connection.startNanos) < UNDER_WAY;
}

/** What is over once the acknowledgments have moved on from `before`. */
function settle(it: Case, detail: FlowDetail, before: number): void {
  const { segment } = it;
  if (detail.sacked.total > 0) detail.sacked.dropBelow(segment.ack);
  if (detail.recovery !== NOT_RECOVERING && seqGe(segment.ack, detail.recoverTo)) detail.recovery = NOT_RECOVERING;
  if (detail.uncovered > 0) covered(it, detail, before);
}

/** Which bytes of a flow not seen yet have arrived, as the first ACKs that the capture holds report. */
function reportAhead(back: Flow, segment: Segment): void {
  for (let block = isDuplicateReport(segment) ? 1 : 0; block < segment.sackCount; block++) {
    const left = segment.sack[block * 2]!;
    const right = segment.sack[block * 2 + 1]!;
    if (seqLt(left, segment.ack) || seqGe(left, right)) continue;
    back.detail ??= new FlowDetail();
    back.detail.sacked.add(left, right);
  }
}

/** SACK blocks (RFC 2018): which bytes have arrived beyond the acknowledgment. */
function selective(it: Case): void {
  const { back, segment } = it;
  back.detail ??= new FlowDetail();
  const { detail } = back;
  const { sack } = segment;
  let block = 0;
  if (isDuplicateReport(segment)) {
    reportedTwice(it, detail, sack[0]!, sack[1]!);
    block = 1;
  }
  for (; block < segment.sackCount; block++) {
    const left = sack[block * 2]!;
    const right = sack[block * 2 + 1]!;
    if (seqGe(left, right) || seqGt(right, back.next) || seqLt(left, back.acked)) continue;
    detail.reportedSeconds = segment.seconds;
    detail.reportedNanos = segment.nanos;
    if (detail.sacked.covers(left, right)) continue;
    detail.sacked.add(left, right);
    if (detail.uncovered > 0) coveredSelectively(it, detail);
  }
}

/** The first block is old, or lies within the second: the receiver got it twice (RFC 2883 4). */
export function isDuplicateReport(segment: Segment): boolean {
  const { sack } = segment;
  if (segment.sackCount === 0 || seqGe(sack[0]!, sack[1]!)) return false;
  if (seqLe(sack[1]!, segment.ack)) return true;
  return segment.sackCount > 1 && seqGe(sack[0]!, sack[2]!) && seqLe(sack[1]!, sack[3]!);
}
