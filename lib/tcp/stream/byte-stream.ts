import { type Moment, secondsBetween } from '../../facts/moment.ts';
import type { HoleCause } from '../../facts/stream.ts';
import { Bounds } from './bounds.ts';
import type { Budget } from './budget.ts';
import { Front } from './front.ts';
import { Holes } from './holes.ts';
import { Kept } from './kept.ts';
import type { Difference, StreamListener } from './listener.ts';
import { compareWith, keepsFirst, keepsLast, overlay } from './overlay.ts';
import { borrowedPart, DAMAGED, ownCopy, type Piece, Pieces, PROBE, SURE } from './piece.ts';
import type { Beginning, StreamSettings } from './settings.ts';
import { Written } from './written.ts';

/** Acknowledged bytes may still come this late: captures put packets in another order, or their clocks differ. Seconds. */
const PATIENCE = 5;
/** In mid-connection the stream begins with the lowest byte seen in so many, or until something is acknowledged. */
const BEGINNING_BYTES = 65_536;

/**
 * One direction of a connection: segments in, the stream in order out, to a listener. What came out of order waits; what
 * was handed out is kept until it is acknowledged, and a little longer, to be held against what comes again. Missing bytes
 * become a hole when an acknowledgment shows that the receiver has them, or when waiting must end.
 */
export class ByteStream {
  readonly written: Written = new Written();
  /** Bytes that came again, and those of them that could not be compared. */
  repeated = 0;
  uncompared = 0;
  private readonly front: Front;
  /** Position of the first byte: below 0 when earlier ones than the first came behind it. */
  private origin = 0;
  /** The first byte is known. */
  private settled: boolean;
  /** Something was handed out, or is known to have been there. */
  private begun: boolean;
  private readonly bounds = new Bounds();
  private readonly waiting = new Pieces();
  private readonly kept: Kept;
  private cost = 0;
  /** Acknowledged bytes are missing since then, up to there. */
  private missed: (Moment & { readonly until: number }) | null = null;
  private readonly holes: Holes;
  /** When the first payload came. */
  private first: Moment | null = null;
  /** Capture time of what happened last. */
  private readonly now = { seconds: 0, nanos: 0 };

  private readonly listener: StreamListener;
  private readonly budget: Budget;
  private readonly keeps: typeof keepsFirst;
  private readonly waitsForAck: boolean;
  private readonly limit: number;
  private readonly differs = (difference: Difference): void =>
    this.listener.differs({ ...difference, offset: difference.offset - this.origin });

  /** `seq`: sequence number of the first byte, as far as `beginning` says so. */
  constructor(
    listener: StreamListener,
    seq: number,
    beginning: Beginning,
    { overlaps, budget, limit, onlyCompares }: StreamSettings,
  ) {
    this.listener = listener;
    this.holes = new Holes(listener);
    this.kept = new Kept(onlyCompares);
    this.budget = budget;
    this.front = new Front(seq);
    this.settled = beginning !== 'lowest';
    this.begun = beginning === 'syn';
    this.keeps = overlaps === 'first' ? keepsFirst : keepsLast;
    this.waitsForAck = overlaps === 'last';
    this.limit = limit;
  }

  private get position(): number {
    return this.front.position;
  }

  /** Handed out so far, holes included. */
  get length(): number {
    return Math.max(0, this.position - this.origin);
  }

  /** Bytes handed out that were not acknowledged; null without acknowledgments. */
  get unacknowledged(): number | null {
    return this.bounds.isAcknowledged ? Math.max(0, this.position - Math.max(this.bounds.acked, this.origin)) : null;
  }

  /** Bytes in holes. */
  get missing(): number {
    return this.holes.missing;
  }

  get isComplete(): boolean {
    return this.position >= this.bounds.end;
  }

  /** The FIN stands behind the byte before `seq`: what comes after is not of the stream, unless it is acknowledged. */
  endAt(seq: number): void {
    this.bounds.endAt(this.front.positionOf(seq));
  }

