import type { Int32Columns } from '../../bytes/columns.ts';
import { seqDiff, seqGe, seqLe } from '../../bytes/seq.ts';
import { RETRANSMITTED } from '../../facts/notes.ts';
import { DUPLICATE, HIGH, HOW_NETWORK, HOW_UNKNOWN, RETRANSMISSION } from '../../facts/verdict.ts';
import type { Case } from './case.ts';
import type { FlowDetail } from './detail.ts';
import { foundSpurious } from './episodes.ts';
import { FRAME, MARKS, REPEATED } from './history.ts';
import { Judgement } from './judgement.ts';

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
}

const revised = new Judgement();

function revise(it: Case, pending: Pending): void {
  revised.set(pending.kind, pending.how, pending.spurious, pending.confidence, pending.of);
  it.revisions.revise(pending.frame, revised);
}

function proveSpurious(it: Case, detail: FlowDetail, pending: Pending): void {
  pending.spurious = true;
  pending.confidence = HIGH;
  foundSpurious(detail, pending.frame);
  revise(it, pending);
}

/** The receiver says that it got [left, right) twice (RFC 2883): both copies arrived. */
export function reportedTwice(it: Case, detail: FlowDetail, left: number, right: number): void {
  for (const pending of detail.pending) {
    if (seqGe(pending.start, right) || seqLe(pending.end, left)) continue;
    if (pending.kind === RETRANSMISSION && !pending.spurious) proveSpurious(it, detail, pending);
    else if (pending.kind === DUPLICATE && pending.how !== HOW_NETWORK) {
      pending.how = HOW_NETWORK;
      revise(it, pending);
    }
  }
}

/**
 * The ACK that moves the left edge echoes the copy that arrived first (RFC 7323 4.3): if that is older than the
 * retransmission, the original had arrived (RFC 3522).
 */
export function echoedOlder(it: Case, detail: FlowDetail, before: number): void {
  for (const pending of detail.pending) {
    if (pending.start !== before || pending.kind !== RETRANSMISSION || pending.spurious || pending.tsVal === 0)
      continue;
    if (seqDiff(it.segment.tsEcr, pending.tsVal) < 0) proveSpurious(it, detail, pending);
  }
}

/** The segment in hand was sent before the copy of `record` that was seen first: that copy was the retransmission. */
export function firstWasResent(it: Case, pool: Int32Columns, detail: FlowDetail, record: number): void {
  const frame = pool.get(record, FRAME);
  if (pool.get(record, MARKS) & REPEATED || detail.pending.some((pending) => pending.frame === frame)) return;
  it.connection.notes |= RETRANSMITTED;
  detail.retransmissions++;
  revised.set(RETRANSMISSION, HOW_UNKNOWN, false, HIGH, 0);
  it.revisions.revise(frame, revised);
}
