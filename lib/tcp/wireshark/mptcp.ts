import type { Segment } from '../../packet/segment.ts';
import type { Side } from './side.ts';

// Bits of `Side.mptcp`. KINDS: subtypes of MPTCP options seen in the stream, kept by both sides; above them those
// that had been seen when the side's latest segment was labelled.
const KINDS = 0xff;
const LABELLED_AT = 8;

// Subtypes (RFC 8684 3). Wireshark counts none above the last.
const MP_CAPABLE = 1 << 0;
const MP_JOIN = 1 << 1;
const DSS = 1 << 2;
const MP_FASTCLOSE = 1 << 7;
const COUNTED = 2 * MP_FASTCLOSE - 1;

/**
 * An acknowledgment that repeats the one before is no duplicate to Wireshark if an MPTCP option of a kind that the
 * connection had not shown before has passed meanwhile (RFC 8684 3.3.3 lets it be sent for that). Wireshark looks at all
 * subflows together; here each stands for itself, and where one joins, keys and mappings are taken for seen.
 */
export function isSignal({ mptcp }: Side): boolean {
  return (mptcp & KINDS) !== ((mptcp >> LABELLED_AT) & KINDS);
}

/** The side's segment has been labelled; its own options come after that. */
export function rememberMptcp(own: Side, peer: Side, { mptcp, mptcpKinds }: Segment): void {
  own.mptcp = (own.mptcp & KINDS) | ((own.mptcp & KINDS) << LABELLED_AT);
  if (!mptcp) return;
  const kinds = (mptcpKinds & COUNTED) | ((mptcpKinds & MP_JOIN) !== 0 ? MP_CAPABLE | DSS : 0);
  own.mptcp |= kinds;
  peer.mptcp |= kinds;
}
