/** Opening a connection: what SYNs, SYN-ACKs and the ACKs of them are to both ends (RFC 9293 3.5). */
import { seqDiff } from '../../bytes/seq.ts';
import type { Sighting } from '../../facts/connection.ts';
import { FINAL_ACK_IGNORED, HANDSHAKE_ODD, SYN_REPEATED } from '../../facts/notes.ts';
import { CLOSE_WAIT, CLOSED, ESTABLISHED, LISTEN, SYN_RECEIVED, SYN_SENT, UNKNOWN } from '../../facts/state.ts';
import { DUPLICATE, RETRANSMISSION } from '../../facts/verdict.ts';
import type { Segment } from '../../packet/segment.ts';
import { type Connection, type Endpoint, keep } from '../connection.ts';
import type { Judgement } from '../verdict/judgement.ts';
import { acksSyn } from './classify.ts';
import {
  PROVEN_SYN,
  PROVEN_SYN_ACK,
  RECEIVED_ACK_OF_SYN,
  RECEIVED_FIN,
  RECEIVED_ICMP_ERROR,
  RECEIVED_RST,
  RECEIVED_SYN,
  RECEIVED_SYN_ACK,
  SENT_SYN,
  SENT_SYN_ACK,
} from './events.ts';
import { crossed } from './revise.ts';
import type { Timeline } from './timeline.ts';

/** What the state machine lends: the timeline, and the way to look an event up and enter the change. */
export interface Moves {
  readonly timeline: Timeline;
  apply(e: Endpoint, event: number): boolean;
}

/** A SYN without ACK. */
export function takeSyn(m: Moves, c: Connection, e: Endpoint, peer: Endpoint, s: Segment, j: Judgement): void {
  if (e.syns > 0 && seqDiff(s.seq, e.flow.isn) !== 0) return; // a stray SYN: see identity.ts
  if (e.state === UNKNOWN) return;
  if (j.kind === DUPLICATE) return;
  e.syns++;
  if (e.syns > 1) {
    c.notes |= SYN_REPEATED;
    keep(c.odd().syns, sighting(s));
    keep(c.odd().synTsVals, s.hasTimestamps ? s.tsVal : 0);
    noteSyn(c, s);
    if (e === c.client) c.serverHalfMicros = -1;
    // It would not ask again if the SYN-ACK had arrived.
    if (e.state === ESTABLISHED && m.timeline.topEvent(e) === RECEIVED_SYN_ACK && e.unconfirmed > 0) {
      if (!crossed(m.timeline, c, e, s)) m.timeline.pop(e);
    }
    // A stack that tries the same SYN again after a refusal has not given up.
    const ended = m.timeline.topEvent(e);
    if (e.state === CLOSED && (ended === RECEIVED_RST || ended === RECEIVED_ICMP_ERROR)) m.timeline.pop(e);
    return;
  }
  m.apply(e, SENT_SYN);
  noteSyn(c, s);
  if (peer.syns > 0 && peer.state === SYN_SENT) {
    c.odd().simultaneous = true;
    c.notes |= HANDSHAKE_ODD;
    m.apply(peer, RECEIVED_SYN);
    m.apply(e, RECEIVED_SYN);
  }
}

function noteSyn(c: Connection, s: Segment): void {
  c.synSeconds = s.seconds;
  c.synNanos = s.nanos;
  c.synTsVal = s.hasTimestamps ? s.tsVal : 0;
}

/** A SYN-ACK: of a listener, or of an end whose SYN has crossed the other. */
export function takeSynAck(m: Moves, c: Connection, e: Endpoint, peer: Endpoint, s: Segment, j: Judgement): void {
  if (peer.syns > 0 && !acksSyn(peer, s)) {
    c.odd().wrongAck ??= {
      frame: s.frame,
      time: { seconds: s.seconds, nanos: s.nanos },
      acknowledged: s.ack >>> 0,
      expected: (peer.flow.isn + 1) >>> 0,
    };
    c.notes |= HANDSHAKE_ODD;
    return;
  }
  if (e.syns > 0 && seqDiff(s.seq, e.flow.isn) !== 0) return;
  if (e.state === UNKNOWN) return;
  if (j.kind === DUPLICATE) return;
  e.syns++;
  if (peer.state === CLOSED && peer.change < 0) m.apply(peer, PROVEN_SYN);
  if (e.state === CLOSED && e.change < 0) e.state = LISTEN;

  // Nor has it taken a FIN, where it has not got through the handshake.
  if (e.state === CLOSE_WAIT && e.unconfirmed > 1 && m.timeline.topEvent(e) === RECEIVED_FIN) m.timeline.pop(e);
  if (e.state === ESTABLISHED && m.timeline.topEvent(e) === RECEIVED_ACK_OF_SYN && e.unconfirmed > 0) {
    // It would not repeat its SYN-ACK if the final ACK had arrived and been taken.
    if (!crossed(m.timeline, c, e, s)) {
      m.timeline.pop(e);
      e.doubted = 1;
    }
  }
  if (e.doubted !== 0) {
    const odd = c.odd();
    odd.synAcksAfterAck++;
    odd.candidateFrame = 0;
    c.notes |= FINAL_ACK_IGNORED;
  }
  const answered = m.timeline.topEvent(e);
  if (e.syns > 1 && e.state === SYN_RECEIVED && (answered === SENT_SYN_ACK || answered === RECEIVED_SYN)) {
    c.notes |= SYN_REPEATED;
    keep(c.odd().synAcks, sighting(s));
  }
  if (e.syns === 1 && j.kind === RETRANSMISSION && e.state === LISTEN && c.handshakeSeen) {
    // Others went before it: it answers an earlier SYN, although that was sent again (verdict/handshake.ts).
    const { frame, time } = answeredSyn(c, s);
    m.timeline.push(e, SYN_RECEIVED, RECEIVED_SYN, false, time.seconds, time.nanos, frame);
    m.timeline.confirm(e, s.frame, 1 << RECEIVED_SYN);
  }
  m.apply(e, SENT_SYN_ACK);
  m.apply(peer, RECEIVED_SYN_ACK);
  c.synAckSeconds = s.seconds;
  c.synAckNanos = s.nanos;
  c.synAckTsVal = s.hasTimestamps ? s.tsVal : 0;
  if (e === c.server && c.client.syns > 0 && c.serverHalfMicros < 0) {
    c.serverHalfMicros = microsBetween(c.synSeconds, c.synNanos, s);
  }
}

