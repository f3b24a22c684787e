import { foldSum, onesSum, onesSumOf } from '../bytes/checksum.ts';
import { BAD_DATA_OFFSET, CUT_SHORT, FROM_FRAGMENTS, HEADER_CUT, LENGTH_FROM_FRAME, type Segment } from './segment.ts';

/** The segment is not whole in one frame, or its length is not certain: nothing can be said. */
export const CHECKSUM_UNKNOWN = 0;
export const CHECKSUM_OK = 1;
/** The sender's card fills it in: what the capture shows is the pseudo-header's sum, or nothing. */
export const CHECKSUM_OFFLOAD = 2;
export const CHECKSUM_BAD = 3;

const UNVERIFIABLE = BAD_DATA_OFFSET | CUT_SHORT | HEADER_CUT | LENGTH_FROM_FRAME | FROM_FRAGMENTS;
const PROTOCOL_TCP = 6;

/** What the checksum in the header is worth (RFC 9293 3.1): one of the constants above. Reads the whole payload. */
export function verifyChecksum(segment: Segment): number {
  if ((segment.troubles & UNVERIFIABLE) !== 0) return CHECKSUM_UNKNOWN;
  const tcpLength = segment.headerLength + segment.length;
  const addresses = foldSum(addressSum(segment) + PROTOCOL_TCP);
  const pseudoHeader = foldSum(addresses + onesSumOf(tcpLength));
  const { headerStart } = segment;
  const sum = foldSum(pseudoHeader + onesSum(segment.bytes, headerStart, headerStart + tcpLength));
  if (sum === 0xffff) return CHECKSUM_OK;
  // Linux leaves the pseudo-header's sum for the card; others leave the length out of it, as the card cuts the segment
  // up; and others leave nothing.
  const { checksum } = segment;
  return checksum === pseudoHeader || checksum === addresses || checksum === 0 ? CHECKSUM_OFFLOAD : CHECKSUM_BAD;
}

/** At most 16 halves of 16 bits each. */
function addressSum(segment: Segment): number {
  const ends = onesSumOf(segment.srcD) + onesSumOf(segment.dstD);
  if (segment.ipVersion === 4) return ends;
  const source = onesSumOf(segment.srcA) + onesSumOf(segment.srcB) + onesSumOf(segment.srcC);
  const destination = onesSumOf(segment.dstA) + onesSumOf(segment.dstB) + onesSumOf(segment.dstC);
  return ends + source + destination;
}
