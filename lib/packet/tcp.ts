import { BAD_DATA_OFFSET, BAD_OPTION, CUT_SHORT, HEADER_CUT, type Segment } from './segment.ts';

/** Of the 20 bytes of header, those without which a segment says nothing: ports, numbers, flags and window. */
export const TCP_LEAST = 16;

const NOP_NOP_TIMESTAMPS = 0x0101080a;

// Option kinds: iana.org/assignments/tcp-parameters.
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;
const TIMESTAMPS = 8;
const MPTCP = 30;
/** Lengths of MP_CAPABLE, subtype 0, with a key (RFC 8684 3.1). */
const KEYED: readonly number[] = [12, 20, 22, 24];
const FAST_OPEN = 34;
const EXPERIMENT = 254;
/** Fast Open before it had a number of its own (RFC 7413 4.1.1). */
const FAST_OPEN_EXPERIMENT = 0xf989;

/**
 * The TCP header at `at` (RFC 9293 3.1), of which the capture holds at least `TCP_LEAST` bytes. `end` is where the
 * capture ends, `wireEnd` where the datagram did. Network layer and troubles so far must be filled in already.
 */
export function decodeTcp(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
  troubles: number,
  segment: Segment,
): void {
  const ports = view.getInt32(at);
  segment.srcPort = ports >>> 16;
  segment.dstPort = ports & 0xffff;
  segment.seq = view.getInt32(at + 4);
  segment.ack = view.getInt32(at + 8);
  const word = view.getInt32(at + 12);
  const headerLength = (word >>> 28) << 2;
  segment.headerLength = headerLength;
  segment.flags = (word >>> 16) & 0x1ff;
  segment.window = word & 0xffff;

  // Whatever an old object is given that is young is written down for the collector: once for each chunk is enough.
  if (segment.bytes !== bytes) segment.bytes = bytes;
  segment.headerStart = at;
  segment.mss = 0;
  segment.windowScale = -1;
  segment.sackPermitted = false;
  segment.hasTimestamps = false;
  segment.tsVal = 0;
  segment.tsEcr = 0;
  segment.sackCount = 0;
  segment.tfoCookie = -1;
  segment.mptcp = false;

  if (end < wireEnd) troubles |= CUT_SHORT;
  const held = end - at;
  if (held >= 20) {
    const checks = view.getInt32(at + 16);
    segment.checksum = checks >>> 16;
    segment.urgent = checks & 0xffff;
  } else {
    segment.checksum = 0;
    segment.urgent = 0;
  }

  const payloadStart = at + headerLength;
  if (headerLength < 20 || payloadStart > wireEnd) {
    segment.length = 0;
    segment.undivided = wireEnd - at;
    segment.payloadStart = Math.min(at + 20, end);
    segment.payloadCaptured = 0;
    segment.troubles = troubles | BAD_DATA_OFFSET | (held < 20 ? HEADER_CUT : 0);
    return;
  }
  segment.length = wireEnd - payloadStart;
  if (payloadStart <= end) {
    segment.payloadStart = payloadStart;
    segment.payloadCaptured = end - payloadStart;
  } else {
    segment.payloadStart = end;
    segment.payloadCaptured = 0;
    troubles |= HEADER_CUT;
  }
  segment.troubles = troubles;

  if (headerLength === 20) return;
  // Most segments have these options and no others; SACK follows them.
  let optionsAt = at + 20;
  if (headerLength >= 32 && held >= 32 && view.getInt32(optionsAt) === NOP_NOP_TIMESTAMPS) {
    segment.hasTimestamps = true;
    segment.tsVal = view.getInt32(at + 24);
    segment.tsEcr = view.getInt32(at + 28);
    if (headerLength === 32) return;
    optionsAt = at + 32;
  }
  decodeOptions(bytes, view, optionsAt, Math.min(payloadStart, end), payloadStart, segment);
}

/** What an ICMP error quotes of a TCP header, at least its first 8 bytes: ports and sequence number (RFC 792). */
export function decodeQuote(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  wireEnd: number,
  troubles: number,
  segment: Segment,
): void {
  if (end - at >= TCP_LEAST) {
    decodeTcp(bytes, view, at, end, wireEnd, troubles, segment);
    return;
  }
  // Zeroes stand for what was not quoted: more than ports and numbers is of no use without the rest.
  const header = new Uint8Array(20);
  header.set(bytes.subarray(at, Math.min(end, at + 12)));
  header[12] = 0x50;
  decodeTcp(header, new DataView(header.buffer), 0, 20, 20, troubles, segment);
  segment.troubles |= HEADER_CUT;
  segment.bytes = bytes;
  segment.headerStart = at;
  segment.payloadStart = end;
}

/** Options from `at` to `headerEnd`, of which the capture holds those up to `end`. */
function decodeOptions(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  headerEnd: number,
  segment: Segment,
): void {
  while (at < end) {
    const kind = bytes[at]!;
    if (kind === END_OF_OPTIONS) return;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    if (at + 1 >= end) {
      if (at + 1 >= headerEnd) segment.troubles |= BAD_OPTION;
      return;
    }
    const length = bytes[at + 1]!;
    if (length < 2 || at + length > headerEnd) {
      segment.troubles |= BAD_OPTION;
      return;
    }
    if (at + length > end) return;
    if (!decodeOption(view, kind, at, length, segment)) segment.troubles |= BAD_OPTION;
    at += length;
  }
}

/** One option; false where its length can't be that of its kind. */
function decodeOption(view: DataView, kind: number, at: number, length: number, segment: Segment): boolean {
  switch (kind) {
    case MAXIMUM_SEGMENT_SIZE:
      if (length !== 4) return false;
      segment.mss = view.getUint16(at + 2);
      return true;
    case WINDOW_SCALE:
      if (length !== 3) return false;
      segment.windowScale = view.getUint8(at + 2);
      return true;
    case SACK_PERMITTED:
      if (length !== 2) return false;
      segment.sackPermitted = true;
      return true;
    case SACK: {
      const edges = (length - 2) >> 2;
      if (length < 10 || (length - 2) % 8 !== 0 || edges > segment.sack.length) return false;
      for (let i = 0; i < edges; i++) segment.sack[i] = view.getInt32(at + 2 + 4 * i);
      segment.sackCount = edges >> 1;
      return true;
    }
    case TIMESTAMPS:
      if (length !== 10) return false;
      segment.hasTimestamps = true;
      segment.tsVal = view.getInt32(at + 2);
      segment.tsEcr = view.getInt32(at + 6);
      return true;
    case MPTCP:
      if (length < 3) return false;
      if (!segment.mptcp) segment.mptcpKinds = 0;
      segment.mptcp = true;
      segment.mptcpKinds |= mptcpKind(view.getUint8(at + 2) >>> 4, length);
      return true;
    case FAST_OPEN:
      segment.tfoCookie = length - 2;
      return true;
    case EXPERIMENT:
      if (length >= 4 && view.getUint16(at + 2) === FAST_OPEN_EXPERIMENT) segment.tfoCookie = length - 4;
      return true;
    default:
      return true;
  }
}

/** The bit of an MPTCP option's subtype. */
function mptcpKind(subtype: number, length: number): number {
  return subtype === 0 && !KEYED.includes(length) ? 0 : 1 << subtype;
}
