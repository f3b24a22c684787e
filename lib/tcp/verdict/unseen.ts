import { seqAdd, seqDiff, seqLe, seqLt } from '../../bytes/seq.ts';
import { HOW_FAST, RETRANSMISSION } from '../../facts/verdict.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { halfBeyond, NEARLY, roundTripOf } from '../timing/vantage.ts';
import { mayHaveWaited, wasMoreAtHand } from './at-hand.ts';
import type { Case } from './case.ts';
import { FlowDetail, NOT_RECOVERING, RECOVERING_FAST } from './detail.ts';
import { find, firstInOrder, holeFrom } from './history.ts';
import { mayBePiece } from './pieces.ts';
import { END, MARKS, PAYLOAD, START } from './record.ts';
import { isBulk, LEAST_TIMEOUT, sinceSending } from './recovery.ts';
import { countsOwn, leftOut, numbersBetween, wasOvertaken } from './sending-order.ts';

// Retransmissions that no sequence number betrays: their original was lost in front of the tap, and nothing behind it came.

/** The shortest wait for a probe of the tail (Linux: two ticks of a clock of 1000 Hz). Seconds. */
export const LEAST_PROBE_TIMEOUT = 0.002;
/** Where no SYN tells: 1500 bytes of Ethernet less 40 of headers. */
const ETHERNET_MSS = 1460;
/** No card sends larger ones; within one host (loopback) what is larger may be several segments, and use as many numbers. */
const JUMBO_MSS = 8960;

/**
 * Packets that this flow has sent since its highest byte seen, and that never came: numbers left out, which no pure ACKs
 * explain, nor pieces of what was captured before segmentation; nor with a hole open that they may have been for.
 */
export function packetsLost(it: Case): number {
  const { flow, segment, memory } = it;
  let missing = leftOut(flow, segment);
  if (missing > 0 && flow.tail >= 0) missing -= standsFor(memory.sent, flow, flow.tail) - 1;
  if (missing > 0 && (flow.contiguous === flow.next || fillsHole(it, missing) || beginsRepair(it))) {
    const lost = missing - pureAcksAmong(it, missing);
    if (lost > 0) {
      flow.detail ??= new FlowDetail();
      flow.detail.lost += lost;
    }
  }
  return flow.detail?.lost ?? 0;
}

/**
 * Each segment that is newly acknowledged, and each that came again since, may have been answered by a pure ACK, which is
 * among the `missing`. But a single one was not lost if this segment waited for a timer's time since its sender got what it
 * acknowledges: unanswered, the peer would have sent that again (RFC 6298 5.4).
 */
function pureAcksAmong({ connection, flow, back, segment, memory }: Case, missing: number): number {
  const { sent } = memory;
  const silence = elapsed(segment, flow.seconds, flow.nanos);
  const again = back.detail?.pending.filter((it) => elapsed(segment, it.seconds, it.nanos) < silence).length ?? 0;
  if (back.ackSeen === 1 && segment.ack === back.acked) return again;
  let segments = again;
  let last = -1;
  for (let at = back.una; at >= 0 && seqLe(sent.get(at, END), segment.ack); at = sent.next(at)) {
    segments += standsFor(sent, back, at);
    last = at;
  }
  if (last < 0) return missing;
  // A SYN-ACK waits longer for its ACK, or for ever (RFC 4987 3.6).
  if ((sent.get(last, MARKS) & PAYLOAD) === 0 && sent.get(last, START) === back.isn) return segments;
  const waited = sinceSending(sent, last, segment) - halfBeyond(connection, back);
  return missing === 1 && waited >= LEAST_TIMEOUT ? 0 : segments;
}

/**
 * The only hole is filled by this segment, before the sender can know of another copy that was lost: what follows the copy
 * is what would tell it, and here that is this segment itself, or else it takes a round trip.
 */
