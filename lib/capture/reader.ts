import type { Frame } from './frame.ts';

/**
 * What every container reader is: bytes go in by `write` in chunks of any size, frames come out of `next`. No I/O, no
 * exceptions for bad input: damage ends the reading (or skips a block) and is told in `problems`.
 *
 * The contract: `write(chunk)` lends the chunk until the next `write`; call `next(frame)` until it returns false before
 * writing again. Results never depend on where the chunks were cut. A length field is never believed before its bytes
 * have arrived: nothing is allocated on its word.
 */
export interface CaptureReader {
  readonly info: CaptureInfo;
  write(chunk: Uint8Array): void;
  /** It has read as much as it was to, or as can be read: nothing more need be written. */
  readonly full?: boolean;
  /** Fills `frame` with the next packet; false when more bytes are needed, or none will come. */
  next(frame: Frame): boolean;
  /** No more bytes will come. What waited for more comes out of `next`; a half record left over becomes a problem. */
  end(): void;
}

/** What a reader learns of the file besides its packets. Grows while reading. */
export interface CaptureInfo {
  /** `pcap`, `pcap (nanoseconds)`, `pcapng`... */
  format: string;
  interfaces: CaptureInterface[];
  problems: CaptureProblem[];
  /** Section comments (pcapng), in order. */
  comments: string[];
  /** Names from name-resolution blocks: address as text -> name. */
  names: Map<string, string>;
  /** Frames dropped as counted by the file itself (pcapng interface statistics), null when it does not say. */
  dropped: number | null;
  /** Latest end time that interface statistics claim, null without. */
  endSeconds: number | null;
  endNanos: number;
}

export interface CaptureInterface {
  linkType: number;
  /** Most bytes stored of a packet; 0 for no limit. */
  snapLength: number;
  name: string | null;
}

export interface CaptureProblem {
  /** `truncated`: ends inside a record; `damaged`: a record contradicts itself or the format. */
  kind: 'truncated' | 'damaged';
  /** Byte offset in the (decompressed) capture at which the trouble begins. */
  offset: number;
  /** Plain words: what was found there. */
  reason: string;
}
