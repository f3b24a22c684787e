import { BAD_DATA_OFFSET, HEADER_CUT, Segment } from '../../packet/segment.ts';

// How far Wireshark gets in a damaged header: it takes things up in a fixed order and stops where bytes are missing.

const HEADER_LEAST = 20;

/**
 * The header claims to be longer than its datagram. Like a header quoted in an ICMP error it has no length that
 * Wireshark knows: it is put in a stream, but nothing is learnt of sequence numbers, and it gets no labels.
 */
export function breaksOff({ troubles, headerLength }: Segment): boolean {
  return (troubles & BAD_DATA_OFFSET) !== 0 && headerLength >= HEADER_LEAST;
}

/**
 * The header claims to be shorter than a header can be: Wireshark stops there, and prints neither flags nor labels, but it
 * has judged the segment, all behind the claimed header being payload to it.
 */
export function stopsAtOffset({ troubles, headerLength }: Segment): boolean {
  return (troubles & BAD_DATA_OFFSET) !== 0 && headerLength < HEADER_LEAST;
}

/** The segment as Wireshark divides it, where its header is shorter than one can be. */
export function asClaimed(segment: Segment): Segment {
  const claimed = Object.assign(new Segment(), segment);
  claimed.length = segment.undivided - segment.headerLength;
  return claimed;
}

/**
 * The capture doesn't hold the whole header, or that makes no sense. Options that Wireshark doesn't get to see are not taken
 * for absent; labels are found, but printing stops before them.
 */
export function stopsEarly({ troubles }: Segment): boolean {
  return (troubles & (HEADER_CUT | BAD_DATA_OFFSET)) !== 0;
}
