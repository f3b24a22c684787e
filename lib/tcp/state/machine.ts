import { CLOSE_ODD } from '../../facts/notes.ts';
import {
  CLOSED,
  CLOSING,
  ESTABLISHED,
  FIN_WAIT_1,
  FIN_WAIT_2,
  LAST_ACK,
  SYN_RECEIVED,
  SYN_SENT,
  TIME_WAIT,
  UNKNOWN,
} from '../../facts/state.ts';
import { DUPLICATE, REORDERING, RETRANSMISSION } from '../../facts/verdict.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { keep } from '../connection.ts';
import type { Judgement } from '../verdict/judgement.ts';
import { acceptsReset, acksData, acksFin, acksSyn, finInOrder, isOwnFin, resetFit } from './classify.ts';
import {
  ACKNOWLEDGED_DATA,
  isSent,
  NEW_INCARNATION,
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
} from './events.ts';
import { moveHeldUpFin, moveLateFin } from './late-fins.ts';
import { moveHeldUpOpening, noteFinalAck } from './late-handshakes.ts';
import { followUnseenPeer } from './one-sided.ts';
import {
  mayTalkEarly,
  microsBetween,
  noteCandidate,
  proveListener,
  provePeer,
  sighting,
  takeBackAckOfSyn,
  takeSyn,
  takeSynAck,
  talksEarly,
} from './opening.ts';
import { enterMissedFin, finRepeated, moveReceivedFin, rememberFinAck, restoreReceivedFin } from './repeated-fins.ts';
import { recordReset } from './resets.ts';
import {
  answersBeforeAckOfFin,
  crossMissedFin,
  establishAtCandidate,
  isMissingFin,
  moveAckOfSyn,
  noteInVain,
  questionCloseWait,
  takeBackCloseWait,
  takeBackReset,
  takeBackUnheardFin,
  takeBackUntaken,
  talksOn,
  uncrossSyns,
} from './revise.ts';
import type { Timeline } from './timeline.ts';
import { ILLEGAL, nextState } from './transitions.ts';

