import { seqDiff } from '../../bytes/seq.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { IP_ID_MASK } from './history.ts';

/**
 * In which order a sender sent two segments, whatever the order they were seen in. Two clocks tell: the timestamp
 * option (RFC 7323 3, ticks of 1 ms to 1 s) and, where the stack counts its packets, the IP ID (exact, wraps at 2^16).
 */
export const SENT_BEFORE = -1;
export const SENT_TOGETHER = 0;
export const SENT_AFTER = 1;
export const ORDER_UNKNOWN = 2;

/** Steps of the IP ID that still look like one counter. */
const COUNTING_STEP = 256;

/** Learns from one more segment, in capture order, whether this endpoint's stack counts; moves the marks forward. */
export function learn(flow: Flow, segment: Segment): void {
  const id = segment.ipId;
  if (id > 0) {
    if (flow.ipId < 0) flow.ipId = id;
    else {
      const step = ((id - flow.ipId) << 16) >> 16;
      if (step > 0 && step < COUNTING_STEP) {
        if (flow.ipIdSteps < 255) flow.ipIdSteps++;
        flow.ipId = id;
      } else if (step === 0 || step <= -COUNTING_STEP || step >= COUNTING_STEP) {
        if (flow.ipIdJumps < 255) flow.ipIdJumps++;
        flow.ipId = id;
      }
    }
  }
  if (segment.hasTimestamps && (flow.tsVal === 0 || seqDiff(segment.tsVal, flow.tsVal) > 0)) flow.tsVal = segment.tsVal;
}

/** The stack numbers its packets one after the other, as far as seen. */
export function counts(flow: Flow): boolean {
  return flow.ipIdSteps >= 2 && flow.ipIdJumps * 8 <= flow.ipIdSteps;
}

/** When `segment` was sent, compared with a transmission of the same flow that had this TSval and these marks. */
export function sendingOrder(flow: Flow, segment: Segment, tsVal: number, marks: number): number {
  if (segment.hasTimestamps && tsVal !== 0) {
    const ticks = seqDiff(segment.tsVal, tsVal);
    if (ticks !== 0) return ticks < 0 ? SENT_BEFORE : SENT_AFTER;
  }
  const id = marks & IP_ID_MASK;
  if (segment.ipId > 0 && id > 0 && counts(flow)) {
    const step = ((segment.ipId - id) << 16) >> 16;
    return step < 0 ? SENT_BEFORE : step > 0 ? SENT_AFTER : SENT_TOGETHER;
  }
  return ORDER_UNKNOWN;
}
