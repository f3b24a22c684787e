import { seqDiff, seqGe, seqGt, seqLe } from '../../bytes/seq.ts';
import { RETRANSMITTED, SPURIOUS } from '../../facts/notes.ts';
import { DUPLICATE, HIGH, HOW_NETWORK, HOW_UNKNOWN, RETRANSMISSION } from '../../facts/verdict.ts';
import { elapsed } from '../timing/elapsed.ts';
import { halfBeyond, NEARLY } from '../timing/vantage.ts';
import type { Case } from './case.ts';
import type { FlowDetail } from './detail.ts';
import { foundSpurious } from './episodes.ts';
import { Judgement } from './judgement.ts';
import { FRAME, MARKS, REPEATED } from './record.ts';
import type { Records } from './records.ts';

/** A verdict that later evidence may still change: on the segment that carried [start, end). */
export interface Pending {
  readonly start: number;
  readonly end: number;
  readonly frame: number;
  readonly kind: number;
  how: number;
  spurious: boolean;
  confidence: number;
  readonly of: number;
  readonly tsVal: number;
  readonly seconds: number;
  readonly nanos: number;
  /** How long after it was sent its bytes were acknowledged, in whatever way; -1 until then. Seconds. */
  coveredAfter: number;
  /** The timestamp echoed shows that this copy arrived first: what came twice came later. */
  arrivedFirst: boolean;
}

/** An acknowledgment and a report of two copies that come together tell nothing of their order. Seconds. */
const TOGETHER = 0.0002;

const revised = new Judgement();

function revise(it: Case, pending: Pending): void {
  revised.set(pending.kind, pending.how, pending.spurious, pending.confidence, pending.of);
  it.revisions.revise(pending.frame, revised);
}

function proveSpurious(it: Case, detail: FlowDetail, pending: Pending): void {
  pending.spurious = true;
  pending.confidence = HIGH;
  it.connection.notes |= SPURIOUS;
  foundSpurious(detail, pending.frame);
  revise(it, pending);
}

/** The receiver says that it got [left, right) twice (RFC 2883): both copies arrived. */
export function reportedTwice(it: Case, detail: FlowDetail, left: number, right: number): void {
  for (const pending of detail.pending) {
    if (seqGe(pending.start, right) || seqLe(pending.end, left)) continue;
    if (pending.kind === RETRANSMISSION) {
      if (!pending.spurious && !cameFirst(it, pending)) proveSpurious(it, detail, pending);
    }
    if (pending.kind === DUPLICATE && pending.how !== HOW_NETWORK) {
      pending.how = HOW_NETWORK;
      revise(it, pending);
    }
  }
}

/**
 * Of the two copies reported, the retransmission came first: its bytes were acknowledged about a round trip after it was
 * sent, rather than that the report itself came then.
 */
function cameFirst({ back, segment }: Case, pending: Pending): boolean {
  if (pending.arrivedFirst) return true;
  if (pending.coveredAfter < 0 || back.roundTrips.samples === 0) return false;
  const roundTrip = back.roundTrips.smoothed / 1e6;
  const reportedAfter = elapsed(segment, pending.seconds, pending.nanos);
  if (reportedAfter - pending.coveredAfter < TOGETHER) return false;
  return Math.abs(pending.coveredAfter - roundTrip) < Math.abs(reportedAfter - roundTrip);
}

/**
 * The peer acknowledges up to `segment.ack`, from `before` on. Of two copies the one that arrived first is acknowledged:
 * - the ACK that moves the left edge echoes its timestamp (RFC 7323 4.3): if that is older than the retransmission's, the
 *   original had arrived (RFC 3522)
 * - without timestamps: an ACK that comes before the retransmission can have been answered is for the original
 */
export function covered(it: Case, detail: FlowDetail, before: number): void {
  const { segment, connection, back } = it;
  for (const pending of detail.pending) {
    if (pending.coveredAfter >= 0 || seqGt(pending.end, segment.ack)) continue;
    pending.coveredAfter = Math.max(0, elapsed(segment, pending.seconds, pending.nanos));
    detail.uncovered--;
    if (pending.kind !== RETRANSMISSION || pending.spurious) continue;
    if (segment.hasTimestamps && pending.tsVal !== 0) {
      if (pending.start !== before) continue;
      if (seqDiff(segment.tsEcr, pending.tsVal) < 0) proveSpurious(it, detail, pending);
      else pending.arrivedFirst = true;
    } else if (pending.coveredAfter < halfBeyond(connection, back) * NEARLY) proveSpurious(it, detail, pending);
  }
}

/** The same for bytes acknowledged selectively. */
export function coveredSelectively(it: Case, detail: FlowDetail): void {
  for (const pending of detail.pending) {
    if (pending.coveredAfter < 0 && detail.sacked.covers(pending.start, pending.end)) {
      pending.coveredAfter = Math.max(0, elapsed(it.segment, pending.seconds, pending.nanos));
      detail.uncovered--;
    }
  }
}

/** The segment in hand was sent before the copy of `record` that was seen first: that copy was the retransmission. */
export function firstWasResent(it: Case, pool: Records, detail: FlowDetail, record: number): void {
  const frame = pool.get(record, FRAME);
  if (pool.get(record, MARKS) & REPEATED || detail.pending.some((pending) => pending.frame === frame)) return;
  it.connection.notes |= RETRANSMITTED;
  detail.retransmissions++;
  revised.set(RETRANSMISSION, HOW_UNKNOWN, false, HIGH, 0);
  it.revisions.revise(frame, revised);
}