/** An ordinary segment proves these inferred events of its sender: it must have got the SYN, and the ACK of its own. */
const PROVEN_BY_ACK_OF_SYN = (1 << RECEIVED_SYN_ACK) | (1 << RECEIVED_SYN);
const PROVEN_BY_SEGMENT = 1 << RECEIVED_ACK_OF_SYN;
const PROVEN_BY_ACK_OF_FIN = 1 << RECEIVED_FIN;
/** Nor does it say anything more after a FIN that the capture does not hold. */
const PROVEN_BY_DATA = 1 << ACKNOWLEDGED_DATA;

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
    else if ((s.flags & (SYN | ACK)) === (SYN | ACK)) takeSynAck(this, c, e, peer, s, j);
    else if ((s.flags & SYN) !== 0) takeSyn(this, c, e, peer, s, j);
    else if ((s.flags & ACK) !== 0) this.ordinary(c, e, peer, s, j);

    c.steady =
      c.client.state === ESTABLISHED &&
      c.server.state === ESTABLISHED &&
      (c.client.unconfirmed | c.server.unconfirmed | c.client.fins | c.server.fins) === 0;
  }

  /** Looks the event up and enters the change; false when nothing changed. */
  apply(e: Endpoint, event: number): boolean {
    const to = nextState(e.state, event);
    this.timeline.trace?.looked(e, event, e.state, to);
    if (to === ILLEGAL || to === e.state) return false;
    this.timeline.push(e, to, event, isSent(event), this.seconds, this.nanos, this.frame);
    return true;
  }

  private ordinary(c: Connection, e: Endpoint, peer: Endpoint, s: Segment, j: Judgement): void {
    const timeline = this.timeline;
    if (e.state === CLOSED && talksOn(timeline, c, e, s, j)) {
      timeline.pop(e);
      if (j.kind === RETRANSMISSION) noteInVain(c, e, s);
    }

    // What the sender proves of itself.
    const ackOfSyn = acksSyn(peer, s);
    const ackOfFin = acksFin(peer, s);
    if (e.state === ESTABLISHED && e.unconfirmed > 0) uncrossSyns(timeline, e);
    else if (e.change < 0 && e.state === CLOSED && peer.state === SYN_SENT && ackOfSyn) proveListener(this, e, s);
    if (e.state === SYN_SENT && (ackOfSyn || peer.syns === 0)) {
      if (peer.syns === 0) provePeer(this, peer, s);
      this.apply(e, SENT_SEGMENT);
    } else if (e.state === SYN_RECEIVED && (ackOfFin || !mayTalkEarly(c, peer, s))) {
      if (!establishAtCandidate(timeline, c, e)) this.apply(e, SENT_SEGMENT);
      e.doubted = 0;
    } else if (e.state === UNKNOWN) {
      if (s.length > 0) this.apply(e, SENT_SEGMENT);
      else if (acksData(peer, s)) this.apply(e, ACKNOWLEDGED_DATA);
    }
    if (ackOfFin && peer.fins > 0) {
      if (e.state === FIN_WAIT_1 && peer.finAcksFin === 1) this.apply(e, RECEIVED_ACK_OF_FIN);
      this.receiveFin(e);
    }
    const unseenFin = peer.flow.packets === 0 && followUnseenPeer(c, e, peer, s, this);
    if (ackOfFin) {
      restoreReceivedFin(timeline, c, e, peer, s);
      moveLateFin(timeline, c, e, peer, s);
    }
    if (e.unconfirmed > 0) {
      if (ackOfFin && peer.fins === 1) questionCloseWait(timeline, c, e, s);
      const early = e.state === SYN_RECEIVED || talksEarly(timeline, c, e, peer, s);
      let proven = early ? 0 : PROVEN_BY_SEGMENT;
      if (ackOfSyn) proven |= PROVEN_BY_ACK_OF_SYN;
      if (ackOfFin || unseenFin) proven |= PROVEN_BY_ACK_OF_FIN;
      if (s.length > 0 || (s.flags & FIN) !== 0) proven |= PROVEN_BY_DATA;
      timeline.confirm(e, s.frame, proven);
    }

    if (c.clientHalfMicros < 0 && ackOfSyn && e === c.client && peer.state === SYN_RECEIVED) {
      c.clientHalfMicros = microsBetween(c.synAckSeconds, c.synAckNanos, s);
      noteFinalAck(c, e, peer, s);
    }

    // What it brings to the other end.
    const before = peer.state;
    if (j.kind === RETRANSMISSION && !j.spurious) moveAckOfSyn(timeline, peer, s, j);
    if (peer.state === SYN_RECEIVED && ackOfSyn) {
      if (peer.doubted === 0) this.apply(peer, RECEIVED_ACK_OF_SYN);
      else noteCandidate(c, s, j);
    }
    if (ackOfFin && (peer.state === FIN_WAIT_1 || peer.state === CLOSING || peer.state === LAST_ACK)) {
      this.apply(peer, RECEIVED_ACK_OF_FIN);
    }
    if ((s.flags & FIN) !== 0 && isOwnFin(e, s)) this.fin(c, e, peer, s, j);
    if (e.fins > 0) {
      if (peer.doubted === 0 && finInOrder(e) && !isMissingFin(c, peer, s)) this.receiveFin(peer);
      if (j.kind === RETRANSMISSION) moveReceivedFin(timeline, c, peer, s);
    }
    if (ackOfFin && c.oddities !== null) rememberFinAck(c.oddities, peer, s);
    if (peer.state === TIME_WAIT && (before !== TIME_WAIT || (s.flags & FIN) !== 0)) {
      peer.waitSeconds = s.seconds;
      peer.waitNanos = s.nanos;
    }
  }

  private fin(c: Connection, e: Endpoint, peer: Endpoint, s: Segment, j: Judgement): void {
    // A copy of one transmission, or the first of several, late: it repeats nothing.
    if (j.kind === DUPLICATE || (j.kind === REORDERING && e.fins > 0)) return;
    e.fins++;
    e.finAcksFin = acksFin(peer, s) && (e.fins === 1 || e.finAcksFin === 1) ? 1 : 0;
    if (e.fins > 1) {
      c.notes |= CLOSE_ODD;
      keep(e === c.client ? c.odd().clientFins : c.odd().serverFins, sighting(s));
      finRepeated(this.timeline, c, e, peer, s, this.receiveFin);
      return;
    }
    e.finTsVal = s.tsVal;
    moveHeldUpOpening(this.timeline, c, e, s);
    if (crossMissedFin(this.timeline, c, e, s, j)) return;
    takeBackAckOfSyn(this.timeline, c, e, peer, s);
    const resetBy = takeBackReset(this.timeline, e);
    const finsCrossed = !acksFin(peer, s) && takeBackCloseWait(this.timeline, c, e, s);
    if (!enterMissedFin(this.timeline, c, e, s, j) && this.apply(e, SENT_FIN)) {
      moveHeldUpFin(this.timeline, c, e, s);
    }
    if (finsCrossed) {
      c.notes |= CLOSE_ODD;
      if (c.oddities?.missedFin !== e) this.receiveFin(e);
    }
    if (resetBy !== 0) this.timeline.push(e, CLOSED, RECEIVED_RST, false, s.seconds, s.nanos, resetBy);
  }

  /** The peer's FIN, and everything before it, has come to `e`: once only. */
  private readonly receiveFin = (e: Endpoint): void => {
    if (this.mayTakeFin(e.state)) this.apply(e, RECEIVED_FIN);
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
    const own = fit === 'exact' || fit === 'unknown' || answersBeforeAckOfFin(e, s);
    if (own || (s.flags & ACK) === 0) takeBackUntaken(this.timeline, c, e, peer, s);
    if (own) this.apply(e, SENT_RST);
    // After repeats that nobody answered, nothing says that this one arrived.
    if (!accepted || e.unheard >= 2) return;
    takeBackUnheardFin(this.timeline, c, peer);
    this.apply(peer, RECEIVED_RST);
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
    this.apply(c.client, RECEIVED_ICMP_ERROR);
  }

  /** The TIME_WAIT of an earlier incarnation ends because its holder accepted a new SYN. */
  endTimeWait(c: Connection, s: Segment): void {
    this.seconds = s.seconds;
    this.nanos = s.nanos;
    this.frame = s.frame;
    if (c.client.state === TIME_WAIT) this.apply(c.client, NEW_INCARNATION);
    if (c.server.state === TIME_WAIT) this.apply(c.server, NEW_INCARNATION);
  }
}
