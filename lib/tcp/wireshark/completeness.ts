import { Int32Columns } from '../../bytes/columns.ts';
import type { Segment } from '../../packet/segment.ts';
import { ACK, FIN, RST, SYN } from '../../packet/segment.ts';

// Bits of `tcp.completeness`.
export const SAW_SYN = 1;
export const SAW_SYN_ACK = 2;
export const SAW_ACK = 4;
export const SAW_DATA = 8;
export const SAW_FIN = 16;
export const SAW_RST = 32;

const ALL = 63;
/** Above the mask: the same bits, seen in the stream's first segment, not counted until a second one comes. */
const PENDING = 8;

/**
 * Wireshark's `tcp.completeness`: which parts of a conversation the capture holds, a bitmask per stream, as the last
 * segment of the stream shows it in two passes. Four bytes a stream.
 *
 * Wireshark's meanings, not RFC 9293's: a SYN counts only as the first segment of its stream; an ACK only without
 * payload, and payload only with an ACK (or with the very first SYN); a FIN only with an ACK; any RST. What the first
 * segment between two endpoints shows besides SYN and its payload counts only when another follows.
 */
export class Completeness {
  private readonly columns = new Int32Columns(1);

  /** `reused`: this segment began the stream anew between endpoints seen before (StreamNumbers). */
  step(stream: number, segment: Segment, reused: boolean): void {
    const { columns } = this;
    if (stream >= columns.length) {
      while (stream >= columns.length) columns.allocate();
      columns.set(stream, 0, firstShown(segment, reused));
      return;
    }
    const mask = columns.get(stream, 0);
    columns.set(stream, 0, (mask & ALL) | (mask >> PENDING) | shown(segment));
  }

  /** The bitmask of a stream as known so far. */
  of(stream: number): number {
    return this.columns.get(stream, 0) & ALL;
  }
}

function firstShown(segment: Segment, reused: boolean): number {
  const syn = (segment.flags & (SYN | ACK)) === SYN ? SAW_SYN : 0;
  if (reused) return syn | shown(segment);
  const data = syn !== 0 && segment.length > 0 ? SAW_DATA : 0;
  return syn | data | (shown(segment) << PENDING);
}

function shown({ flags, length }: Segment): number {
  let mask = (flags & RST) !== 0 ? SAW_RST : 0;
  if ((flags & ACK) === 0) return mask;
  if ((flags & SYN) !== 0) mask |= SAW_SYN_ACK;
  else mask |= length > 0 ? SAW_DATA : SAW_ACK;
  return (flags & FIN) !== 0 ? mask | SAW_FIN : mask;
}
