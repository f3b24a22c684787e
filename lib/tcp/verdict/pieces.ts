import { seqAdd, seqDiff, seqGt } from '../../bytes/seq.ts';
import { RETRANSMITTED } from '../../facts/notes.ts';
import { HOW_UNKNOWN, MEDIUM, RETRANSMISSION } from '../../facts/verdict.ts';
import { PSH, type Segment } from '../../packet/segment.ts';
import { type Flow, OFFERED_TIMESTAMPS, SYN_SEEN } from '../flow.ts';
import type { Case } from './case.ts';
import { FlowDetail } from './detail.ts';
import { Judgement } from './judgement.ts';

// The path takes smaller segments than the ends agreed on, and a tap behind the narrow link sees none of those that were too
// large: what comes is the first flight again, each of its segments, or several of one buffer, cut in pieces of the new size
// and a rest (RFC 1191 6.4). Bytes sent for the first time are never cut so: only the last piece of all would be short.

/** The timestamp option with its padding (RFC 7323 3.2). */
const TIMESTAMP_BYTES = 12;
/** No IPv4 path is narrower for Linux (552 less headers): what is shorter is a message of its own. */
const LEAST_PIECE = 500;
/** Segments of a first flight (RFC 6928 2). What waited behind it is cut alike, and is sent for the first time. */
const INITIAL_WINDOW = 10;
/** So many segments may come between the pieces of a flight. */
const MOST_OTHERS = 32;

/** The first large flight of a flow, as long as it may be one that was cut in pieces. */
export interface Pieces {
  /** Payload of one segment as it was sent first. */
  readonly whole: number;
  /** Payload of a piece. */
  readonly piece: number;
  /** The flight ends here at the latest. */
  readonly end: number;
  /** Where the buffer began that is under way now, and the frames that bore its pieces. */
  start: number;
  next: number;
  frames: number[];
  /** At least one was cut so, or a piece bears PSH, which a program's own blocks have at their end only. */
  proven: boolean;
  /** Segments that came in between. */
  others: number;
}

const revised = new Judgement();

/** Bytes of payload that the ends agreed on for a segment of `flow`; 0 if the capture does not hold both SYNs. */
function agreedSize(flow: Flow, back: Flow): number {
  if ((flow.options & back.options & SYN_SEEN) === 0 || flow.mss === 0 || back.mss === 0) return 0;
  const stamped = (flow.options & back.options & OFFERED_TIMESTAMPS) !== 0;
  return Math.min(flow.mss, back.mss) - (stamped ? TIMESTAMP_BYTES : 0);
}

/** The largest so far, without being a full segment, and yet more follows. */
export function mayBePiece(flow: Flow, back: Flow, segment: Segment): boolean {
  if (segment.length <= flow.largestSegment || segment.flags & PSH || segment.length < LEAST_PIECE) return false;
  return segment.length < agreedSize(flow, back);
}

/** Payload that nobody knows to be sent again: a piece, the rest of a buffer, or neither. */
export function followPieces(it: Case): void {
  const { flow, back, segment, out } = it;
  if (mayBePiece(flow, back, segment)) {
    flow.detail ??= new FlowDetail();
    const whole = agreedSize(flow, back);
    flow.detail.pieces = {
      whole,
      piece: segment.length,
      end: seqAdd(segment.seq, INITIAL_WINDOW * whole),
      start: segment.seq,
      next: seqAdd(segment.seq, segment.length),
      frames: out.kind === 0 ? [segment.frame] : [],
      proven: false,
      others: 0,
    };
    return;
  }
  const pieces = flow.detail?.pieces;
  if (!pieces) return;
  // What the sender may send beyond the flight meanwhile is none of it.
  if (segment.seq !== pieces.next) {
    if (++pieces.others > MOST_OTHERS) flow.detail!.pieces = null;
    return;
  }
  const end = seqAdd(segment.seq, segment.length);
  pieces.next = end;
  const closes = seqDiff(end, pieces.start) % pieces.whole === 0 && (pieces.proven || !(segment.flags & PSH));
  if (seqGt(end, pieces.end) || segment.length > pieces.piece) flow.detail!.pieces = null;
  else if (segment.length === pieces.piece) {
    if (out.kind === 0) pieces.frames.push(segment.frame);
    if (segment.flags & PSH) pieces.proven = true;
  } else if (closes) closeBuffer(it, pieces);
  else flow.detail!.pieces = null;
}

/** The rest of a buffer: all its pieces are known now for what they were. */
function closeBuffer({ connection, flow, segment, out, revisions }: Case, pieces: Pieces): void {
  connection.notes |= RETRANSMITTED;
  revised.set(RETRANSMISSION, HOW_UNKNOWN, false, MEDIUM, 0);
  for (const frame of pieces.frames) revisions.revise(frame, revised);
  const detail = flow.detail!;
  detail.retransmissions += pieces.frames.length;
  detail.retransmittedBytes += pieces.frames.length * pieces.piece;
  if (out.kind === 0) out.set(RETRANSMISSION, HOW_UNKNOWN, false, MEDIUM, 0);
  pieces.start = seqAdd(segment.seq, segment.length);
  pieces.frames = [];
  pieces.proven = true;
}
