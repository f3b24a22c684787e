/**
 * What was seen at the tap may not have arrived. Here is what takes an inferred state change back, or moves it: always
 * a segment of the endpoint's own that it would not have sent, had the other one arrived.
 */
import { seqDiff } from '../../bytes/seq.ts';
import { type Moment, secondsBetween } from '../../facts/moment.ts';
import {
  CLOSE_WAIT,
  CLOSED,
  CLOSING,
  ESTABLISHED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  SYN_RECEIVED,
  TIME_WAIT,
} from '../../facts/state.ts';
import { RETRANSMISSION } from '../../facts/verdict.ts';
import { FIN, type Segment } from '../../packet/segment.ts';
import { type Connection, type Endpoint, type FinCopy, keep, type Oddities } from '../connection.ts';
import { elapsed } from '../timing/elapsed.ts';
import type { Judgement } from '../verdict/judgement.ts';
import { acksFin } from './classify.ts';
import {
  PROVEN_FIN,
  RECEIVED_ACK_OF_FIN,
  RECEIVED_ACK_OF_SYN,
  RECEIVED_FIN,
  RECEIVED_RST,
  RECEIVED_SYN_ACK,
  SENT_FIN,
  SENT_RST,
} from './events.ts';
import { Change, type Timeline } from './timeline.ts';

const change = new Change();

/** Microseconds that a segment passing the tap takes to `e` and its answer back; 0 while unknown. */
function halfMicros(c: Connection, e: Endpoint): number {
  const half = e === c.client ? c.clientHalfMicros : c.serverHalfMicros;
  return Math.max(half, 0);
}

/**
 * `e` sent this before what passed the tap last could reach it: the two crossed between the tap and `e`, and nothing is
 * contradicted.
 */
export function crossed(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): boolean {
  return timeline.sinceTop(e, s.seconds, s.nanos) * 1e6 < halfMicros(c, e) * 0.8;
}

/**
 * The FIN, or what came before it, was sent again before `e` had acknowledged it: until now it had not arrived. Where it
 * had stood is kept, for the case that only the acknowledgment was lost.
 */
export function moveReceivedFin(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): void {
  if (uncross(timeline, c, e, s)) return;
  if (e.unconfirmed === 0 || timeline.topEvent(e) !== RECEIVED_FIN || timeline.isTopConfirmed(e)) return;
  if (timeline.read(e.change, change).frame === s.frame) return;
  rememberFin(c, e, s);
  timeline.move(e, RECEIVED_FIN, s.seconds, s.nanos, s.frame);
}

/** Keeps this copy of the FIN, and the first, `change`: not if that one had to wait for data anyway. */
function rememberFin(c: Connection, e: Endpoint, s: Segment): void {
  if ((s.flags & FIN) === 0) return;
  const odd = c.odd();
  if (odd.moved === null || odd.moved.endpoint !== e) {
    const { seconds, nanos, frame } = change;
    const { finTsVal } = e === c.client ? c.server : c.client;
    odd.moved = { endpoint: e, copies: [{ seconds, nanos, frame, tsVal: finTsVal }] };
  }
  const { seconds, nanos, frame, tsVal } = s;
  keep(odd.moved.copies, { seconds, nanos, frame, tsVal: s.hasTimestamps ? tsVal : 0 });
}

/**
 * The FINs had seemed to cross (CLOSING), but the peer's comes again: it had not arrived when `e` got the ACK of its own.
 */
function uncross(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): boolean {
  if (e.state !== TIME_WAIT || e.unconfirmed < 2 || timeline.topEvent(e) !== RECEIVED_ACK_OF_FIN) return false;
  const { seconds, nanos, frame } = timeline.read(e.change, change);
  timeline.pop(e);
  if (timeline.topEvent(e) !== RECEIVED_FIN || timeline.isTopConfirmed(e)) {
    timeline.push(e, TIME_WAIT, RECEIVED_ACK_OF_FIN, false, seconds, nanos, frame);
    return false;
  }
  timeline.read(e.change, change);
  rememberFin(c, e, s);
  timeline.pop(e);
  timeline.push(e, FIN_WAIT_2, RECEIVED_ACK_OF_FIN, false, seconds, nanos, frame);
  timeline.push(e, TIME_WAIT, RECEIVED_FIN, false, s.seconds, s.nanos, s.frame);
  return true;
}

/**
 * The RST that ended `e` had not reached it yet when it sent this FIN. Takes the end back and tells the frame of the RST,
 * 0 if that is not so.
 */
export function takeBackReset(timeline: Timeline, e: Endpoint): number {
  if (e.state !== CLOSED || timeline.topEvent(e) !== RECEIVED_RST) return 0;
  const { frame } = timeline.read(e.change, change);
  timeline.pop(e);
  return frame;
}

/**
 * `e` acknowledges a FIN that was sent more than once. If it reports the last copy as a duplicate (RFC 2883 4), the first had
 * arrived; if it echoes the timestamp of an earlier one, that (RFC 7323 4.3: a segment already received updates nothing).
 */