  /**
   * Payload of a segment: `length` bytes from `seq` on, of which the capture has `bytes`, lent until this returns. What
   * came of it is in `written`.
   */
  write(seq: number, length: number, bytes: Uint8Array, frame: number, now: Moment, doubt: number): void {
    const { written } = this;
    const { seconds, nanos } = now;
    this.setTime(now);
    const start = this.front.positionOf(seq);
    const end = start + length;
    written.begin(start - this.origin);
    this.first ??= { seconds, nanos };
    const held = Math.min(bytes.length, end - start);
    this.put({ start, end: start + held, bytes: bytes.subarray(0, held), frame, seconds, nanos, doubt });
    if (start + held < end) this.put({ start: start + held, end, bytes: null, frame, seconds, nanos, doubt });
    written.fresh -= Math.min(written.fresh, Math.max(0, end - Math.max(start, this.bounds.end)));
    this.repeated += written.repeated;
    this.uncompared += written.uncompared;
    this.goOn();
  }

  /** The peer acknowledges all below `seq`; also to be called when only time has passed. */
  acknowledge(seq: number, now: Moment): void {
    this.setTime(now);
    this.bounds.acknowledge(this.front.positionOf(seq));
    this.goOn();
  }

  /** No more will come: what waits is handed out, with holes for what is missing. `believed`: wrong checksums mean nothing. */
  finish(believed = false): void {
    if (!this.settled) this.settle();
    this.missed = null;
    this.waiting.cutFrom(this.bounds.end);
    while (!this.waiting.isEmpty) {
      const first = this.waiting.first()!;
      if (first.start > this.position) this.skipTo(first.start);
      else if (this.isBelievable(first, believed)) this.hand(this.waiting.shift());
      else if (first.doubt !== DAMAGED && this.waiting.count === 1) this.waiting.shift();
      else this.leaveOut(this.waiting.shift());
    }
    // An acknowledgment beyond everything: of bytes not captured, but the last number may be that of an unseen FIN.
    const last = this.bounds.isEndKnown ? this.bounds.end : this.bounds.acked - 1;
    if (last > this.position) this.skipTo(last);
    this.holes.tell();
    this.discard();
  }

  /** Forgets everything, and tells nothing of it. */
  discard(): void {
    this.waiting.clear();
    this.kept.clear();
    this.settleCost();
  }

  /** Lets go of all memory: what waits is handed out as it is. */
  relieve(): void {
    if (!this.settled) this.settle();
    this.waiting.cutFrom(this.bounds.end);
    while (!this.waiting.isEmpty) this.giveWay();
    this.discard();
  }

  private setTime({ seconds, nanos }: Moment): void {
    this.now.seconds = seconds;
    this.now.nanos = nanos;
  }

  /** A piece whose bytes are borrowed. */
  private put(piece: Piece): void {
    const { written } = this;
    if (piece.start >= piece.end) return;
    if (piece.start < this.position && this.settled) {
      const old = borrowedPart(piece, piece.start, Math.min(piece.end, this.position));
      if (old.doubt === SURE) compareWith(this.kept, old, written, this.differs);
      else written.repeated += old.end - old.start;
      if (piece.end <= this.position) return;
      piece = borrowedPart(piece, this.position, piece.end);
    }
    const last = this.waiting.last();
    const top = last === undefined ? this.position : last.end;
    if (last === undefined && piece.start === this.position && this.settled && this.isReadable(piece)) {
      written.fresh += piece.end - piece.start;
      if (piece.bytes !== null) piece.bytes = this.kept.copy(piece.bytes);
      this.hand(piece);
      return;
    }
    if (piece.start > top) written.ahead = piece.start - top;
    if (piece.bytes !== null) piece.bytes = ownCopy(piece.bytes);
    const following = this.waiting.at(this.waiting.indexAt(piece.end - 1));
    const before = written.fresh;
    overlay(this.waiting, piece, this.keeps, written, this.differs);
    if (following !== undefined && written.fresh > before)
      written.late = Math.max(0, secondsBetween(following, this.now));
  }

  private goOn(): void {
    if (!this.settled && this.isTimeToBegin()) this.settle();
    if (this.settled) {
      this.handOut();
      this.missAcknowledged();
    }
    this.trim();
    this.settleCost();
    if (this.budget.held > this.budget.limit) this.budget.enforce();
  }

  private isTimeToBegin(): boolean {
    if (this.waiting.isEmpty) return false;
    return (
      this.bounds.isAcknowledged ||
      this.waiting.cost > BEGINNING_BYTES ||
      secondsBetween(this.first!, this.now) >= PATIENCE
    );
  }

