/**
 * One row of Zeek's conn.log in the making: two endpoints, the timers that end it, the letters of its history. Follows
 * Zeek's behaviour with default settings, its oddities included: this is Zeek's vocabulary, not tcplint's judgement.
 */
import { seqDiff } from '../../bytes/seq.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../packet/segment.ts';
import { connState } from './conn-state.ts';
import {
  CLOSED,
  ESTABLISHED,
  INACTIVE,
  isClean,
  isOpening,
  PARTIAL,
  RESET,
  SYN_ACK_SENT,
  SYN_SENT,
  TOO_LARGE_JUMP,
  ZeekEndpoint,
} from './endpoint.ts';
import { ZeekHistory } from './history.ts';
import { ZeekLifetime } from './lifetime.ts';
import { looksFlipped, PATIENT_PORTS } from './originator.ts';

export class ZeekRow {
  readonly history: ZeekHistory = new ZeekHistory();
  /** The originator is our client. */
  originatorIsClient: boolean;
  private originator: ZeekEndpoint = new ZeekEndpoint(true);
  private responder: ZeekEndpoint = new ZeekEndpoint(false);
  private responderPort: number;
  private isPartial = false;
  private originatorSeen = false;
  private responderSeen = false;
  private closeDeferred = false;
  private readonly lifetime: ZeekLifetime;

  constructor(first: Segment, fromClient: boolean, time: number) {
    const flipped = looksFlipped(first);
    this.originatorIsClient = fromClient !== flipped;
    this.responderPort = flipped ? first.srcPort : first.dstPort;
    if (flipped) this.history.flip();
    this.lifetime = new ZeekLifetime(time);
  }

  /** A timer has ended this row before `time`: what comes now belongs to a new one. */
  expired(time: number): boolean {
    return this.lifetime.expired(time, this.originator, this.responder);
  }

  /** Zeek would begin a new row with this SYN. */
  isReusedBy(segment: Segment): boolean {
    if ((segment.flags & SYN) === 0) return false;
    const isSynAck = (segment.flags & ACK) !== 0;
    if (isSynAck && this.originator.state !== INACTIVE) return false;
    const opener = isSynAck ? this.responder : this.originator;
    if (this.originator.closeReported || this.responder.closeReported) return true;
    const seq = segment.seq >>> 0;
    if (seq === opener.start) return false;
    const isReversedHandshake =
      !isSynAck && opener.state === SYN_ACK_SENT && this.responder.state === INACTIVE && seq === this.responder.start;
    return !isReversedHandshake;
  }

  badChecksum(fromClient: boolean): void {
    this.history.badChecksum(this.endpoint(fromClient));
  }

  step(segment: Segment, fromClient: boolean, time: number): void {
    const endpoint = this.endpoint(fromClient);
    const peer = this.peerOf(endpoint);
    const flags = segment.flags;
    const length = segment.length;
    const seq = segment.seq;
    const span = ((flags & RST) !== 0 ? 0 : length) + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0);
    const end = seq + span;

    this.notePartial(endpoint, flags);
    endpoint.begin(flags, seq, end);
    const relativeSeq = endpoint.relative(seq, endpoint.last, endpoint.lastWraps);
    const beforeStart = relativeSeq < 0;

    this.history.segment(endpoint, flags, relativeSeq, length);
    if (segment.window === 0 && (flags & RST) === 0 && peer.state !== CLOSED && endpoint.state !== RESET) {
      this.history.zeroWindow(endpoint);
    }
    if (!this.originator.closeReported || !this.responder.closeReported) this.lifetime.touch(time);
    if ((flags & FIN) !== 0) {
      endpoint.fins++;
      // One before the start is beyond all numbers to Zeek, which has them unsigned.
      endpoint.finEnd = relativeSeq + span < 0 ? Infinity : relativeSeq + span;
    }
    const relativeAck = (flags & ACK) === 0 ? 0 : peer.acknowledgedBy(flags, segment.ack);
    this.advance(endpoint, flags, end, length);
    const closes = this.changeState(endpoint, peer, segment, time);
    if ((flags & ACK) !== 0) this.acknowledged(peer, relativeAck, time);