export function restoreReceivedFin(timeline: Timeline, c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
  const moved = c.oddities?.moved;
  if (moved == null || moved.endpoint !== e) return;
  const duplicateReported = s.sackCount > 0 && seqDiff(s.sack[1]!, peer.flow.fin) === 1;
  const arrived = duplicateReported ? moved.copies[0]! : echoedCopy(moved.copies, s);
  if (arrived === null) return;
  // Another copy than the first that is answered was new: a duplicate reported later says no more of it.
  if (arrived !== moved.copies[0]) c.oddities!.moved = null;
  if (arrived === moved.copies.at(-1) || crossAgain(timeline, e, arrived)) return;
  timeline.move(e, RECEIVED_FIN, arrived.seconds, arrived.nanos, arrived.frame);
}

/** The newest of the copies that had been sent at the time that the segment echoes, null where nothing tells. */
function echoedCopy(copies: readonly FinCopy[], s: Segment): FinCopy | null {
  if (!s.hasTimestamps || copies[0]!.tsVal === 0) return null;
  return copies.findLast(({ tsVal }) => seqDiff(s.tsEcr, tsVal) >= 0) ?? null;
}

/** The FIN had arrived before the ACK of the own one: the two had crossed after all. */
function crossAgain(timeline: Timeline, e: Endpoint, first: Moment & { readonly frame: number }): boolean {
  if (e.state !== TIME_WAIT || timeline.topEvent(e) !== RECEIVED_FIN) return false;
  const below = timeline.below(e.change);
  if (below < 0 || timeline.read(below, change).event !== RECEIVED_ACK_OF_FIN) return false;
  const { seconds, nanos, frame } = change;
  if (secondsBetween(first, { seconds, nanos }) <= 0) return false;
  timeline.pop(e);
  timeline.pop(e);
  timeline.push(e, CLOSING, RECEIVED_FIN, false, first.seconds, first.nanos, first.frame);
  timeline.push(e, TIME_WAIT, RECEIVED_ACK_OF_FIN, false, seconds, nanos, frame);
  return true;
}

/** What had brought `e` the ACK of its SYN is sent again: it had not arrived, and this does it now. */
export function moveAckOfSyn(timeline: Timeline, e: Endpoint, s: Segment, j: Judgement): void {
  if (e.unconfirmed === 0 || timeline.topEvent(e) !== RECEIVED_ACK_OF_SYN || timeline.isTopConfirmed(e)) return;
  if (timeline.read(e.change, change).frame === j.of)
    timeline.move(e, RECEIVED_ACK_OF_SYN, s.seconds, s.nanos, s.frame);
}

/**
 * The SYNs had seemed to cross, but `e` never answered the other one with a SYN-ACK, as its IP IDs show that leave out no
 * packet: that SYN was lost, and what it got was an ordinary SYN-ACK.
 */
export function uncrossSyns(timeline: Timeline, e: Endpoint): void {
  const { synAcked, packets, ipIdSteps } = e.flow;
  if (synAcked !== 0 || ipIdSteps !== packets - 1) return;
  if (e.unconfirmed < 2 || timeline.topEvent(e) !== RECEIVED_SYN_ACK) return;
  const { previous, seconds, nanos, frame } = timeline.read(e.change, change);
  if (previous !== SYN_RECEIVED) return;
  timeline.pop(e);
  timeline.pop(e);
  timeline.push(e, ESTABLISHED, RECEIVED_SYN_ACK, false, seconds, nanos, frame);
}

/**
 * `e` acknowledges the peer's FIN, sent once, with a number one above all that the tap had seen of it: if that turns out to
 * be the number of a FIN of its own, which the tap has missed, the two had crossed.
 */
export function questionCloseWait(timeline: Timeline, e: Endpoint, s: Segment): void {
  if (s.length > 0 || e.flow.finSent !== 0 || timeline.topEvent(e) !== RECEIVED_FIN) return;
  if (seqDiff(s.seq, e.flow.contiguous) === 1) timeline.questionTop(e);
}

/** That FIN is here, sent again: `e` had been in FIN_WAIT_1 when the peer's arrived. */
export function crossMissedFin(timeline: Timeline, e: Endpoint): boolean {
  if (e.state !== CLOSE_WAIT || !timeline.isTopQuestioned(e)) return false;
  const { seconds, nanos, frame, confirmedBy } = timeline.read(e.change, change);
  timeline.pop(e);
  timeline.push(e, FIN_WAIT_1, PROVEN_FIN, false, seconds, nanos, frame);
  timeline.push(e, CLOSING, RECEIVED_FIN, false, seconds, nanos, frame);
  timeline.confirm(e, confirmedBy, (1 << PROVEN_FIN) | (1 << RECEIVED_FIN));
  return true;
}

/**
 * `e` sent its FIN again, so it had not seen the ACK of it: whatever it reached by that ACK is taken back. If this very
 * segment acknowledges the peer's FIN, that one had arrived.
 */
