import type { HoleCause } from '../../facts/stream.ts';
import type { Piece } from './piece.ts';

/** Who hears what becomes of a stream. Positions are offsets in it. */
export interface StreamListener {
  /** The next bytes in order; `waited`: seconds since they came. */
  bytes(offset: number, piece: Piece, waited: number): void;
  hole(offset: number, length: number, cause: HoleCause): void;
  differs(difference: Difference): void;
}

/** Two copies of the same bytes that are not the same. */
export interface Difference {
  readonly offset: number;
  /** From the first byte that differs to the last, and how many of these do. */
  readonly length: number;
  readonly differing: number;
  /** The copy that is here, and the one before: bytes from the first that differs on. */
  readonly now: Uint8Array;
  readonly before: Uint8Array;
  readonly beforeFrame: number;
  readonly keptBefore: boolean;
}
