import { seqDiff } from '../../bytes/seq.ts';
import { CLOSE_ODD, FINAL_ACK_IGNORED, HANDSHAKE_ODD, SYN_REPEATED } from '../../facts/notes.ts';
import {
  CLOSED,
  CLOSING,
  ESTABLISHED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  LAST_ACK,
  LISTEN,
  SYN_RECEIVED,
  SYN_SENT,
  TIME_WAIT,
  UNKNOWN,
} from '../../facts/state.ts';
import { DUPLICATE, RETRANSMISSION } from '../../facts/verdict.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { keep } from '../connection.ts';
import type { Judgement } from '../verdict/judgement.ts';
import { acceptsReset, acksFin, acksSyn, finInOrder, isOwnFin, resetFit } from './classify.ts';
import {
  isSent,
  NEW_INCARNATION,
  PROVEN_SYN,
  PROVEN_SYN_ACK,
  RECEIVED_ACK_OF_FIN,
  RECEIVED_ACK_OF_SYN,
  RECEIVED_FIN,
  RECEIVED_ICMP_ERROR,
  RECEIVED_RST,
  RECEIVED_SYN,
  RECEIVED_SYN_ACK,
  SENT_FIN,
  SENT_RST,
  SENT_SEGMENT,
  SENT_SYN,
  SENT_SYN_ACK,
} from './events.ts';
import { followUnseenPeer } from './one-sided.ts';
import { recordReset } from './resets.ts';
import {
  crossed,
  crossMissedFin,
  establishAtCandidate,
  finRepeated,
  moveAckOfSyn,
  moveReceivedFin,
  questionCloseWait,
  restoreReceivedFin,
  takeBackCloseWait,
  takeBackReset,
  talksOn,
  uncrossSyns,
} from './revise.ts';
import type { Timeline } from './timeline.ts';
import { ILLEGAL, nextState } from './transitions.ts';

/** An ordinary segment proves these inferred events of its sender: it must have got the SYN, and the ACK of its own. */
const PROVEN_BY_ACK_OF_SYN = (1 << RECEIVED_SYN_ACK) | (1 << RECEIVED_SYN);
const PROVEN_BY_SEGMENT = 1 << RECEIVED_ACK_OF_SYN;
const PROVEN_BY_ACK_OF_FIN = 1 << RECEIVED_FIN;

/**
 * Moves both endpoints by one segment. Reads top to bottom: which events the segment is for its sender and for the
 * other end (classify.ts), each looked up in the table (transitions.ts); what it contradicts is taken back (revise.ts).
 */
