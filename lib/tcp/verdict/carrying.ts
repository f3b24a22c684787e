import { seqAdd, seqDiff, seqGe, seqGt, seqLt } from '../../bytes/seq.ts';
import { DUPLICATE, HIGH, HOW_NONE, KEEP_ALIVE, RETRANSMISSION, ZERO_WINDOW_PROBE } from '../../facts/verdict.ts';
import { FIN, type Segment, segmentSpan } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { NEARLY, roundTripOf } from '../timing/vantage.ts';
import { sawData } from '../window/zero-window.ts';
import { acknowledge } from './acknowledging.ts';
import { judgeBelow, judgeRepeatOfUnseen } from './below.ts';
import type { Case } from './case.ts';
import { FlowDetail } from './detail.ts';
import { begin, leaveGap } from './edges.ts';
import { append, END, find, marksOf, START } from './history.ts';
import { countPayload } from './payload.ts';
import { LEAST_TIMEOUT } from './recovery.ts';
import { learn, leftOut } from './sending-order.ts';

/** The shortest wait for a probe of the tail (Linux: two ticks of a clock of 1000 Hz). Seconds. */
const LEAST_PROBE_TIMEOUT = 0.002;
/** Where no SYN tells: 1500 bytes of Ethernet less 40 of headers. */
const ETHERNET_MSS = 1460;

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
    if (seqLt(segment.seq, flow.next)) old = judgeBelow(it, end);
    else if (seqGt(segment.seq, flow.next)) {
      const probe = probesTail(it);
      leaveGap(it);
      if (probe) judgeRepeatOfUnseen(it, end, 1);
    } else if (repeatsUnseen(it, lost) || answersOlder(it)) judgeRepeatOfUnseen(it, end, lost);
    if (out.kind === DUPLICATE) return;
    const before = flow.next;
    extend(it, end);
    if (flow.detail !== null && flow.next !== before) flow.detail.lost = 0;
  }
  learn(flow, segment);
  acknowledge(it, old);
}

/** What lies beyond the highest sequence number becomes a record; FIN and payload are counted. */
function extend(it: Case, end: number): void {
  const { connection, flow, segment, memory } = it;
  if (seqGt(end, flow.next)) {
    append(memory.sent, flow, flow.next, end, segment, marksOf(segment));
    if (flow.contiguous === flow.next) flow.contiguous = end;
    flow.next = end;
  }
  if (segment.flags & FIN && flow.finSent === 0) {
    flow.finSent = 1;
    flow.fin = seqAdd(segment.seq, segment.length);
  }
  if (segment.length > 0) countPayload(connection, flow, it.back, segment);
  sawData(it);
}

/**
 * Packets that this flow has sent since its highest byte seen, and that never came: numbers left out, while nothing of the
 * peer's was newly acknowledged, so that what is missing was no pure ACK.
 */
function packetsLost({ flow, back, segment }: Case): number {
  if (back.ackSeen === 0 || segment.ack !== back.acked) return 0;
  const missing = leftOut(flow, segment);
  if (missing > 0) {
    flow.detail ??= new FlowDetail();
    flow.detail.lost += missing;
  }
  return flow.detail?.lost ?? 0;
}

/**
 * In order, and yet sent before: the last segment of a burst was lost in front of the tap, and this is the same again.
 * - packets are known to be lost that this could repeat, and no hole that they could have been for
 * - it came a round trip later at least than what was sent before: a timer's time
 */
function repeatsUnseen(it: Case, lost: number): boolean {
  const { flow, memory } = it;
  if (lost === 0 || flow.contiguous !== flow.next) return false;
  if (flow.tail >= 0 && isSuperSegment(memory.sent, flow)) return false;
  return isTimers(it);
}

/**
 * Behind a gap, and yet sent before: a whole flight was lost in front of the tap, and this is its last segment again.
 * - the stack counts the packets of this connection, and of a bulk transfer, cut in segments of one size
 * - more numbers are left out than the gap has segments
 * - it came a round trip later at least than what was sent before
 */
function probesTail(it: Case): boolean {
  const { flow, segment } = it;
  const size = flow.largestSegment;
  if (size === 0 || segment.length >= size || flow.bytes < flow.dataSegments * size * 0.9) return false;
  const missing = leftOut(flow, segment);
  if (missing === 0 || missing * size <= seqDiff(segment.seq, flow.next)) return false;
  return isTimers(it);
}

/** It came when a timer would have sent it: a round trip after the segment before it, and no sooner than timers run. */
function isTimers({ connection, flow, back, segment }: Case): boolean {
  const wait = roundTripOf(connection, flow, back) * NEARLY || LEAST_TIMEOUT;
  return elapsed(segment, flow.seconds, flow.nanos) >= Math.max(wait, LEAST_PROBE_TIMEOUT);
}

/**
 * In order, and yet sent before: the answer to a request was lost in front of the tap, and both ends' timers ran out.
 * - it acknowledges what the peer has just sent again, as the first that does: nothing had answered the first copy
 * - which had arrived: the timestamp echoed is the first copy's, or a number of the answerer's is left out
 * - and it was on its way before that retransmission can have been answered
 * So the peer had waited a timer's time for the answer, and the answerer as long for its acknowledgment.
 */
function answersOlder({ connection, flow, back, segment }: Case): boolean {
  if (segment.length === 0 || flow.contiguous !== flow.next || back.detail === null || back.ackSeen === 0) return false;
  const repeat = back.detail.pending.at(-1);
  if (repeat === undefined || repeat.kind !== RETRANSMISSION || repeat.spurious) return false;
  if (repeat.start !== back.acked || seqLt(segment.ack, repeat.end)) return false;
  const echoed = segment.hasTimestamps && repeat.tsVal !== 0;
  if (echoed ? seqGe(segment.tsEcr, repeat.tsVal) : leftOut(flow, segment) === 0) return false;
  return elapsed(segment, repeat.seconds, repeat.nanos) < roundTripOf(connection, flow, back);
}

/** What `repeatsUnseen` looks at closely: packets are missing in front of this one, and it took its time. */
export function mayRepeatUnseen(flow: Flow, segment: Segment): boolean {
  return leftOut(flow, segment) > 0 && elapsed(segment, flow.seconds, flow.nanos) >= LEAST_PROBE_TIMEOUT;
}

/** The newest record was captured before segmentation or after coalescing: it has used more numbers than its own. */
function isSuperSegment(pool: Case['memory']['sent'], flow: Flow): boolean {
  return seqDiff(pool.get(flow.tail, END), pool.get(flow.tail, START)) > (flow.mss || ETHERNET_MSS);
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
