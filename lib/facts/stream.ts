import type { Side } from './connection.ts';
import type { Moment } from './moment.ts';

/**
 * What a connection carried: the vocabulary of byte streams. Each direction is a stream of its own; `offset` counts its
 * bytes from 0, holes included, beyond 2^32 if need be.
 */

/**
 * Why bytes of a stream are missing:
 * - `lost_before_tap`: never seen and never acknowledged: lost on the way to the tap, or not sent again in time
 * - `not_captured`: acknowledged though the capture never saw them
 * - `snap_length`: the capture keeps the beginning of each packet only
 * - `damaged`: seen only with a wrong checksum, and never acknowledged
 * - `memory`: still missing when so much had come behind them that waiting ended
 * - `unknown`: never seen, and the capture has no acknowledgments of this direction
 */
export const HOLE_CAUSES = ['lost_before_tap', 'not_captured', 'snap_length', 'damaged', 'memory', 'unknown'] as const;
export type HoleCause = (typeof HOLE_CAUSES)[number];

/** Which copy counts where segments overlap: the one seen first, or the one seen last before its acknowledgment. */
export const OVERLAPS = ['first', 'last'] as const;
export type Overlaps = (typeof OVERLAPS)[number];

/** The connection that a stream belongs to; one object for all its events. */
export interface StreamConnection {
  readonly connection: number;
  /** Wireshark's tcp.stream when its first payload came. */
  readonly stream: number;
  readonly client: { readonly address: string; readonly port: number };
  readonly server: { readonly address: string; readonly port: number };
  /** Its first payload came in mid-connection: streams begin with what was seen first. */
  readonly midstream: boolean;
}

interface Happening {
  readonly of: StreamConnection;
  /** Who sent these bytes. */
  readonly from: Side;
  readonly offset: number;
}

/** The next bytes in order. They are the reader's to keep and not to change. */
export interface StreamBytes extends Happening {
  readonly kind: 'bytes';
  readonly bytes: Uint8Array;
  /** The segment that brought them. */
  readonly frame: number;
  readonly time: Moment;
  /** How long they waited for earlier bytes, seconds: 0 when they came in order. */
  readonly waited: number;
}

/** The next bytes in order are missing for good. */
export interface StreamHole extends Happening {
  readonly kind: 'hole';
  readonly length: number;
  readonly cause: HoleCause;
}

/** Bytes that came again with other content. Both copies from the first byte to the last that differs, the first 64. */
export interface StreamDifference extends Happening {
  readonly kind: 'difference';
  /** From the first byte that differs to the last, and how many of these differ. */
  readonly length: number;
  readonly differing: number;
  readonly frame: number;
  readonly time: Moment;
  readonly bytes: Uint8Array;
  /** The copy before. */
  readonly before: { readonly frame: number; readonly bytes: Uint8Array };
  /** Which copy the stream holds. */
  readonly kept: 'before' | 'this';
}

/** A segment with payload, as it came: where it cut the stream, and what of it was new. */
export interface StreamSegment extends Happening {
  readonly kind: 'segment';
  readonly length: number;
  readonly frame: number;
  readonly time: Moment;
  readonly push: boolean;
  readonly fin: boolean;
  /** Bytes seen for the first time; seen before; of those with other content; and that could not be compared. */
  readonly fresh: number;
  readonly repeated: number;
  readonly differing: number;
  readonly uncompared: number;
  /** New bytes that came behind later ones: by so much, seconds; 0 in order. */
  readonly late: number;
  /** It left a hole in front of it: bytes that were not there yet. */
  readonly ahead: number;
  /**
   * It was sent at the moment when the peer, which had nothing else to say, acknowledged everything before: what it
   * carries was held back (by Nagle's algorithm, RFC 9293 3.7.4, or a full window), and may be several writes merged. To be
   * seen only beside its sender.
   */
  readonly held: boolean;
  /** Not part of the stream: a probe's byte, or bytes with a wrong checksum, unless they are acknowledged. */
  readonly doubt: 'probe' | 'damaged' | 'unanswered' | null;
  /** First bytes of it, at most 64. */
  readonly bytes: Uint8Array;
}

/** Nothing more will come. `offset` is the stream's length. */
export interface StreamEnd extends Happening {
  readonly kind: 'end';
  /** A FIN, a reset, or neither: the capture ended first. */
  readonly by: 'fin' | 'reset' | 'capture';
  /** Bytes at the end that the peer never acknowledged: it may not have got them. Null without its acknowledgments. */
  readonly unacknowledged: number | null;
  /** Bytes missing; bytes that came more than once, and those of them that could not be compared. */
  readonly missing: number;
  readonly repeated: number;
  readonly uncompared: number;
}

export type StreamEvent = StreamBytes | StreamHole | StreamDifference | StreamSegment | StreamEnd;

export interface StreamOptions {
  /** Default `first`. */
  readonly overlaps?: Overlaps;
  /** Also tell of every segment with payload. */
  readonly segments?: boolean;
  /** Most bytes kept in memory of one direction, and of all together. Default 16 MiB and 256 MiB. */
  readonly maxStreamBytes?: number;
  readonly maxBytes?: number;
}
