import { seqGt } from '../bytes/seq.ts';
import { type Moment, momentOf, secondsBetween } from '../facts/moment.ts';
import { PAYLOAD_DIFFERS } from '../facts/notes.ts';
import type { HoleCause, StreamConnection } from '../facts/stream.ts';
import { ZERO_WINDOW_PROBE } from '../facts/verdict.ts';
import { CHECKSUM_BAD, CHECKSUM_OK, verifyChecksum } from '../packet/checksum.ts';
import { FIN, LENGTH_FROM_FRAME, PSH, type Segment, SYN } from '../packet/segment.ts';
import type { Connection, Endpoint } from '../tcp/connection.ts';
import { SYN_SEEN } from '../tcp/flow.ts';
import { oddOf } from '../tcp/oddities/endpoint.ts';
import { Seen } from '../tcp/oddities/seen.ts';
import type { Budget } from '../tcp/stream/budget.ts';
import { ByteStream } from '../tcp/stream/byte-stream.ts';
import type { Difference, StreamListener } from '../tcp/stream/listener.ts';
import { DAMAGED, ownCopy, type Piece, PROBE, SURE, UNANSWERED } from '../tcp/stream/piece.ts';
import type { Beginning } from '../tcp/stream/settings.ts';
import { elapsed } from '../tcp/timing/elapsed.ts';
import type { Judgement } from '../tcp/verdict/judgement.ts';
import type { PayloadOptions } from './options.ts';

const STREAM_BYTES = 16 * 1024 * 1024;
/** So many wrong checksums that the peer took nonetheless mean nothing; so many and more than right ones no more. */
const PROVEN_WRONG = 3;
const PATTERN = 8;
/** What follows on an ACK within this time was waiting for it, if it had waited so many times longer. Seconds. */
const AT_ONCE = 0.001;
const MUCH_LONGER = 4;
/** Bytes shown of segments and of differing copies. */
const SHOWN_BYTES = 64;

const DOUBTS = [null, 'probe', 'unanswered', 'damaged'] as const;

/** One direction: tells what becomes of its stream. */
export class Direction implements StreamListener {
  private stream: ByteStream | null = null;
  /** Initial sequence number, as far as it is known. */
  private isn = 0;
  private readonly connection: Connection;
  private readonly sender: Endpoint;
  private readonly receiver: Endpoint;
  private readonly of: StreamConnection;
  private readonly from: 'client' | 'server';
  private readonly budget: Budget;
  private readonly options: PayloadOptions;
  /** Segments with wrong checksums that the peer acknowledged, and all such, and those with right ones. */
  private wrongTaken = 0;
  private wrongSums = 0;
  private rightSums = 0;
  /** When its last payload came. */
  private last: Moment | null = null;
  /** The segment in hand. */
  private segment: Segment | null = null;

  constructor(
    connection: Connection,
    sender: Endpoint,
    receiver: Endpoint,
    of: StreamConnection,
    from: 'client' | 'server',
    budget: Budget,
    options: PayloadOptions,
  ) {
    this.connection = connection;
    this.sender = sender;
    this.receiver = receiver;
    this.of = of;
    this.from = from;
    this.budget = budget;
    this.options = options;
  }

  /** A SYN. Another attempt with another number: what came with the one before is not part of the stream. */
  begin(): void {
    if (this.stream === null || this.sender.flow.isn === this.isn || this.stream.length > 0) return;
    this.stream.discard();
    this.stream = null;
  }

  payload(s: Segment, j: Judgement): void {
    const syn = (s.flags & SYN) !== 0;
    const stream = this.stream ?? this.open(s);
    const doubt = j.kind === ZERO_WINDOW_PROBE ? PROBE : syn ? UNANSWERED : this.isDamaged(s) ? DAMAGED : SURE;
    const bytes = s.bytes.subarray(s.payloadStart, s.payloadStart + Math.min(s.payloadCaptured, s.length));
    this.segment = s;
    stream.write((s.seq + (syn ? 1 : 0)) | 0, s.length, bytes, s.frame, s, doubt);
    if (stream.written.differing > 0) this.noteDifference(s, stream.written.differing);
    if (this.options.segments === true) {
      this.tellSegment(s, stream, doubt, bytes);
      this.last = momentOf(s);
    }
    this.segment = null;
  }

  /** After each segment of either end: the end of the stream, and what is acknowledged of it by now. */
  follow(s: Segment): void {
    const { flow } = this.sender;
    if (this.stream === null) return;
    if (flow.finSent === 1) this.stream.endAt(flow.fin);
    if (flow.ackSeen === 1) this.stream.acknowledge(flow.acked, s);
  }

  finish(): void {
    const { stream } = this;
    if (stream === null) return;
    stream.finish(this.wrongSums > this.rightSums);
    const reset = (this.connection.oddities?.resets.length ?? 0) > 0;
    this.options.onEvent?.({
      kind: 'end',
      of: this.of,
      from: this.from,
      offset: stream.length,
      by: stream.isComplete ? 'fin' : reset ? 'reset' : 'capture',
      unacknowledged: stream.unacknowledged,
      missing: stream.missing,
      repeated: stream.repeated,
      uncompared: stream.uncompared,
    });
  }

