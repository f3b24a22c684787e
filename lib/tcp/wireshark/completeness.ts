import { Int32Columns } from '../../bytes/columns.ts';
import type { Segment } from '../../packet/segment.ts';
import { ACK, FIN, RST, SYN } from '../../packet/segment.ts';
import { stopsAtOffset } from './dissection.ts';

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
    if (stopsAtOffset(segment)) this.put(stream, 0, 0, reused);
    else this.put(stream, segment.flags, segment.length, reused);
  }

  /** As `step`, for a TCP header quoted in an ICMP error: it counts like a segment, but its payload is not known. */
  stepQuoted(stream: number, quoted: Segment, reused: boolean): void {
    this.put(stream, quoted.flags, 0, reused);
  }

  private put(stream: number, flags: number, length: number, reused: boolean): void {
    const { columns } = this;
    const fresh = stream >= columns.length;
    while (stream >= columns.length) columns.allocate();
    const mask = columns.get(stream, 0);
    const more = fresh ? firstShown(flags, length, reused) : (mask >> PENDING) | shown(flags, length);
    columns.set(stream, 0, (mask & ALL) | more);
  }

  /** The bitmask of a stream as known so far. */
  of(stream: number): number {
    return stream < this.columns.length ? this.columns.get(stream, 0) & ALL : 0;
  }
}

function firstShown(flags: number, length: number, reused: boolean): number {
  const syn = (flags & (SYN | ACK)) === SYN ? SAW_SYN : 0;
  if (reused) return syn | shown(flags, length);
  const data = syn !== 0 && length > 0 ? SAW_DATA : 0;
  return syn | data | (shown(flags, length) << PENDING);
}

function shown(flags: number, length: number): number {
  let mask = (flags & RST) !== 0 ? SAW_RST : 0;
  if ((flags & ACK) === 0) return mask;
  if ((flags & SYN) !== 0) mask |= SAW_SYN_ACK;
  else mask |= length > 0 ? SAW_DATA : SAW_ACK;
  return (flags & FIN) !== 0 ? mask | SAW_FIN : mask;
}
