import type { Int32Columns } from '../../bytes/columns.ts';
import { seqDiff, seqGe, seqGt, seqLe, seqLt } from '../../bytes/seq.ts';
import { DUPLICATE, HIGH, HOW_NETWORK, RETRANSMISSION } from '../../facts/verdict.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { RoundTrips } from '../timing/round-trips.ts';
import { FlowDetail, NOT_RECOVERING, type Pending } from './detail.ts';
import {
  appendHole,
  END,
  FIRST_TS_VAL,
  HOLE,
  LATE,
  MARKS,
  NANOS,
  NEXT,
  REPEATED,
  SECONDS,
  START,
  TS_VAL,
  trim,
} from './history.ts';
import { Judgement, type Revisions } from './judgement.ts';

/**
 * What an acknowledgment says of the flow it answers: progress, a round-trip time, and whether retransmissions were
 * needed.
 */

/** The peer acknowledges up to `segment.ack`, which lies beyond `flow.acked` and not beyond `flow.next`. */
export function advance(pool: Int32Columns, flow: Flow, segment: Segment): void {
  const ack = segment.ack;
  let record = flow.una;
  let last = -1;
  let unclean = -1;
  while (record >= 0) {
    const chunk = pool.chunk(record);
    const at = pool.offset(record);
    if (((ack - chunk[at + END]!) | 0) < 0) break;
    if (chunk[at + MARKS]! & (HOLE | REPEATED | LATE)) unclean = record;
    last = record;
    record = chunk[at + NEXT]!;
    flow.kept++;
  }
  flow.una = record;
  if (last >= 0) sample(pool, flow, segment, last, unclean);
  flow.acked = ack;
  flow.ackSeen = 1;
  flow.dupAcks = 0;
  flow.ackSeconds = segment.seconds;
  flow.ackNanos = segment.nanos;
  if (seqLt(flow.contiguous, ack)) flow.contiguous = ack;
  trim(pool, flow);
}

/**
 * A round trip, by Karn (RFC 6298 3): none from what was sent twice, unless the timestamp echoed tells which copy arrived
 * (RFC 7323 4). What filled a hole was answered at once, what waited behind the hole was not.
 */
function sample(pool: Int32Columns, flow: Flow, segment: Segment, last: number, unclean: number): void {
  let from = last;
  if (unclean >= 0) {
    const marks = pool.get(unclean, MARKS);
    if (marks & HOLE) return;
    if (marks & REPEATED) {
      const tsVal = pool.get(unclean, TS_VAL);
      if (!segment.hasTimestamps || segment.tsEcr !== tsVal || tsVal === pool.get(unclean, FIRST_TS_VAL)) return;
    }
    from = unclean;
  }
  const chunk = pool.chunk(from);
  const at = pool.offset(from);
  const micros = (segment.seconds - chunk[at + SECONDS]!) * 1e6 + (segment.nanos - chunk[at + NANOS]!) / 1000;
  if (micros < 0) return;
  flow.roundTrips ??= new RoundTrips();
  flow.roundTrips.add(micros);
}

/** The peer acknowledges bytes that the tap has not seen: they become a hole that the capture made. */
export function acknowledgeUnseen(pool: Int32Columns, flow: Flow, segment: Segment): void {
  flow.detail ??= new FlowDetail();
  if (flow.detail.probing === 1 && segment.ack === flow.detail.probeEnd) flow.detail.probing = 0;
  appendHole(pool, flow, segment.ack, segment, 0);
  flow.next = segment.ack;
}

/** SACK blocks: which bytes have arrived; a first block that is old or inside the second is a D-SACK (RFC 2883 4). */
export function selective(flow: Flow, segment: Segment, revisions: Revisions): void {
  flow.detail ??= new FlowDetail();
  const { detail } = flow;
  const { sack } = segment;
  let first = 0;
  if (isDuplicateReport(segment)) {
    reportedTwice(flow, detail, sack[0]!, sack[1]!, revisions);
    first = 1;
  }
  for (let block = first; block < segment.sackCount; block++) {
    const left = sack[block * 2]!;
    const right = sack[block * 2 + 1]!;
    if (seqGe(left, right) || seqGt(right, flow.next) || seqLt(left, flow.acked)) continue;
    if (!detail.sacked.covers(left, right)) detail.sacked.add(left, right);
  }
}

export function isDuplicateReport(segment: Segment): boolean {
  const { sack } = segment;
  if (segment.sackCount === 0 || seqGe(sack[0]!, sack[1]!)) return false;
  if (seqLe(sack[1]!, segment.ack)) return true;
  return segment.sackCount > 1 && seqGe(sack[0]!, sack[2]!) && seqLe(sack[1]!, sack[3]!);
}

/** The receiver says that it got [left, right) twice. */
function reportedTwice(flow: Flow, detail: FlowDetail, left: number, right: number, revisions: Revisions): void {
  for (const pending of detail.pending) {
    if (seqGe(pending.start, right) || seqLe(pending.end, left)) continue;
    if (pending.kind === RETRANSMISSION && !pending.spurious) {
      pending.spurious = true;
      pending.confidence = HIGH;
      detail.spurious++;
      revise(pending, revisions);
    } else if (pending.kind === DUPLICATE && pending.how !== HOW_NETWORK) {
      pending.how = HOW_NETWORK;
      pending.confidence = HIGH;
      revise(pending, revisions);
    }
  }
  void flow;
}

const revised = new Judgement();

export function revise(pending: Pending, revisions: Revisions): void {
  revised.set(pending.kind, pending.how, pending.spurious, pending.confidence, pending.of);
  revisions.revise(pending.frame, revised);
}

/** After an odd flow's ACK moved on: what is settled by it. */
export function settle(flow: Flow, detail: FlowDetail, before: number, segment: Segment, revisions: Revisions): void {
  if (detail.sacked.total > 0) detail.sacked.dropBelow(segment.ack);
  if (detail.recovery !== NOT_RECOVERING && seqGe(segment.ack, detail.recoverTo)) detail.recovery = NOT_RECOVERING;
  if (detail.pending.length === 0) return;
  // The ACK that first covers the left edge echoes the copy that arrived first: older than the retransmission, it proves
  // that the original had arrived (RFC 3522).
  if (segment.hasTimestamps) {
    for (const pending of detail.pending) {
      if (pending.start !== before || pending.kind !== RETRANSMISSION || pending.spurious || pending.tsVal === 0)
        continue;
      if (seqDiff(segment.tsEcr, pending.tsVal) < 0) {
        pending.spurious = true;
        pending.confidence = HIGH;
        detail.spurious++;
        revise(pending, revisions);
      }
    }
  }
  void flow;
}

/** Seconds since the peer's last acknowledgment of something new, or since the tap first saw this flow. */
export function sinceProgress(flow: Flow, segment: Segment): number {
  return elapsed(segment, flow.ackSeconds, flow.ackNanos);
}

export { START };
