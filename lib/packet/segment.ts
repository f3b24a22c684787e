/**
 * One TCP segment as decoded: a reused cursor, **valid until the next `decode`**. Judges nothing.
 *
 * Sequence numbers are int32 (see bytes/seq.ts). Lengths are those of the wire, not of the capture, wherever the
 * headers tell them. An IPv4 address is `srcD` alone with A to C zero; an IPv6 address is A (first four bytes) to D.
 */

// Flag bits, in the order of RFC 9293 3.1, with AE above them (RFC 9768: the AccECN bit, once NS).
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;
export const ECE = 0x40;
export const CWR = 0x80;
export const AE = 0x100;

/** Flag names by bit, lowest first: the order of `flags` in rows. */
export const FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'] as const;

// What decoding noticed (bits of `troubles`). A trouble is data, never an exception.
/** Data offset below 5 words, or beyond the segment (RFC 9293 3.1). */
export const BAD_DATA_OFFSET = 0x01;
/** An option's length is impossible (RFC 9293 3.1, 3.2). */
export const BAD_OPTION = 0x02;
/** The capture holds less of the packet than was on the wire (snap length), so some headers or payload are missing. */
export const CUT_SHORT = 0x04;
/** The capture does not hold the whole TCP header: sequence numbers may still be right, options are not known. */
export const HEADER_CUT = 0x08;
/** IP total length was 0: segmentation offload; the length is the frame's. */
export const LENGTH_FROM_FRAME = 0x10;
/** Reassembled from IP fragments. */
export const FROM_FRAGMENTS = 0x20;
/** Fragments overlapped. */
export const FRAGMENTS_OVERLAPPED = 0x40;

export class Segment {
  // Where it was captured, copied from the frame.
  frame = 0;
  seconds = 0;
  nanos = 0;
  interface = 0;

  // Network layer.
  ipVersion = 4;
  srcA = 0;
  srcB = 0;
  srcC = 0;
  srcD = 0;
  dstA = 0;
  dstB = 0;
  dstC = 0;
  dstD = 0;
  /** TTL or hop limit. */
  ttl = 0;
  /** IPv4 identification, -1 where there is none (IPv6 without a fragment header). */
  ipId = -1;
  /** The two ECN bits of the IP header (RFC 3168): 3 is CE. */
  ecn = 0;
  /** Link-layer identity (MACs, VLAN tags, interface) folded into an int32: differs when the same packet was seen at two places. */
  linkHash = 0;
  /** Tunnels around this packet, folded into an int32; 0 for none. */
  tunnel = 0;

  /** The number of its 4-tuple, and whether the low end of that sends it (tcp/entries); -1 where nobody has looked yet. */
  tuple = -1;
  fromLow = false;

  // TCP header (RFC 9293 3.1), in its order.
  srcPort = 0;
  dstPort = 0;
  seq = 0;
  ack = 0;
  /** FIN .. AE bits as above. */
  flags = 0;
  /** As in the header, unscaled. */
  window = 0;
  checksum = 0;
  urgent = 0;
  /** Data offset in bytes. */
  headerLength = 20;

  // Options. Absent: mss 0, windowScale -1, others false, 0.
  mss = 0;
  windowScale = -1;
  sackPermitted = false;
  hasTimestamps = false;
  tsVal = 0;
  tsEcr = 0;
  /** Number of SACK blocks (RFC 2018); edges in `sack` as left, right, left, right... */
  sackCount = 0;
  readonly sack: Int32Array = new Int32Array(8);
  /** Length of the Fast Open cookie (RFC 7413): -1 no option, 0 a request. */
  tfoCookie = -1;
  /** An MPTCP option is there (RFC 8684). */
  mptcp = false;
  /** Where it is: the subtypes (RFC 8684 3) as bits, MP_CAPABLE only with a key. */
  mptcpKinds = 0;

  /** Payload bytes on the wire. */
  length = 0;
  /** Where the payload begins in `bytes`, and how much of it the capture holds. Borrowed from the frame. */
  bytes: Uint8Array = new Uint8Array(0);
  payloadStart = 0;
  payloadCaptured = 0;
  /** Where the TCP header begins in `bytes`. */
  headerStart = 0;
  /** Header and payload on the wire; known only where the data offset is impossible. */
  undivided = 0;

  /** Bits from the troubles above. */
  troubles = 0;
}

/** Sequence numbers that a segment occupies: payload, and one each for SYN and FIN (RFC 9293 3.4). */
export function segmentSpan(segment: Segment): number {
  const flags = segment.flags;
  return segment.length + ((flags >> 1) & 1) + (flags & 1);
}
