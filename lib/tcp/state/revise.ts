/**
 * What was seen at the tap may not have arrived. Here is what takes an inferred state change back, or moves it: always
 * a segment of the endpoint's own that it would not have sent, had the other one arrived.
 */
import { seqDiff } from '../../bytes/seq.ts';
import { type Moment, momentOf, secondsBetween } from '../../facts/moment.ts';
import { CLOSE_WAIT, CLOSED, CLOSING, ESTABLISHED, FIN_WAIT_1, SYN_RECEIVED } from '../../facts/state.ts';
import { RETRANSMISSION } from '../../facts/verdict.ts';
import { ACK, FIN, type Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { elapsed } from '../timing/elapsed.ts';
import { HOST_ANSWERS } from '../timing/vantage.ts';
import type { Judgement } from '../verdict/judgement.ts';
import { acksFin } from './classify.ts';
import {
  PROVEN_FIN,
  RECEIVED_ACK_OF_FIN,
  RECEIVED_ACK_OF_SYN,
  RECEIVED_FIN,
  RECEIVED_RST,
  RECEIVED_SYN_ACK,
  SENT_RST,
} from './events.ts';
import { moveLateSynAck } from './late-handshakes.ts';
import { Change, type Timeline } from './timeline.ts';

const change = new Change();
/** So many SYN-ACKs in vain are no accident. */
const OFTEN = 2;
/** Nor so many answers of other kinds: three in a row may still have been lost. */
const VERY_OFTEN = 4;

/** Microseconds that a segment passing the tap takes to `e` and its answer back; 0 while unknown. */
export function halfMicros(c: Connection, e: Endpoint): number {
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
 * The RST that ended `e` had not reached it yet when it sent this FIN. Takes the end back and tells the frame of the RST,
 * 0 if that is not so.
 */
export function takeBackReset(timeline: Timeline, e: Endpoint): number {
  if (e.state !== CLOSED || timeline.topEvent(e) !== RECEIVED_RST) return 0;
  const { frame } = timeline.read(e.change, change);
  timeline.pop(e);
  return frame;
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
 * `e` acknowledges the peer's FIN, sent once, with a number above all that the tap had seen of it: if that turns out to
 * be the number behind a FIN of its own, which the tap has missed, the two had crossed.
 */
export function questionCloseWait(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): void {
  if (s.length > 0 || e.flow.finSent !== 0 || timeline.topEvent(e) !== RECEIVED_FIN) return;
  if (seqDiff(s.seq, e.flow.contiguous) <= 0) return;
  timeline.questionTop(e);
  const { seq, seconds, nanos } = s;
  c.odd().questioned = { seq, seconds, nanos };
}

/**
 * That FIN is here, sent again: `e` had been in FIN_WAIT_1 when the peer's arrived. Not if it was only overtaken by the ACK,
 * a moment ago: it acknowledges the peer's as well.
 */
export function crossMissedFin(timeline: Timeline, c: Connection, e: Endpoint, s: Segment, j: Judgement): boolean {
  if (e.state !== CLOSE_WAIT || !timeline.isTopQuestioned(e)) return false;
  const { seq, seconds: ackSeconds, nanos: ackNanos } = c.odd().questioned!;
  if (seqDiff(seq, e.flow.fin) !== 1) return false;
  const roundTrip = halfMicros(c, c.client) + halfMicros(c, c.server);
  if (j.kind !== RETRANSMISSION && elapsed(s, ackSeconds, ackNanos) * 1e6 < roundTrip) return false;
  const { seconds, nanos, frame, confirmedBy } = timeline.read(e.change, change);
  timeline.pop(e);
  timeline.push(e, FIN_WAIT_1, PROVEN_FIN, false, seconds, nanos, frame);
  timeline.push(e, CLOSING, RECEIVED_FIN, false, seconds, nanos, frame);
  timeline.confirm(e, confirmedBy, (1 << PROVEN_FIN) | (1 << RECEIVED_FIN));
  return true;
}

/**
 * `e` sent a FIN that does not acknowledge the peer's, though the tap had seen that one: it sent before it got it. That one
 * is still on its way to `e`, or, where it has been sent again and all copies have had their time, never came.
 */
export function takeBackCloseWait(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): boolean {
  if (e.state !== CLOSE_WAIT || e.unconfirmed === 0) return false;
  if (timeline.topEvent(e) !== RECEIVED_FIN || timeline.isTopConfirmed(e)) return false;
  const peer = e === c.client ? c.server : c.client;
  const half = halfMicros(c, e);
  const had = timeline.sinceTop(e, s.seconds, s.nanos) * 1e6;
  if (peer.fins > 1 && half > 0 && had > half * 2) c.odd().missedFin = e;
  timeline.pop(e);
  return true;
}

/** Of the peer's FIN another copy must come before `e` can have it: none of those that passed the tap has arrived. */
export function isMissingFin(c: Connection, e: Endpoint, s: Segment): boolean {
  const { oddities } = c;
  if (oddities === null || oddities.missedFin !== e) return false;
  if ((s.flags & FIN) !== 0) oddities.missedFin = null;
  return oddities.missedFin !== null;
}

/** `e` sent something long after the peer's FIN had passed the tap that does not acknowledge it: it had not arrived. */
export function takeBackUnheardFin(timeline: Timeline, c: Connection, e: Endpoint): void {
  if (e.unconfirmed === 0 || timeline.topEvent(e) !== RECEIVED_FIN || timeline.isTopConfirmed(e)) return;
  const half = halfMicros(c, e);
  const { seconds, nanos } = timeline.read(e.change, change);
  if (half > 0 && elapsed(e.flow, seconds, nanos) * 1e6 > half * 2) timeline.pop(e);
}

/** `e` sends a RST: what it can not have got, or has not taken, before. Whoever was CLOSED may answer so whatever it took. */
export function takeBackUntaken(timeline: Timeline, c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
  if (e.state === CLOSED) return;
  while (e.unconfirmed > 0 && !timeline.isTopConfirmed(e) && isUntaken(timeline, c, e, peer, s)) timeline.pop(e);
}

function isUntaken(timeline: Timeline, c: Connection, e: Endpoint, peer: Endpoint, s: Segment): boolean {
  const event = timeline.topEvent(e);
  if (event === RECEIVED_RST) return false;
  // A FIN that it had taken it would acknowledge.
  if (event === RECEIVED_FIN && !acksFin(peer, s)) return true;
  // Without ACK, no socket of its took what it answers, nor what came after that (RFC 9293 3.10.7.1).
  if ((s.flags & ACK) === 0) {
    if (event === RECEIVED_SYN_ACK || event === RECEIVED_ACK_OF_SYN) return true;
    if (event === RECEIVED_ACK_OF_FIN) return answersBeforeAckOfFin(e, s);
  }
  // Beside the tap nothing crosses: what comes at once is the answer.
  return halfMicros(c, e) >= HOST_ANSWERS * 1e6 && crossed(timeline, c, e, s);
}

/** This RST answers a segment that acknowledged all that `e` had sent but its FIN. */
export function answersBeforeAckOfFin(e: Endpoint, s: Segment): boolean {
  return (s.flags & ACK) === 0 && e.flow.finSent !== 0 && seqDiff(s.seq, e.flow.fin) === 0;
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

/** `e` repeats itself: what should have kept it from that has not arrived. */
export function noteInVain(c: Connection, e: Endpoint, s: Segment): void {
  const odd = c.odd();
  const moment = momentOf(s);
  if (odd.inVain?.of !== e) odd.inVain = { of: e, since: moment, times: 0, latest: moment };
  odd.inVain.times++;
  odd.inVain.latest = moment;
}

/**
 * So often in vain, and no sign that the last arrived: by `end` another repeat was not due yet, the time between them being
 * doubled each time (RFC 6298 5.5).
 */
function isInVain({ oddities }: Connection, e: Endpoint, end: Moment): boolean {
  const vain = oddities?.inVain;
  if (vain == null || vain.of !== e || vain.times < VERY_OFTEN) return false;
  return secondsBetween(vain.latest, end) < 2 * secondsBetween(vain.since, vain.latest);
}

/**
 * The last word, when a connection ends or leaves memory, `end` being when the capture does: inferences that have been
 * refuted by then.
 */
export function conclude(timeline: Timeline, c: Connection, end: Moment): void {
  moveLateSynAck(timeline, c);
  for (const e of [c.client, c.server]) {
    const peer = e === c.client ? c.server : c.client;
    // The handshake may have been completed after all, if nothing that the client sent went unanswered, and ACKs of it were
    // not refused again and again.
    if (e.doubted !== 0 && e.state === SYN_RECEIVED && c.odd().synAcksAfterAck < OFTEN) {
      const outstanding = peer.flow.ackSeen !== 0 ? seqDiff(peer.flow.next, peer.flow.acked) : 1;
      if (outstanding <= 0) establishAtCandidate(timeline, c, e);
    }
    takeBackUnheardFin(timeline, c, e);
    if (e.unconfirmed === 0 || timeline.isTopConfirmed(e)) continue;
    const event = timeline.topEvent(e);
    if ((event === RECEIVED_RST || event === RECEIVED_ACK_OF_FIN) && isInVain(c, e, end)) timeline.pop(e);
    // A SYN-ACK sent again and again and never acknowledged did not arrive, nor did one after others that had been lost.
    const inVain = peer.syns > 1 && (peer.unheard > 1 || e.syns > 1);
    if (event === RECEIVED_SYN_ACK && e.state === ESTABLISHED && inVain) timeline.pop(e);
    // A FIN sent again and again and never acknowledged did not arrive.
    if (event === RECEIVED_FIN && peer.fins > 1 && peer.unheard > 0) timeline.pop(e);
  }
}
