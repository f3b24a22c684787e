/**
 * One side of a connection as Zeek sees it. Zeek's states are not RFC 9293's: they say which control segments one side
 * has sent, and `conn_state` is read from the pair of them.
 */
import { seqDiff } from '../../bytes/seq.ts';
import { RST, SYN } from '../../packet/segment.ts';
import { Reassembly } from './reassembly.ts';

export const INACTIVE = 0;
export const SYN_SENT = 1;
export const SYN_ACK_SENT = 2;
/** Segments seen, but no SYN. */
export const PARTIAL = 3;
export const ESTABLISHED = 4;
/** FIN seen. */
export const CLOSED = 5;
/** RST seen. */
export const RESET = 6;

const SPACE = 2 ** 32;

/** A SYN, RST or zero ACK whose number jumps farther than this is not believed. */
export const TOO_LARGE_JUMP = 1_048_576;

export class ZeekEndpoint {
  isOriginator: boolean;
  state: number = INACTIVE;
  previousState: number = INACTIVE;
  /** Zeek has reported this side's close (once all its bytes were there). */
  closeReported = false;

  // Raw sequence numbers, 0 .. 2^32 - 1, as Zeek compares them by size to count wraps.
  start = 0;
  last = 0;
  lastWraps = 0;
  acked = 0;
  ackedWraps = 0;

  fins = 0;
  /** One past the FIN, relative to `start`. */
  finEnd = 0;
  readonly reassembly: Reassembly = new Reassembly();

  /** Kinds of segment already in the history (bits of history.ts). */
  kindsSeen = 0;
  /** Where, relative to `start`, the latest SYN, FIN and RST lay. */
  lastSyn = 0;
  lastFin = 0;
  lastRst = 0;
  /** How often each counted letter (`C G T W`) occurred. */
  badChecksums = 0;
  gaps = 0;
  retransmissions = 0;
  zeroWindows = 0;

  constructor(isOriginator: boolean) {
    this.isOriginator = isOriginator;
  }

  enter(state: number): void {
    if (state === this.state) return;
    this.previousState = this.state;
    this.state = state;
  }

  /** Where the sequence numbers of this side begin, or begin anew with another SYN. */
  begin(flags: number, seq: number, end: number): void {
    const isSyn = (flags & SYN) !== 0;
    switch (this.state) {
      case INACTIVE:
        // Without a SYN, count as though one had come before; the first segment is then no retransmission.
        if (isSyn) this.beginAt(seq, end);
        else this.beginAt(seq - 1, seq);
        return;
      case CLOSED:
        return;
      case RESET:
        if (isSyn && this.previousState === INACTIVE) this.beginAt(seq, end);
        return;
      default:
        if (isSyn && !(isOpening(this.state) && seq >>> 0 === this.start)) this.beginAt(seq, end);
    }
  }

  /** Notes an ACK of the peer's; returns it relative to `start`, 0 for one to be ignored. */
  acknowledgedBy(flags: number, ack: number): number {
    if (this.state === INACTIVE) {
      this.beginAt(ack - 1, ack - 1);
      return 1;
    }
    const relativeAck = this.relative(ack, this.acked, this.ackedWraps);
    if (relativeAck < 0) return 0;
    const ahead = seqDiff(ack, this.acked);
    const isBroken = ack === 0 && ahead > TOO_LARGE_JUMP;
    if ((flags & RST) === 0 && ahead > 0 && !isBroken) this.advanceAcked(ack);
    return relativeAck;
  }

  private beginAt(seq: number, last: number): void {
    this.start = seq >>> 0;
    this.acked = seq >>> 0;
    this.last = last >>> 0;
  }

  advanceLast(seq: number): void {
    const next = seq >>> 0;
    if (next < this.last) this.lastWraps++;
    this.last = next;
  }

  private advanceAcked(seq: number): void {
    const next = seq >>> 0;
    if (next < this.acked) this.ackedWraps++;
    this.acked = next;
  }

  /**
   * `seq` counted from `start`, guessing its wrap from a number near it (`near`, which has wrapped `wraps` times).
   * Negative when it lies before `start`.
   */
  relative(seq: number, near: number, wraps: number): number {
    const raw = seq >>> 0;
    const delta = seqDiff(raw, near);
    let turns = wraps;
    if (delta < 0 && turns > 0 && raw > near) turns--;
    else if (delta > 0 && raw < near) turns++;
    return turns === 0 ? seqDiff(raw, this.start) : turns * SPACE + raw - this.start;
  }

  get lastRelative(): number {
    return this.lastWraps * SPACE + this.last - this.start;
  }

  get ackedRelative(): number {
    return this.ackedWraps * SPACE + this.acked - this.start;
  }

  get nothingAcked(): boolean {
    return this.ackedRelative === 0 || this.ackedRelative === 1;
  }

  /** Payload bytes sent, by sequence numbers. */
  size(peer: ZeekEndpoint): number {
    const abortedAttempt = this.previousState === SYN_SENT && this.state === RESET && peer.state === INACTIVE;
    if (abortedAttempt && !this.nothingAcked) return 0;
    const span = Math.max(this.lastRelative, this.ackedRelative);
    const withoutSyn = span === 0 ? 0 : span - 1;
    return this.fins > 0 && withoutSyn !== 0 ? withoutSyn - 1 : withoutSyn;
  }

  /** Bytes are still missing or undelivered, so that Zeek does not report the close yet. */
  pending(peer: ZeekEndpoint): boolean {
    const reassembly = this.reassembly;
    if (reassembly.givenUp) return false;
    const missing = this.lastRelative - reassembly.delivered;
    if (missing < 0) return false;
    if (missing > 1) return true;
    return this.state !== RESET && peer.reassembly.holds;
  }
}

/** Established, or closed by FIN out of it: where a missing byte is a gap and not a misreading. */
export function isClean(endpoint: ZeekEndpoint): boolean {
  return endpoint.state === ESTABLISHED || (endpoint.state === CLOSED && endpoint.previousState === ESTABLISHED);
}

/** Nothing but, at most, a SYN was seen. */
export function isOpening(state: number): boolean {
  return state === INACTIVE || state === SYN_SENT || state === SYN_ACK_SENT;
}
