import { seqDiff } from '../../bytes/seq.ts';
import type { Segment } from '../../packet/segment.ts';
import { type Flow, SYN_SEEN, UNNUMBERED_SYN_ACK } from '../flow.ts';
import { IP_ID_MASK } from './record.ts';

/**
 * In which order a sender sent two segments, whatever the order they were seen in. Two clocks tell: the timestamp
 * option (RFC 7323 3, ticks of 1 ms to 1 s) and, where the stack counts its packets, the IP ID (exact, wraps at 2^16).
 */
export const SENT_BEFORE = -1;
export const SENT_TOGETHER = 0;
export const SENT_AFTER = 1;
export const ORDER_UNKNOWN = 2;

/** Steps of the IP ID that still look like one counter. */
export const COUNTING_STEP = 256;

/**
 * A timestamp this far behind is not late but of another clock: a SYN answered with a cookie, a middlebox, a stack that
 * starts its clock anew. Two minutes of 1 ms ticks, longer than any segment lives (RFC 9293 3.4.3).
 */
const ANOTHER_CLOCK_TICKS = -120_000;

/** Learns from one more segment, in capture order, whether this endpoint's stack counts; moves the marks forward. */
export function learn(flow: Flow, segment: Segment): void {
  const id = segment.ipId;
  if (id > 0) {
    if (flow.ipId < 0) {
      flow.ipId = id;
      flow.ipIdWhole = id;
    } else {
      const step = ((id - flow.ipId) << 16) >> 16;
      if (step === 1) {
        flow.ipIdSteps = (flow.ipIdSteps + 1) | 0;
        flow.ipId = id;
      } else if (step > 1 && step < COUNTING_STEP) {
        flow.ipIdSkips = (flow.ipIdSkips + 1) | 0;
        flow.ipId = id;
        flow.ipIdWhole = id;
      } else if (step === 0 || step <= -COUNTING_STEP || step >= COUNTING_STEP) {
        flow.ipIdJumps = (flow.ipIdJumps + 1) | 0;
        flow.ipId = id;
        flow.ipIdWhole = id;
      }
    }
  }
  if (segment.hasTimestamps) {
    const ticks = seqDiff(segment.tsVal, flow.tsVal);
    if (flow.tsVal === 0 || ticks > 0 || ticks < ANOTHER_CLOCK_TICKS) flow.tsVal = segment.tsVal;
  }
}

/** The stack numbers its packets one after the other, as far as seen. */
export function counts(flow: Flow): boolean {
  const steps = flow.ipIdSteps + flow.ipIdSkips;
  return steps >= 2 && flow.ipIdJumps * 8 <= steps;
}

/** The stack counts, and the packet of this number, older than the newest, has been seen: none was left out from there on. */
export function wasSeen(flow: Flow, segment: Segment): boolean {
  if (segment.ipId <= 0 || flow.ipIdWhole < 0 || !counts(flow)) return false;
  const behind = ((flow.ipId - segment.ipId) << 16) >> 16;
  return behind > 0 && behind <= ((flow.ipId - flow.ipIdWhole) & 0xffff);
}

/** Steps by one that it takes to believe that a stack counts by connection: a quiet host's common counter looks alike. */
const OWN_STEPS = 3;
/** A client's second packet this close to its SYN was numbered by the same counter. */
const FEW_STEPS = 8;
/** Stacks that begin with a larger TTL (Windows, network gear) count all packets of the host together. */
const LARGEST_TTL_OF_OWN = 64;

/**
 * The stack counts the packets of this connection alone (Linux does): a number left out is a packet not seen. It shows by
 * itself in time, and at once where the SYN-ACK bore no number: it is sent before the connection, with its counter, exists.
 * Of a client, the SYN and what follows it, a round trip apart, say as much.
 */
export function countsOwn(flow: Flow, segment: Segment): boolean {
  if (segment.ttl > LARGEST_TTL_OF_OWN || flow.ipIdJumps > 0) return false;
  // A number left out for each segment that is missing is counting, too.
  const gaps = flow.detail === null ? 0 : flow.detail.countedGaps;
  const steps = flow.ipIdSteps + gaps;
  const skips = flow.ipIdSkips - gaps;
  if (flow.options & UNNUMBERED_SYN_ACK) return steps > 0 && skips <= steps;
  const isClient = (flow.options & SYN_SEEN) !== 0 && flow.synAcked === 0;
  if (isClient && flow.packets === 2) return ((segment.ipId - flow.ipId) & 0xffff) <= FEW_STEPS;
  return steps >= (isClient ? 1 : OWN_STEPS) && skips * 4 <= steps;
}

/** How many packets of this flow were sent between its newest and `segment`, as far as its numbers tell. */
export function leftOut(flow: Flow, segment: Segment): number {
  if (segment.ipId <= 0 || flow.ipId < 0 || !countsOwn(flow, segment)) return 0;
  const step = ((segment.ipId - flow.ipId) << 16) >> 16;
  // Zero says nothing, so nobody knows whether it was seen.
  const between = segment.ipId < flow.ipId ? step - 2 : step - 1;
  return between > 0 && step < COUNTING_STEP ? between : 0;
}

/** How far its number lies behind that of the newest of its flow, less one; -1 where there are no numbers. */
export function numbersBetween(flow: Flow, segment: Segment): number {
  if (segment.ipId <= 0 || flow.ipId < 0) return -1;
  return (((segment.ipId - flow.ipId) << 16) >> 16) - 1;
}

/** It was sent before the newest of its flow, which is a retransmission or follows one: that overtook it. */
export function wasOvertaken(flow: Flow, segment: Segment): boolean {
  if (flow.detail === null || flow.detail.retransmissions === 0) return false;
  return sendingOrder(flow, segment, flow.tsVal, flow.ipId) === SENT_BEFORE;
}

/** When `segment` was sent, compared with a transmission of the same flow that had this TSval and these marks. */
export function sendingOrder(flow: Flow, segment: Segment, tsVal: number, marks: number): number {
  if (segment.hasTimestamps && tsVal !== 0) {
    const ticks = seqDiff(segment.tsVal, tsVal);
    if (ticks !== 0 && ticks > ANOTHER_CLOCK_TICKS) return ticks < 0 ? SENT_BEFORE : SENT_AFTER;
  }
  const id = marks & IP_ID_MASK;
  if (segment.ipId > 0 && id > 0 && counts(flow)) {
    const step = ((segment.ipId - id) << 16) >> 16;
    return step < 0 ? SENT_BEFORE : step > 0 ? SENT_AFTER : SENT_TOGETHER;
  }
  return ORDER_UNKNOWN;
}
