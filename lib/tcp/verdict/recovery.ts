import { seqGe, seqLt } from '../../bytes/seq.ts';
import { HOW_FAST, HOW_FIN, HOW_RTO, HOW_SYN, HOW_SYNACK, HOW_TAIL_LOSS } from '../../facts/verdict.ts';
import { ACK, FIN, type Segment, SYN, segmentSpan } from '../../packet/segment.ts';
import { type Flow, OFFERED_SACK } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { atReceiver, roundTripOf } from '../timing/vantage.ts';
import type { Case } from './case.ts';
import { NOT_RECOVERING, RECOVERING_FAST, RECOVERING_TIMEOUT } from './detail.ts';
import { END, MARKS, NANOS, REPEATED, SECONDS } from './record.ts';
import type { Records } from './records.ts';

/** No stack that is known of waits less for a timeout (Linux 200 ms; RFC 6298 2.4 asks for 1 s). Seconds. */
export const LEAST_TIMEOUT = 0.19;

/**
 * What made the sender send again:
 * - a recovery that is under way, unless it went silent
 * - a probe for the loss of the last segment (RFC 8985 7): once, with SACK, nothing being reported missing
 * - the timer (RFC 6298 5.4), if nothing was reported and the bytes had been sent long ago, or all is silent
 * - else what the receiver reported (RFC 5681 3.2, RFC 6675)
 *
 * `record` holds what it repeats, -1 if nothing of that was seen: then `lost` packets in front of the tap are known of.
 */
export function howRetransmitted(it: Case, record: number, lost: number): number {
  const { connection, flow, back, segment, memory } = it;
  if (segment.flags & SYN) return segment.flags & ACK ? HOW_SYNACK : HOW_SYN;
  if (segment.flags & FIN && segment.length === 0) return HOW_FIN;
  const detail = flow.detail!;
  const quiet = Math.min(elapsed(segment, back.seconds, back.nanos), elapsed(segment, flow.seconds, flow.nanos));
  const silent = quiet >= Math.max(LEAST_TIMEOUT, roundTripOf(connection, flow, back));
  const waited = record < 0 ? quiet : sinceSending(memory.sent, record, segment);
  // The last copy was a retransmission too, and there was time for a timeout since.
  const again = record >= 0 && (memory.sent.get(record, MARKS) & REPEATED) !== 0 && waited >= LEAST_TIMEOUT;
  if (detail.recovery !== NOT_RECOVERING && !silent && !again) {
    return detail.recovery === RECOVERING_FAST ? HOW_FAST : HOW_RTO;
  }

  const reported = flow.dupAcks >= 3 || detail.sacked.anyAbove(segment.seq);
  const reachesEnd = seqGe((segment.seq + segmentSpan(segment)) | 0, flow.next);
  // A timer may send all that waits in one segment; a probe is the last segment as it was.
  const merged = record >= 0 && segment.seq === flow.acked && seqLt(memory.sent.get(record, END), flow.next);
  const sack = record < 0 ? mayUseSack(flow, back) : (flow.options & back.options & OFFERED_SACK) !== 0;
  const calm = detail.recovery === NOT_RECOVERING;
  if (reachesEnd && calm && !merged && sack && !reported && lost < 2 && detail.tailProbed !== flow.next) {
    detail.tailProbed = flow.next;
    return HOW_TAIL_LOSS;
  }
  const timeout = silent || again || (!reported && waited >= LEAST_TIMEOUT);
  // What lay in front of the tap is at least as much as the packets known to be lost.
  detail.recovery = timeout ? RECOVERING_TIMEOUT : RECOVERING_FAST;
  detail.recoverTo = (flow.next + lost * flow.largestSegment) | 0;
  if (lost < 2) detail.goesBackTo = flow.next;
  else detail.goesBackTo = timeout ? endOfFlight(it, lost) : endOfTail(it, lost);
  return timeout ? HOW_RTO : HOW_FAST;
}

/** Both ends offered SACK; of an end that the capture holds nothing of, nobody knows that it did not. */
function mayUseSack(flow: Flow, back: Flow): boolean {
  return (flow.options & (back.packets === 0 ? OFFERED_SACK : back.options) & OFFERED_SACK) !== 0;
}

/** Seconds since what `record` holds was sent last. */
export function sinceSending(pool: Records, record: number, segment: Segment): number {
  return elapsed(segment, pool.get(record, SECONDS), pool.get(record, NANOS));
}

/** A transfer cut in segments of one size, so that their number tells where it is. */
export function isBulk({ largestSegment, bytes, dataSegments }: Flow): boolean {
  return largestSegment > 0 && bytes >= dataSegments * largestSegment * 0.9;
}

/**
 * Where a flight ended of which `lost` packets are missing when a timeout sends its first segment again: of those packets
 * some were the timers' own, which doubled their wait each time (RFC 6298 5.5), and the probe of the tail before them.
 */
function endOfFlight({ connection, flow, back, segment }: Case, lost: number): number {
  const silence = elapsed(segment, flow.seconds, flow.nanos);
  const timeouts = Math.floor(Math.log2(1 + silence / (LEAST_TIMEOUT + roundTripOf(connection, flow, back))));
  const probes = mayUseSack(flow, back) ? 1 : 0;
  return (flow.next + Math.max(1, lost - probes - Math.max(0, timeouts - 1)) * flow.largestSegment) | 0;
}

/** The same where the receiver's reports make the sender begin with what was lost first (RFC 6675): no packet was a timer's. */
function endOfTail({ flow, back, segment }: Case, lost: number): number {
  const isFirst = segment.seq === flow.acked && mayUseSack(flow, back) && isBulk(flow);
  return isFirst ? (flow.next + lost * flow.largestSegment) | 0 : flow.next;
}

/** Everything in [start, end) had reached the receiver when this copy was sent, as far as it shows by now. */
export function hadArrived({ connection, flow, back }: Case, start: number, end: number): boolean {
  if (flow.ackSeen === 1 && seqGe(flow.acked, end)) return true;
  if (flow.detail!.sacked.covers(start, end)) return true;
  if (flow.detail!.damaged?.covers(start, (start + 1) | 0)) return false;
  return atReceiver(connection, flow, back) && seqGe(flow.contiguous, end);
}