/** The newest SYN that had been sent at the time which the SYN-ACK echoes. */
function answeredSyn(c: Connection, s: Segment): Sighting {
  const { syns, synTsVals } = c.odd();
  const newest = synTsVals.findLastIndex((tsVal) => tsVal !== 0 && seqDiff(s.tsEcr, tsVal) >= 0);
  return syns[newest] ?? { frame: c.firstFrame, time: { seconds: c.startSeconds, nanos: c.startNanos } };
}

/** The peer's SYN-ACK is not in the capture, but this ACK answers one. */
export function provePeer(m: Moves, peer: Endpoint, s: Segment): void {
  if (peer.change >= 0 || peer.state !== CLOSED) return;
  peer.state = LISTEN;
  peer.flow.isn = (s.ack - 1) | 0;
  m.apply(peer, PROVEN_SYN_ACK);
  m.apply(peer, RECEIVED_ACK_OF_SYN);
}

/** It answers the SYN with more than a SYN-ACK, which the capture does not hold. */
export function proveListener(m: Moves, e: Endpoint, s: Segment): void {
  e.state = LISTEN;
  m.apply(e, RECEIVED_SYN);
  m.timeline.confirm(e, s.frame, 1 << RECEIVED_SYN);
}

/** With Fast Open a server may send before the ACK of its SYN (RFC 7413 4.2). */
export function mayTalkEarly(c: Connection, peer: Endpoint, s: Segment): boolean {
  const offered = c.oddities?.synData;
  return offered != null && (offered.acknowledged > 0 || seqDiff(s.ack, peer.flow.isn) > 1);
}

/** It does so: the ACK of its SYN-ACK has passed the tap, but can not have reached it. */
export function talksEarly(timeline: Timeline, c: Connection, e: Endpoint, peer: Endpoint, s: Segment): boolean {
  return mayTalkEarly(c, peer, s) && crossed(timeline, c, e, s);
}

/** `e` closed before the ACK of its SYN-ACK, which had passed the tap, could reach it (RFC 9293 3.10.4, SYN-RECEIVED). */
export function takeBackAckOfSyn(timeline: Timeline, c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
  if (e.state !== ESTABLISHED || e.unconfirmed === 0 || timeline.topEvent(e) !== RECEIVED_ACK_OF_SYN) return;
  if (!timeline.isTopConfirmed(e) && talksEarly(timeline, c, e, peer, s)) timeline.pop(e);
}

/** A server that repeated its SYN-ACK may have taken this segment: the next it sends will tell. */
export function noteCandidate(c: Connection, s: Segment, j: Judgement): void {
  const odd = c.odd();
  // What is sent again was not taken the first time, so neither was the handshake completed by it.
  const refuted = j.kind === RETRANSMISSION && (j.of === 0 || j.of >= odd.candidateFrame);
  if (odd.candidateFrame !== 0 && !refuted) return;
  odd.candidateFrame = s.frame;
  odd.candidateSeconds = s.seconds;
  odd.candidateNanos = s.nanos;
}

export function sighting(s: Segment): { frame: number; time: { seconds: number; nanos: number } } {
  return { frame: s.frame, time: { seconds: s.seconds, nanos: s.nanos } };
}

export function microsBetween(seconds: number, nanos: number, s: Segment): number {
  const micros = Math.round((s.seconds - seconds) * 1e6 + (s.nanos - nanos) / 1e3);
  return micros < 0 ? -1 : Math.min(micros, 0x3fffffff);
}
