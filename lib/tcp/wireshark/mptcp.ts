import type { Segment } from '../../packet/segment.ts';
import type { Side } from './side.ts';

// Bits of `Side.mptcp`. KINDS: subtypes of MPTCP options seen in the stream, kept by both sides; above them those
// that had been seen when the side's latest segment was labelled.
const KINDS = 0xff;
const LABELLED_AT = 8;

const HEADER_LEAST = 20;
const END = 0;
const NO_OPERATION = 1;
const MPTCP = 30;

// Subtypes and lengths (RFC 8684 3).
const MP_CAPABLE = 0;
const MP_JOIN = 1;
const DSS = 2;
const MP_FASTCLOSE = 7;
/** MP_CAPABLE with a key. */
const CAPABLE_LENGTHS: readonly number[] = [12, 20, 22, 24];

/**
 * An acknowledgment that repeats the one before is no duplicate to Wireshark if an MPTCP option of a kind that the
 * connection had not shown before has passed meanwhile (RFC 8684 3.3.3 lets it be sent for that). Wireshark looks at all
 * subflows together; here each stands for itself, and where one joins, keys and mappings are taken for seen.
 */
export function isSignal({ mptcp }: Side): boolean {
  return (mptcp & KINDS) !== ((mptcp >> LABELLED_AT) & KINDS);
}

/** The side's segment has been labelled; its own options come after that. */
export function rememberMptcp(own: Side, peer: Side, segment: Segment): void {
  own.mptcp = (own.mptcp & KINDS) | ((own.mptcp & KINDS) << LABELLED_AT);
  if (!segment.mptcp) return;
  const kinds = kindsOf(segment);
  own.mptcp |= kinds;
  peer.mptcp |= kinds;
}

function kindsOf({ bytes, headerStart, headerLength }: Segment): number {
  const end = Math.min(headerStart + headerLength, bytes.length);
  let kinds = 0;
  let at = headerStart + HEADER_LEAST;
  while (at + 2 < end && bytes[at] !== END) {
    if (bytes[at] === NO_OPERATION) {
      at++;
      continue;
    }
    const length = bytes[at + 1]!;
    if (length < 2 || at + length > end) break;
    if (bytes[at] === MPTCP) kinds |= kindOf(bytes[at + 2]! >>> 4, length);
    at += length;
  }
  return kinds;
}

/** The bit of an option's kind, 0 for one that Wireshark doesn't count. */
function kindOf(subtype: number, length: number): number {
  if (subtype > MP_FASTCLOSE) return 0;
  if (subtype === MP_CAPABLE && !CAPABLE_LENGTHS.includes(length)) return 0;
  return subtype === MP_JOIN ? (1 << MP_CAPABLE) | (1 << MP_JOIN) | (1 << DSS) : 1 << subtype;
}