function fillsHole({ connection, flow, back, segment, memory }: Case, missing: number): boolean {
  if (segment.seq !== flow.contiguous) return false;
  const soonest = missing === 1 ? LEAST_TIMEOUT : roundTripOf(connection, flow, back) * NEARLY;
  if (elapsed(segment, flow.seconds, flow.nanos) >= soonest) return false;
  const behind = find(memory.sent, flow, seqAdd(segment.seq, segment.length));
  return behind >= 0 && holeFrom(memory.sent, flow, behind) === flow.next;
}

/**
 * The first that is sent again into the first hole, too soon for what was sent again before it to be known as lost: so nothing
 * was, and the packets missing in front of it were new. They lay behind all that was seen.
 */
function beginsRepair({ connection, flow, back, segment, memory }: Case): boolean {
  const { detail } = flow;
  if (detail === null || detail.recovery !== NOT_RECOVERING || segment.seq !== flow.contiguous) return false;
  const behind = firstInOrder(memory.sent, find(memory.sent, flow, segment.seq));
  return behind >= 0 && sinceSending(memory.sent, behind, segment) < 2 * roundTripOf(connection, flow, back) * NEARLY;
}

/**
 * In order, and yet sent before: the last segment of a burst was lost in front of the tap, and this is the same again.
 * - packets are known to be lost that this could repeat, and no hole or zero window that they could have been for
 * - it came at a timer's time, or was at hand when the segment before it was sent
 */
export function repeatsUnseen(it: Case, lost: number): boolean {
  const { flow, memory } = it;
  if (lost === 0 || flow.contiguous !== flow.next || hasProbed(flow)) return false;
  if (lost <= (flow.detail?.keepAliveRuns?.due(it.segment, flow.next) ?? 0)) return false;
  if (flow.tail >= 0 && standsFor(memory.sent, flow, flow.tail) > 1) return false;
  return followsLost(it) || isTimers(it, lost);
}

/** It was at hand when the segment before it was sent, so that the packet known to be lost bore it. */
function followsLost(it: Case): boolean {
  const { connection, flow, back, segment } = it;
  const { recovery, reordered } = flow.detail!;
  // Where the peer was not captured, nothing tells when a recovery is over.
  const recovering = recovery !== NOT_RECOVERING && back.packets > 0;
  if (recovering || reordered > 0 || !wasMoreAtHand(it, 0)) return false;
  const soonest = Math.max(LEAST_PROBE_TIMEOUT, roundTripOf(connection, flow, back) * NEARLY);
  return sinceSending(it.memory.sent, flow.tail, segment) >= soonest;
}

/**
 * Behind a gap, and yet sent before: a whole flight was lost in front of the tap, and this is its last segment again.
 * - the stack counts the packets of this connection, and of a bulk transfer, cut in segments of one size
 * - more numbers are left out than the gap has segments
 * - it came at a timer's time
 */
export function probesTail(it: Case): boolean {
  const { flow, segment } = it;
  const size = flow.largestSegment;
  if (segment.length >= size || !isBulk(flow)) return false;
  const missing = leftOut(flow, segment);
  if (missing === 0 || missing * size <= seqDiff(segment.seq, flow.next)) return false;
  return isTimers(it, 1);
}

/**
 * It came when a timer would have sent it, after so long a silence of its sender: a probe of the tail waits two round trips
 * (RFC 8985 7.2), in a recovery it takes one, and more than one loss in a row takes a timeout.
 */
function isTimers({ connection, flow, back, segment }: Case, lost: number): boolean {
  const roundTrip = roundTripOf(connection, flow, back);
  const last = flow.detail?.pending.at(-1);
  const recovering = last !== undefined && elapsed(segment, last.seconds, last.nanos) < 2 * roundTrip;
  const wait = lost > 1 || roundTrip === 0 ? LEAST_TIMEOUT : roundTrip * NEARLY * (recovering ? 1 : 2);
  return elapsed(segment, flow.seconds, flow.nanos) >= Math.max(wait, LEAST_PROBE_TIMEOUT);
}