    if (endpoint.isOriginator) this.originatorSeen = true;
    else this.responderSeen = true;
    if (length > 0 && (flags & RST) === 0 && !beforeStart && segment.payloadCaptured >= length) {
      const from = (flags & SYN) !== 0 ? relativeSeq + 1 : relativeSeq;
      const unacknowledged = Math.max(from, endpoint.ackedRelative);
      endpoint.reassembly.add(unacknowledged, from + length, endpoint.nothingAcked, endpoint.size(peer));
    }
    this.checkEnd(endpoint, time);
    if (closes) this.close(endpoint, peer, time);
  }

  connState(): string {
    return connState(this.originator, this.responder, this.history.letters);
  }

  private endpoint(fromClient: boolean): ZeekEndpoint {
    return fromClient === this.originatorIsClient ? this.originator : this.responder;
  }

  private peerOf(endpoint: ZeekEndpoint): ZeekEndpoint {
    return endpoint === this.originator ? this.responder : this.originator;
  }

  private notePartial(endpoint: ZeekEndpoint, flags: number): void {
    if (endpoint.isOriginator) {
      if (!this.originatorSeen) this.isPartial = (flags & (SYN | ACK)) !== SYN;
    } else if (!this.responderSeen && !this.isPartial) {
      this.isPartial = (flags & SYN) === 0;
    }
  }

  private advance(endpoint: ZeekEndpoint, flags: number, end: number, length: number): void {
    const ahead = seqDiff(end, endpoint.last);
    if ((flags & (SYN | RST)) !== 0 && Math.abs(ahead) > TOO_LARGE_JUMP) return;
    const onlySynBefore = endpoint.last === (endpoint.start + 1) >>> 0;
    if ((flags & FIN) !== 0 && onlySynBefore) endpoint.advanceLast(end);
    else if (endpoint.state === RESET) return;
    else if (ahead > 0) endpoint.advanceLast(end);
    else if (length > 0) this.history.retransmission(endpoint);
  }

  /** True when the segment closes the endpoint's direction. */
  private changeState(endpoint: ZeekEndpoint, peer: ZeekEndpoint, segment: Segment, time: number): boolean {
    const flags = segment.flags;
    switch (endpoint.state) {
      case INACTIVE:
        return this.fromInactive(endpoint, peer, segment, time);
      case SYN_SENT:
      case SYN_ACK_SENT:
        if ((flags & FIN) !== 0) this.enter(endpoint, peer, CLOSED);
        if ((flags & RST) !== 0) {
          this.enter(endpoint, peer, RESET);
          this.lifetime.active = false;
        }
        return (flags & (FIN | RST)) !== 0;
      case CLOSED:
        if ((flags & RST) === 0 || peer.state === CLOSED) return false;
        this.enter(endpoint, peer, RESET);
        this.lifetime.resetAfterClose(time);
        return !endpoint.closeReported;
      case RESET:
        return false;
      default:
        return this.fromEstablished(endpoint, peer, flags);
    }
  }

  private fromInactive(endpoint: ZeekEndpoint, peer: ZeekEndpoint, segment: Segment, time: number): boolean {
    const flags = segment.flags;
    if ((flags & SYN) !== 0) {
      if (endpoint.isOriginator) {
        this.enter(endpoint, peer, (flags & ACK) !== 0 ? SYN_ACK_SENT : SYN_SENT);
        this.lifetime.attempted(time);
      } else {
        this.answerSyn(endpoint, peer, segment);
      }
    }
    if ((flags & FIN) !== 0) this.enter(endpoint, peer, CLOSED);
    if ((flags & RST) !== 0) this.enter(endpoint, peer, RESET);
    if (endpoint.state === INACTIVE) {
      // Some stacks acknowledge a SYN before they answer it with their own: not yet a reason to call it partial.
      const acknowledgesSynFirst = !endpoint.isOriginator && segment.length === 0 && peer.state === SYN_SENT;
      if (acknowledgesSynFirst) return false;
      if ((flags & ACK) !== 0 && peer.state === ESTABLISHED) {
        // SYN-ACK and ACK, only the SYN was missed.
        this.enter(endpoint, peer, ESTABLISHED);
        this.isPartial = false;
      } else {
        this.enter(endpoint, peer, PARTIAL);
      }
    }
    return (flags & (FIN | RST)) !== 0;
  }

  private answerSyn(endpoint: ZeekEndpoint, peer: ZeekEndpoint, segment: Segment): void {
    const isPlainSyn = (segment.flags & ACK) === 0;
    if (isPlainSyn && peer.state === SYN_ACK_SENT && segment.seq >>> 0 === endpoint.start) {
      // The SYN was captured after its SYN-ACK.
      this.flipRoles();
      this.enter(peer, endpoint, ESTABLISHED);
    }
    if (peer.state === SYN_SENT) this.enter(peer, endpoint, ESTABLISHED);
    this.enter(endpoint, peer, ESTABLISHED);
    if (peer.state !== PARTIAL && PATIENT_PORTS.has(this.responderPort)) this.lifetime.bePatient();
  }

  private fromEstablished(endpoint: ZeekEndpoint, peer: ZeekEndpoint, flags: number): boolean {
    const isLateSyn = (flags & (SYN | ACK)) === SYN && endpoint.state === PARTIAL && peer.state === INACTIVE;
    if (isLateSyn) this.enter(endpoint, peer, SYN_SENT);
    if ((flags & (FIN | RST)) === FIN) {
      this.enter(endpoint, peer, CLOSED);
      // FIN, then RST, then the other side's FIN: Zeek calls that a normal end.
      if (peer.state === RESET && peer.previousState === CLOSED) this.enter(peer, endpoint, CLOSED);
    }
    if ((flags & RST) !== 0) {
      this.enter(endpoint, peer, RESET);
      if (peer.state !== RESET || peer.previousState !== ESTABLISHED) this.lifetime.active = false;
    }
    return (flags & (FIN | RST)) !== 0;
  }

  private enter(endpoint: ZeekEndpoint, peer: ZeekEndpoint, state: number): void {
    const leavesOpening = !isOpening(state) && isOpening(endpoint.state) && isOpening(peer.state);
    if (leavesOpening) this.lifetime.opened();
    endpoint.enter(state);
  }

  private flipRoles(): void {
    [this.originator, this.responder] = [this.responder, this.originator];
    this.originator.isOriginator = true;
    this.responder.isOriginator = false;
    // Zeek notes by role, not by endpoint, which kinds of segment it has seen, and doesn't turn that.
    [this.originator.kindsSeen, this.responder.kindsSeen] = [this.responder.kindsSeen, this.originator.kindsSeen];
    this.originatorIsClient = !this.originatorIsClient;
    [this.originatorSeen, this.responderSeen] = [this.responderSeen, this.originatorSeen];
    this.isPartial = false;
    this.history.flip();
  }

  private acknowledged(endpoint: ZeekEndpoint, relativeAck: number, time: number): void {
    const beforeFin = endpoint.fins > 0 && relativeAck >= endpoint.finEnd ? endpoint.finEnd - 1 : relativeAck;
    if (beforeFin <= endpoint.reassembly.trimmed) return;
    const isClear = isClean(endpoint) && isClean(this.peerOf(endpoint));
    const holes = endpoint.reassembly.acknowledge(beforeFin, this.isPartial);
    if (isClear) for (let hole = 0; hole < holes; hole++) this.history.gap(endpoint);
    this.checkEnd(endpoint, time);
  }

  private checkEnd(endpoint: ZeekEndpoint, time: number): void {
    const closing = endpoint.fins > 0 || endpoint.state === CLOSED || endpoint.state === RESET;
    const peer = this.peerOf(endpoint);
    if (endpoint.reassembly.ended || !closing || endpoint.pending(peer)) return;
    endpoint.reassembly.ended = true;
    if (!this.closeDeferred) return;
    this.close(endpoint, peer, time);
    this.closeDeferred = false;
  }

  private close(endpoint: ZeekEndpoint, peer: ZeekEndpoint, time: number): void {
    this.closeDeferred = endpoint.pending(peer);
    if (this.closeDeferred || endpoint.closeReported) return;
    endpoint.closeReported = true;
    const complete = endpoint.state === RESET || peer.closeReported || peer.state === INACTIVE;
    if (complete) this.lifetime.closed();
    else if (endpoint.previousState !== INACTIVE) this.lifetime.halfClosed(time);
  }
}