  bytes(offset: number, piece: Piece, waited: number): void {
    const { of, from } = this;
    const { frame, seconds, nanos } = piece;
    if (piece.doubt === DAMAGED) this.wrongTaken++;
    const time = { seconds, nanos };
    this.options.onEvent?.({ kind: 'bytes', of, from, offset, bytes: piece.bytes!, frame, time, waited });
  }

  hole(offset: number, length: number, cause: HoleCause): void {
    this.options.onEvent?.({ kind: 'hole', of: this.of, from: this.from, offset, length, cause });
  }

  differs({ offset, length, differing, now, before, beforeFrame, keptBefore }: Difference): void {
    const { onEvent } = this.options;
    const s = this.segment;
    if (onEvent === undefined || s === null) return;
    const shown = Math.min(length, SHOWN_BYTES);
    onEvent({
      kind: 'difference',
      of: this.of,
      from: this.from,
      offset,
      length,
      differing,
      frame: s.frame,
      time: momentOf(s),
      bytes: ownCopy(now.subarray(0, shown)),
      before: { frame: beforeFrame, bytes: ownCopy(before.subarray(0, shown)) },
      kept: keptBefore ? 'before' : 'this',
    });
  }

  private open(s: Segment): ByteStream {
    const { flow } = this.sender;
    this.isn = flow.isn;
    // Where SYN-ACKs disagreed, the judge may have gone by the first payload.
    const known = (flow.options & SYN_SEEN) !== 0 && ((s.flags & SYN) !== 0 || seqGt(s.seq, flow.isn));
    const beginning: Beginning = known ? 'syn' : flow.ackSeen === 1 ? 'acknowledged' : 'lowest';
    const first = { syn: (flow.isn + 1) | 0, acknowledged: flow.acked, lowest: s.seq }[beginning];
    const { overlaps = 'first', maxStreamBytes: limit = STREAM_BYTES } = this.options;
    const onlyCompares = this.options.onEvent === undefined;
    this.stream = new ByteStream(this, first, beginning, { overlaps, budget: this.budget, limit, onlyCompares });
    return this.stream;
  }

  /**
   * Its checksum is wrong, so that the receiver will not take it. Nothing is said of what segmentation offload put
   * together, of senders most of whose sums are wrong (their card fills them in, or somebody edited the capture), and where
   * no acknowledgment can decide.
   */
  private isDamaged(s: Segment): boolean {
    if (this.wrongTaken >= PROVEN_WRONG || this.sender.flow.ackSeen === 0) return false;
    const { mss } = this.receiver.flow;
    if ((s.troubles & LENGTH_FROM_FRAME) !== 0 || (mss !== 0 && s.length > mss)) return false;
    const worth = verifyChecksum(s);
    if (worth === CHECKSUM_OK) this.rightSums++;
    if (worth !== CHECKSUM_BAD) return false;
    this.wrongSums++;
    return this.wrongSums < PATTERN || this.wrongSums <= this.rightSums;
  }

  private noteDifference(s: Segment, bytes: number): void {
    this.connection.notes |= PAYLOAD_DIFFERS;
    const odd = oddOf(this.connection, this.sender);
    odd.differing ??= new Seen({ bytes: 0 });
    odd.differing.add(s).bytes += bytes;
  }

  /** It follows at once on an ACK of everything before, and had waited much longer for that. */
  private wasHeld(s: Segment): boolean {
    const { flow } = this.sender;
    const peer = this.receiver.flow;
    if (this.last === null || flow.acked !== s.seq || flow.ackSeen === 0) return false;
    // What the peer said meanwhile may be what it answers.
    if (secondsBetween(this.last, { seconds: peer.lastDataSeconds, nanos: peer.lastDataNanos }) > 0) return false;
    const since = elapsed(s, flow.ackSeconds, flow.ackNanos);
    const waited = elapsed({ seconds: flow.ackSeconds, nanos: flow.ackNanos }, this.last.seconds, this.last.nanos);
    return since >= 0 && since < AT_ONCE && waited > MUCH_LONGER * since && waited > AT_ONCE;
  }

  private tellSegment(s: Segment, stream: ByteStream, doubt: number, bytes: Uint8Array): void {
    const { offset, fresh, repeated, differing, uncompared, late, ahead } = stream.written;
    this.options.onEvent?.({
      kind: 'segment',
      of: this.of,
      from: this.from,
      offset,
      length: s.length,
      frame: s.frame,
      time: momentOf(s),
      push: (s.flags & PSH) !== 0,
      fin: (s.flags & FIN) !== 0,
      fresh,
      repeated,
      differing,
      uncompared,
      late,
      ahead,
      held: fresh === s.length && this.wasHeld(s),
      doubt: DOUBTS[doubt]!,
      bytes: ownCopy(bytes.subarray(0, SHOWN_BYTES)),
    });
  }
}