/**
 * In order, and yet sent before: the answer to a request was lost in front of the tap, and both ends' timers ran out.
 * - it acknowledges what the peer's timer has just sent again, as the first that does: nothing had answered the first copy
 * - which had arrived, and nothing else yet: the timestamp echoed is the first copy's; or a number of the answerer's is left
 *   out, and it was on its way before that retransmission can have been answered
 * So the peer had waited a timer's time for the answer, and the answerer as long for its acknowledgment.
 */
export function answersOlder({ connection, flow, back, segment }: Case): boolean {
  if (flow.contiguous !== flow.next || back.detail === null || back.ackSeen === 0) return false;
  if (countsOwn(flow, segment) && numbersBetween(flow, segment) === 0) return false;
  const repeat = back.detail.pending.at(-1);
  if (repeat === undefined || repeat.kind !== RETRANSMISSION || repeat.spurious || repeat.how === HOW_FAST)
    return false;
  if (repeat.start !== back.acked || seqLt(segment.ack, repeat.end)) return false;
  const echoed = segment.hasTimestamps && repeat.tsVal !== 0;
  if (echoed) return seqLt(segment.tsEcr, repeat.tsVal);
  if (leftOut(flow, segment) === 0) return false;
  return elapsed(segment, repeat.seconds, repeat.nanos) < roundTripOf(connection, flow, back);
}

/**
 * The first that the capture holds of its sender, and yet sent before: the ACKs seen so far report what lies beyond it, and
 * it as missing (RFC 2018 4).
 */
export function wasReportedMissing({ flow, segment }: Case): boolean {
  return flow.detail !== null && flow.bytes === 0 && flow.detail.sacked.anyAbove(segment.seq);
}

/**
 * Not below what was seen, and yet sent before: a flight, or the tail of one, was lost in front of the tap, and the sender goes
 * through it from its beginning (RFC 5681 3.1, RFC 6675), as far as the numbers left out say that it reached.
 */
export function goesBack({ flow, segment }: Case): boolean {
  return segment.length > 0 && isGoingBack(flow, segment.seq);
}

/** The same behind a gap: what the receiver reports, not a timer, makes the sender go on with what lies behind. */
export function repairsTail(it: Case): boolean {
  return it.flow.detail?.recovery === RECOVERING_FAST && goesBack(it);
}

function isGoingBack({ detail }: Flow, seq: number): boolean {
  return detail !== null && detail.recovery !== NOT_RECOVERING && seqLt(seq, detail.goesBackTo);
}

/** What is next in order, and yet no usual segment: it may repeat what the tap never saw, or have been overtaken. */
export function isDoubtful(flow: Flow, back: Flow, segment: Segment): boolean {
  if (mayRepeatUnseen(flow, segment) || mayHaveWaited(flow, segment) || mayBePiece(flow, back, segment)) return true;
  const { detail } = flow;
  return detail !== null && (isGoingBack(flow, segment.seq) || detail.pieces !== null || wasOvertaken(flow, segment));
}

/** What `repeatsUnseen` looks at closely: packets are missing in front of this one, and it took its time. */
function mayRepeatUnseen(flow: Flow, segment: Segment): boolean {
  if (leftOut(flow, segment) === 0 && (flow.detail === null || flow.detail.lost === 0)) return false;
  return elapsed(segment, flow.seconds, flow.nanos) >= LEAST_PROBE_TIMEOUT;
}

/** What was sent last, before this, were probes of a zero window. */
function hasProbed({ detail, next }: Flow): boolean {
  return detail !== null && detail.zeroWindowProbes > 0 && detail.probedAt === next;
}

/** Segments on the wire that a record stands for: more than one where it was captured before segmentation. */
function standsFor(pool: Case['memory']['sent'], flow: Flow, record: number): number {
  const size = seqDiff(pool.get(record, END), pool.get(record, START));
  return Math.max(1, Math.ceil(size / Math.min(flow.mss || ETHERNET_MSS, JUMBO_MSS)));
}