export function finRepeated(
  timeline: Timeline,
  c: Connection,
  e: Endpoint,
  peer: Endpoint,
  s: Segment,
  receiveFin: (c: Connection, e: Endpoint) => void,
): void {
  if (e.state !== FIN_WAIT_2 && e.state !== TIME_WAIT && e.state !== CLOSED) return;
  let steps = 0;
  let found = false;
  for (let i = e.change; i >= 0 && !found; i = timeline.below(i)) {
    steps++;
    timeline.read(i, change);
    if (change.event === SENT_FIN || change.event === SENT_RST || change.event === RECEIVED_RST) return;
    found = change.event === RECEIVED_ACK_OF_FIN;
  }
  if (!found) return;
  const since = s.seconds - change.seconds + (s.nanos - change.nanos) / 1e9;
  if (since * 1e6 < halfMicros(c, e) * 0.8) return;
  if (steps === 1 && moveToCrossing(timeline, c, e, s)) return;
  while (steps-- > 0) timeline.pop(e);
  const waitsAgain: number = e.state;
  if (waitsAgain === FIN_WAIT_1 && peer.flow.finSent !== 0 && acksFin(peer, s)) receiveFin(c, e);
}

/** The FIN of `e` is acknowledged, once more perhaps. */
export function rememberFinAck(odd: Oddities, e: Endpoint, { seconds, nanos, frame }: Segment): void {
  odd.finAck = { of: e, seconds, nanos, frame };
}

/** A later ACK of the FIN is on its way to `e`, which can not have got it when it sent this: that may be the one to arrive. */
function moveToCrossing(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): boolean {
  const ack = c.oddities?.finAck;
  if (ack == null || ack.of !== e || ack.frame === timeline.read(e.change, change).frame) return false;
  if (elapsed(s, ack.seconds, ack.nanos) * 1e6 >= halfMicros(c, e) * 0.8) return false;
  timeline.move(e, RECEIVED_ACK_OF_FIN, ack.seconds, ack.nanos, ack.frame);
  return true;
}

/** `e` sent a FIN that does not acknowledge the peer's, though the tap had seen that one: it sent before it got it. */
export function takeBackCloseWait(timeline: Timeline, e: Endpoint): boolean {
  if (e.state !== CLOSE_WAIT || e.unconfirmed === 0) return false;
  if (timeline.topEvent(e) !== RECEIVED_FIN || timeline.isTopConfirmed(e)) return false;
  timeline.pop(e);
  return true;
}

/** A RST seemed to end `e`, but it goes on as if nothing had been: the RST was refused, lost, or not its own. */
export function talksOn(timeline: Timeline, c: Connection, e: Endpoint, s: Segment, j: Judgement): boolean {
  const event = timeline.topEvent(e);
  if (event !== RECEIVED_RST && event !== SENT_RST) return false;
  const since = timeline.sinceTop(e, s.seconds, s.nanos) * 1e6;
  const resets = c.oddities?.resets;
  // Copies, and repeats of its FIN, are no sign that it lives on.
  const isNews = j.kind === 0 || (j.kind === RETRANSMISSION && s.length > 0);
  if (event === SENT_RST && isNews && resets !== undefined && resets.length > 0) resets[resets.length - 1]!.talkedOn++;
  // What was under way when the RST passed says nothing.
  return event === RECEIVED_RST
    ? since > Math.max(halfMicros(c, e), 1000)
    : since > 1000 && seqDiff(s.seq, e.flow.acked) >= 0;
}

/**
 * A server that had repeated its SYN-ACK now sends an ordinary segment: it took the handshake with the candidate, the
 * client's segment that passed since. Returns false without one.
 */
export function establishAtCandidate(timeline: Timeline, c: Connection, e: Endpoint): boolean {
  const odd = c.oddities;
  if (e.doubted === 0 || odd === null || odd.candidateFrame === 0) return false;
  timeline.push(
    e,
    ESTABLISHED,
    RECEIVED_ACK_OF_SYN,
    false,
    odd.candidateSeconds,
    odd.candidateNanos,
    odd.candidateFrame,
  );
  odd.candidateFrame = 0;
  return true;
}

/**
 * The last word, when a connection ends or leaves memory: inferences that have been refuted by then.
 */
export function conclude(timeline: Timeline, c: Connection): void {
  for (const e of [c.client, c.server]) {
    const peer = e === c.client ? c.server : c.client;
    // The handshake may have been completed after all, if nothing that the client sent went unanswered.
    if (e.doubted !== 0 && e.state === SYN_RECEIVED) {
      const outstanding = peer.flow.ackSeen !== 0 ? seqDiff(peer.flow.next, peer.flow.acked) : 1;
      if (outstanding <= 0) establishAtCandidate(timeline, c, e);
    }
    if (e.unconfirmed === 0 || timeline.isTopConfirmed(e)) continue;
    const event = timeline.topEvent(e);
    // A SYN-ACK sent again and again and never acknowledged did not arrive.
    if (event === RECEIVED_SYN_ACK && e.state === ESTABLISHED && peer.syns > 1 && peer.unheard > 1) timeline.pop(e);
    // A FIN sent again and again and never acknowledged did not arrive.
    if (event === RECEIVED_FIN && peer.fins > 1 && peer.unheard > 0) timeline.pop(e);
  }
}