export class StateMachine {
  readonly timeline: Timeline;
  private seconds = 0;
  private nanos = 0;
  private frame = 0;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
  }

  advance(c: Connection, fromClient: boolean, s: Segment, j: Judgement): void {
    const e = fromClient ? c.client : c.server;
    const peer = fromClient ? c.server : c.client;
    peer.unheard = 0;
    if (j.kind !== 0 && j.kind !== DUPLICATE) e.unheard++;
    if (c.steady && (s.flags & (SYN | FIN | RST)) === 0) return;
    this.seconds = s.seconds;
    this.nanos = s.nanos;
    this.frame = s.frame;
    if (e.ttl === 0) e.ttl = s.ttl;

    if ((s.flags & RST) !== 0) this.reset(c, e, peer, s);
    else if ((s.flags & (SYN | ACK)) === (SYN | ACK)) this.synAck(c, e, peer, s, j);
    else if ((s.flags & SYN) !== 0) this.syn(c, e, peer, s, j);
    else if ((s.flags & ACK) !== 0) this.ordinary(c, e, peer, s, j);

    c.steady =
      c.client.state === ESTABLISHED &&
      c.server.state === ESTABLISHED &&
      (c.client.unconfirmed | c.server.unconfirmed | c.client.fins | c.server.fins) === 0;
  }

  /** Looks the event up and enters the change; false when nothing changed. */
  apply(c: Connection, e: Endpoint, event: number): boolean {
    const to = nextState(e.state, event);
    this.timeline.trace?.looked(e, event, e.state, to);
    if (to === ILLEGAL) {
      c.odd().illegalEvents++;
      return false;
    }
    if (to === e.state) return false;
    this.timeline.push(e, to, event, isSent(event), this.seconds, this.nanos, this.frame);
    return true;
  }

  private readonly applyTo = (c: Connection, e: Endpoint, event: number): boolean => this.apply(c, e, event);

  private syn(c: Connection, e: Endpoint, peer: Endpoint, s: Segment, j: Judgement): void {
    if (e.syns > 0 && seqDiff(s.seq, e.flow.isn) !== 0) return; // a stray SYN: see identity.ts
    if (e.state === UNKNOWN) return;
    e.syns++;
    if (j.kind === DUPLICATE) return;
    if (e.syns > 1) {
      c.notes |= SYN_REPEATED;
      keep(c.odd().syns, sighting(s));
      c.synSeconds = s.seconds;
      c.synNanos = s.nanos;
      if (e === c.client) c.serverHalfMicros = -1;
      // It would not ask again if the SYN-ACK had arrived.
      if (e.state === ESTABLISHED && this.timeline.topEvent(e) === RECEIVED_SYN_ACK && e.unconfirmed > 0) {
        if (!crossed(this.timeline, c, e, s)) this.timeline.pop(e);
      }
      // A stack that tries the same SYN again after a refusal has not given up.
      const ended = this.timeline.topEvent(e);
      if (e.state === CLOSED && (ended === RECEIVED_RST || ended === RECEIVED_ICMP_ERROR)) this.timeline.pop(e);
      return;
    }
    this.apply(c, e, SENT_SYN);
    c.synSeconds = s.seconds;
    c.synNanos = s.nanos;
    if (peer.syns > 0 && peer.state === SYN_SENT) {
      c.odd().simultaneous = true;
      c.notes |= HANDSHAKE_ODD;
      this.apply(c, peer, RECEIVED_SYN);
      this.apply(c, e, RECEIVED_SYN);
    }
  }

  private synAck(c: Connection, e: Endpoint, peer: Endpoint, s: Segment, j: Judgement): void {
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
    e.syns++;
    if (j.kind === DUPLICATE) return;
    if (peer.state === CLOSED && peer.change < 0) this.apply(c, peer, PROVEN_SYN);
    if (e.state === CLOSED && e.change < 0) e.state = LISTEN;

    if (e.state === ESTABLISHED && this.timeline.topEvent(e) === RECEIVED_ACK_OF_SYN && e.unconfirmed > 0) {
      // It would not repeat its SYN-ACK if the final ACK had arrived and been taken.
      if (!crossed(this.timeline, c, e, s)) {
        this.timeline.pop(e);
        e.doubted = 1;
      }
    }
    if (e.doubted !== 0) {
      const odd = c.odd();
      odd.synAcksAfterAck++;
      odd.candidateFrame = 0;
      c.notes |= FINAL_ACK_IGNORED;
    }
    if (e.syns > 1 && e.state === SYN_RECEIVED && this.timeline.topEvent(e) === SENT_SYN_ACK) {
      c.notes |= SYN_REPEATED;
      keep(c.odd().synAcks, sighting(s));
    }
    if (e.syns === 1 && j.kind === RETRANSMISSION && e.state === LISTEN && c.handshakeSeen) {
      // Others went before it: it answers the first SYN, although that was sent again (verdict/handshake.ts).
      this.timeline.push(e, SYN_RECEIVED, RECEIVED_SYN, false, c.startSeconds, c.startNanos, c.firstFrame);
      this.timeline.confirm(e, s.frame, 1 << RECEIVED_SYN);
    }
    this.apply(c, e, SENT_SYN_ACK);
    this.apply(c, peer, RECEIVED_SYN_ACK);
    c.synAckSeconds = s.seconds;
    c.synAckNanos = s.nanos;
    if (e === c.server && c.client.syns > 0 && c.serverHalfMicros < 0) {
      c.serverHalfMicros = microsBetween(c.synSeconds, c.synNanos, s);
    }
  }

  private ordinary(c: Connection, e: Endpoint, peer: Endpoint, s: Segment, j: Judgement): void {
    const timeline = this.timeline;
    if (e.state === CLOSED && talksOn(timeline, c, e, s, j)) timeline.pop(e);

    // What the sender proves of itself.
    const ackOfSyn = acksSyn(peer, s);
    const ackOfFin = acksFin(peer, s);
    if (e.state === ESTABLISHED && e.unconfirmed > 0) uncrossSyns(timeline, e);
    else if (e.change < 0 && e.state === CLOSED && peer.state === SYN_SENT && ackOfSyn) this.proveListener(c, e, s);
    if (e.state === SYN_SENT && (ackOfSyn || peer.syns === 0)) {
      if (peer.syns === 0) this.provePeer(c, peer, s);
      this.apply(c, e, SENT_SEGMENT);
    } else if (e.state === SYN_RECEIVED && (ackOfFin || !this.mayTalkEarly(c, peer, s))) {
      if (!establishAtCandidate(timeline, c, e)) this.apply(c, e, SENT_SEGMENT);
      e.doubted = 0;
    } else if (e.state === UNKNOWN && s.length > 0) {
      this.apply(c, e, SENT_SEGMENT);
    }
    if (ackOfFin && peer.fins > 0) this.receiveFin(c, e);
    const unseenFin = peer.flow.packets === 0 && followUnseenPeer(c, e, peer, s, this.applyTo);
    if (ackOfFin) restoreReceivedFin(timeline, c, e, peer, s);
    if (e.unconfirmed > 0) {
      if (ackOfFin) questionCloseWait(timeline, e, s);
      let proven = e.state === SYN_RECEIVED ? 0 : PROVEN_BY_SEGMENT;
      if (ackOfSyn) proven |= PROVEN_BY_ACK_OF_SYN;
      if (ackOfFin || unseenFin) proven |= PROVEN_BY_ACK_OF_FIN;
      timeline.confirm(e, s.frame, proven);
    }

    if (c.clientHalfMicros < 0 && ackOfSyn && e === c.client && peer.state === SYN_RECEIVED) {
      c.clientHalfMicros = microsBetween(c.synAckSeconds, c.synAckNanos, s);
    }

    // What it brings to the other end.
    const before = peer.state;
    if (j.kind === RETRANSMISSION && !j.spurious) moveAckOfSyn(timeline, peer, s, j);
    if (peer.state === SYN_RECEIVED && ackOfSyn) {
      if (peer.doubted === 0) this.apply(c, peer, RECEIVED_ACK_OF_SYN);
      else this.noteCandidate(c, s, j);
    }
    if (ackOfFin && (peer.state === FIN_WAIT_1 || peer.state === CLOSING || peer.state === LAST_ACK)) {
      this.apply(c, peer, RECEIVED_ACK_OF_FIN);
    }
    if ((s.flags & FIN) !== 0 && isOwnFin(e, s)) this.fin(c, e, peer, s, j);
    if (e.fins > 0) {
      if (peer.doubted === 0 && finInOrder(e)) this.receiveFin(c, peer);
      if (j.kind === RETRANSMISSION) moveReceivedFin(timeline, c, peer, s);
    }
    if (peer.state === TIME_WAIT && (before !== TIME_WAIT || (s.flags & FIN) !== 0)) {
      peer.waitSeconds = s.seconds;
      peer.waitNanos = s.nanos;
    }
  }

  private fin(c: Connection, e: Endpoint, peer: Endpoint, s: Segment, j: Judgement): void {
    if (j.kind === DUPLICATE) return;
    e.fins++;
    if (e.fins > 1) {
      c.notes |= CLOSE_ODD;
      keep(e === c.client ? c.odd().clientFins : c.odd().serverFins, sighting(s));
      finRepeated(this.timeline, c, e, peer, s, this.receiveFin);
      return;
    }
    e.finTsVal = s.tsVal;
    if (crossMissedFin(this.timeline, e)) return;
    const resetBy = takeBackReset(this.timeline, e);
    const finsCrossed = !acksFin(peer, s) && takeBackCloseWait(this.timeline, e);
    this.apply(c, e, SENT_FIN);
    if (finsCrossed) {
      c.notes |= CLOSE_ODD;
      this.receiveFin(c, e);
    }
    if (resetBy !== 0) this.timeline.push(e, CLOSED, RECEIVED_RST, false, s.seconds, s.nanos, resetBy);
  }

  /** The peer's FIN, and everything before it, has come to `e`: once only. */
  private readonly receiveFin = (c: Connection, e: Endpoint): void => {
    if (this.mayTakeFin(e.state)) this.apply(c, e, RECEIVED_FIN);
  };

  private mayTakeFin(state: number): boolean {
    return (
      state === ESTABLISHED ||
      state === FIN_WAIT_1 ||
      state === FIN_WAIT_2 ||
      state === SYN_RECEIVED ||
      state === UNKNOWN
    );
  }

  private reset(c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
    const fit = resetFit(e, peer, s);
    const accepted = acceptsReset(peer, fit);
    recordReset(c, e, peer, s, fit, accepted);
    // A RST without ACK right after a SYN-ACK, or the ACK of one: no socket of the sender's ever took that.
    if (e.unconfirmed > 0 && (s.flags & ACK) === 0 && this.completedHandshake(e)) this.timeline.pop(e);
    // Nor did it take the peer's FIN, which it would have acknowledged.
    if (e.state === TIME_WAIT && e.unconfirmed > 0 && !acksFin(peer, s) && this.timeline.topEvent(e) === RECEIVED_FIN) {
      this.timeline.pop(e);
    }
    if (fit === 'exact' || fit === 'unknown') this.apply(c, e, SENT_RST);
    // After repeats that nobody answered, nothing says that this one arrived.
    if (accepted && e.unheard < 2) this.apply(c, peer, RECEIVED_RST);
  }

  private completedHandshake(e: Endpoint): boolean {
    const event = this.timeline.topEvent(e);
    return event === RECEIVED_SYN_ACK || event === RECEIVED_ACK_OF_SYN;
  }

  /** The peer's SYN-ACK is not in the capture, but this ACK answers one. */
  private provePeer(c: Connection, peer: Endpoint, s: Segment): void {
    if (peer.change >= 0 || peer.state !== CLOSED) return;
    peer.state = LISTEN;
    peer.flow.isn = (s.ack - 1) | 0;
    this.apply(c, peer, PROVEN_SYN_ACK);
    this.apply(c, peer, RECEIVED_ACK_OF_SYN);
  }

  /** It answers the SYN with more than a SYN-ACK, which the capture does not hold. */
  private proveListener(c: Connection, e: Endpoint, s: Segment): void {
    e.state = LISTEN;
    this.apply(c, e, RECEIVED_SYN);
    this.timeline.confirm(e, s.frame, 1 << RECEIVED_SYN);
  }

  /** With Fast Open a server may send before the ACK of its SYN (RFC 7413 4.2). */
  private mayTalkEarly(c: Connection, peer: Endpoint, s: Segment): boolean {
    const offered = c.oddities?.synData;
    return offered != null && (offered.acknowledged > 0 || seqDiff(s.ack, peer.flow.isn) > 1);
  }

  /** A server that repeated its SYN-ACK may have taken this segment: the next it sends will tell. */
  private noteCandidate(c: Connection, s: Segment, j: Judgement): void {
    const odd = c.odd();
    // What is sent again was not taken the first time, so neither was the handshake completed by it.
    const refuted = j.kind === RETRANSMISSION && (j.of === 0 || j.of >= odd.candidateFrame);
    if (odd.candidateFrame !== 0 && !refuted) return;
    odd.candidateFrame = s.frame;
    odd.candidateSeconds = s.seconds;
    odd.candidateNanos = s.nanos;
  }

  /** A connection is back that had been closed by both ends: each is CLOSED, or in TIME_WAIT. */
  revive(c: Connection, clientWaits: boolean, serverWaits: boolean): void {
    this.reviveEnd(c, c.client, clientWaits);
    this.reviveEnd(c, c.server, serverWaits);
  }

  private reviveEnd(c: Connection, e: Endpoint, waits: boolean): void {
    const { lastSeconds, lastNanos, lastFrame } = c;
    const [before, state, event] = waits
      ? [FIN_WAIT_2, TIME_WAIT, RECEIVED_FIN]
      : [LAST_ACK, CLOSED, RECEIVED_ACK_OF_FIN];
    e.state = before;
    e.waitSeconds = lastSeconds;
    e.waitNanos = lastNanos;
    this.timeline.push(e, state, event, false, lastSeconds, lastNanos, lastFrame);
  }

  /** An ICMP error reached the client while it waited for an answer to its SYN. */
  refuse(c: Connection, seconds: number, nanos: number, frame: number): void {
    this.seconds = seconds;
    this.nanos = nanos;
    this.frame = frame;
    this.apply(c, c.client, RECEIVED_ICMP_ERROR);
  }

  /** The TIME_WAIT of an earlier incarnation ends because its holder accepted a new SYN. */
  endTimeWait(c: Connection, s: Segment): void {
    this.seconds = s.seconds;
    this.nanos = s.nanos;
    this.frame = s.frame;
    if (c.client.state === TIME_WAIT) this.apply(c, c.client, NEW_INCARNATION);
    if (c.server.state === TIME_WAIT) this.apply(c, c.server, NEW_INCARNATION);
  }
}

function sighting(s: Segment): { frame: number; time: { seconds: number; nanos: number } } {
  return { frame: s.frame, time: { seconds: s.seconds, nanos: s.nanos } };
}

function microsBetween(seconds: number, nanos: number, s: Segment): number {
  const micros = Math.round((s.seconds - seconds) * 1e6 + (s.nanos - nanos) / 1e3);
  return micros < 0 ? -1 : Math.min(micros, 0x3fffffff);
}