  /** The stream begins: where the receiver waits for bytes, if that is known, else with the first that came. */
  private settle(): void {
    const first = this.waiting.first()?.start ?? 0;
    const begin = this.bounds.isAcknowledged ? Math.min(first, this.bounds.acked) : first;
    this.front.moveTo(begin);
    this.origin = begin;
    this.settled = true;
  }

  /** At the end, what is to be taken for part of the stream though nothing may prove it. */
  private isBelievable({ doubt, end }: Piece, believed: boolean): boolean {
    return doubt === SURE || !this.bounds.isAcknowledged || end <= this.bounds.acked || (believed && doubt === DAMAGED);
  }

  private handOut(): void {
    for (let first = this.waiting.first(); first !== undefined; first = this.waiting.first()) {
      if (first.start !== this.position || first.start >= this.bounds.end) return;
      if (this.isReadable(first)) this.hand(this.waiting.shift());
      else if (this.bounds.acked > first.start || this.bounds.end < first.end) {
        const middle = this.bounds.end < first.end ? this.bounds.end : this.bounds.acked;
        this.waiting.splitFirst(middle);
      } else return;
    }
  }

  private isReadable(piece: Piece): boolean {
    if (piece.end > this.bounds.end) return false;
    return piece.end <= this.bounds.acked || (!this.waitsForAck && piece.doubt === SURE);
  }

  private hand(piece: Piece): void {
    const { start, end } = piece;
    this.front.moveTo(end);
    this.begun = true;
    this.kept.push(piece);
    if (piece.bytes === null) this.holes.add(start - this.origin, end - start, 'snap_length');
    else {
      this.holes.tell();
      this.listener.bytes(start - this.origin, piece, Math.max(0, secondsBetween(piece, this.now)));
    }
  }

  /** Bytes that were acknowledged and do not come, after some patience, are a hole. */
  private missAcknowledged(): void {
    if (this.bounds.acked <= this.position) this.missed = null;
    else if (this.missed !== null && secondsBetween(this.missed, this.now) >= PATIENCE) {
      const { until } = this.missed;
      this.missed = null;
      while (this.position < until && this.position < this.bounds.end) {
        this.skipTo(Math.min(until, this.bounds.end, this.waiting.first()?.start ?? until));
        this.handOut();
      }
    }
    if (this.missed === null && this.bounds.acked > this.position && this.position < this.bounds.end) {
      this.missed = { ...this.now, until: this.bounds.acked };
    }
  }

  /** The bytes up to `to` are missing, for two reasons if only some of them were acknowledged. */
  private skipTo(to: number, otherwise: HoleCause = this.bounds.isAcknowledged ? 'lost_before_tap' : 'unknown'): void {
    const captured = Math.min(to, Math.max(this.position, this.bounds.acked));
    if (captured > this.position) this.skip(captured, 'not_captured');
    if (to > captured) this.skip(to, otherwise);
  }

  private skip(to: number, cause: HoleCause): void {
    const from = this.position;
    this.front.moveTo(to);
    // What was under way when the capture began is not a hole: the stream begins behind it.
    if (this.begun) this.holes.add(from - this.origin, to - from, cause);
    else this.origin = to;
  }

  /** Seen only with a wrong checksum, or never taken by the peer. */
  private leaveOut(piece: Piece): void {
    this.skip(piece.end, piece.doubt === DAMAGED ? 'damaged' : 'lost_before_tap');
  }

  /** Keeps to the bound of one stream: what was handed out goes first, then waiting ends. */
  private trim(): void {
    const { kept, waiting } = this;
    kept.trim(this.bounds.acked, this.limit - waiting.cost);
    if (waiting.cost <= this.limit) return;
    if (!this.settled) this.settle();
    this.waiting.cutFrom(this.bounds.end);
    while (waiting.cost > this.limit / 2) this.giveWay();
  }

  /** Waiting ends: the first that waits is handed out, without what is missing before it. */
  private giveWay(): void {
    const first = this.waiting.first()!;
    if (first.start > this.position) this.skipTo(first.start, 'memory');
    else if (first.doubt === PROBE && first.end > this.bounds.acked) this.leaveOut(this.waiting.shift());
    else this.hand(this.waiting.shift());
  }

  private settleCost(): void {
    const total = this.kept.cost + this.waiting.cost;
    if (total === this.cost) return;
    this.budget.change(this, total - this.cost, total);
    this.cost = total;
  }
}
