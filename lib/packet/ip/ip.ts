import { ANY_PPP, ETHERTYPE, IP_PROTOCOL, IPV6, MALFORMED, OTHER_PROTOCOL } from '../keys.ts';
import { LENGTH_FROM_FRAME } from '../segment.ts';
import type { Walk } from '../walk.ts';

const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

/** Address and control of PPP in HDLC framing (RFC 1662 3.1), and where drivers of ISDN have it in what they call raw IP. */
const HDLC_PPP = 0xff03;
const HDLC_PPP_AT = [0, 1, 6];
/** Some put so many zeroes before IP instead. */
const ISDN_ZEROES = 10;

/** IPv4 or IPv6, told by the version nibble: links that carry nothing else, but for those of ISDN. */
export function anyIp(walk: Walk): number {
  if (!walk.has(1)) return walk.missing();
  const version = walk.u8(0) >> 4;
  if (version === 4) return ETHERTYPE + 0x0800;
  if (version === 6) return ETHERTYPE + 0x86dd;
  for (const at of HDLC_PPP_AT) {
    if (!walk.has(at + 2) || walk.u16(at) !== HDLC_PPP) continue;
    walk.at += at;
    return ANY_PPP;
  }
  for (let i = 0; i < ISDN_ZEROES; i++) if (!walk.has(i + 2) || walk.u8(i) !== 0) return OTHER_PROTOCOL;
  walk.at += ISDN_ZEROES;
  return ETHERTYPE + 0x0800;
}

/** RFC 791 3.1. The version is believed before whoever announced it: tunnels call IPv6 by IPv4's number. */
export function ipv4(walk: Walk): number {
  if (!walk.has(20)) return walk.missing();
  const { at, segment, view } = walk;
  const word = view.getInt32(at);
  if (word >>> 28 === 6) return IPV6;
  const headerLength = ((word >>> 24) & 0xf) << 2;
  const total = word & 0xffff;
  if (word >>> 28 !== 4 || headerLength < 20) return MALFORMED;
  walk.troubles &= ~LENGTH_FROM_FRAME;
  walk.datagramEnd = walk.wireEnd;
  if (total >= headerLength) limitDatagram(walk, total);
  else if (total === 0) walk.troubles |= LENGTH_FROM_FRAME;
  else return MALFORMED;
  if (!walk.has(headerLength)) return walk.missing();

  segment.ipVersion = 4;
  segment.ecn = (word >>> 16) & 3;
  segment.ipId = view.getUint16(at + 4);
  segment.ttl = view.getUint8(at + 8);
  segment.srcA = segment.srcB = segment.srcC = 0;
  segment.srcD = view.getInt32(at + 12);
  segment.dstA = segment.dstB = segment.dstC = 0;
  segment.dstD = headerLength === 20 ? view.getInt32(at + 16) : finalDestination(walk, headerLength);
  const protocol = view.getUint8(at + 9);
  const fragment = view.getUint16(at + 6) & (MORE_FRAGMENTS | FRAGMENT_OFFSET);
  walk.at = at + headerLength;
  if (fragment === 0) return IP_PROTOCOL + protocol;
  const offset = (fragment & FRAGMENT_OFFSET) << 3;
  return defragment(walk, segment.ipId, protocol, offset, (fragment & MORE_FRAGMENTS) !== 0);
}

const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;
const LOOSE_ROUTE = 131;
const STRICT_ROUTE = 137;

/** The last address of a source route that is not yet used up, or the one in the header (RFC 791 3.1). */
function finalDestination(walk: Walk, headerLength: number): number {
  for (let at = 20; at + 2 < headerLength; ) {
    const kind = walk.u8(at);
    if (kind === END_OF_OPTIONS) break;
    const length = kind === NO_OPERATION ? 1 : walk.u8(at + 1);
    if (length === 0 || at + length > headerLength) break;
    // The pointer counts from 1 and stands beyond the option when all is used.
    if ((kind === LOOSE_ROUTE || kind === STRICT_ROUTE) && length >= 7 && walk.u8(at + 2) <= length) {
      return walk.i32(at + length - 4);
    }
    at += length;
  }
  return walk.i32(16);
}

/** RFC 8200 3. */
export function ipv6(walk: Walk): number {
  if (!walk.has(40)) return walk.missing();
  const { at, segment, view } = walk;
  const word = view.getInt32(at);
  if (word >>> 28 !== 6) return MALFORMED;
  const payload = view.getUint16(at + 4);
  walk.troubles &= ~LENGTH_FROM_FRAME;
  walk.datagramEnd = walk.wireEnd;
  // Zero: a jumbogram, whose length is in its hop-by-hop options, or segmentation offload.
  if (payload === 0) walk.troubles |= LENGTH_FROM_FRAME;
  else limitDatagram(walk, 40 + payload);

  segment.ipVersion = 6;
  segment.ecn = (word >>> 20) & 3;
  segment.ipId = -1;
  segment.ttl = view.getUint8(at + 7);
  segment.srcA = view.getInt32(at + 8);
  segment.srcB = view.getInt32(at + 12);
  segment.srcC = view.getInt32(at + 16);
  segment.srcD = view.getInt32(at + 20);
  segment.dstA = view.getInt32(at + 24);
  segment.dstB = view.getInt32(at + 28);
  segment.dstC = view.getInt32(at + 32);
  segment.dstD = view.getInt32(at + 36);
  walk.at = at + 40;
  return IP_PROTOCOL + view.getUint8(at + 6);
}

/** Goes on in the whole datagram if this fragment, just entered, completes it. */
export function defragment(walk: Walk, id: number, protocol: number, offset: number, more: boolean): number {
  return walk.fragments.add(walk, id, IP_PROTOCOL + protocol, offset, walk.datagramEnd - walk.at, more);
}

/** What an ICMP error quotes is cut on purpose: there the datagram's own word tells how long it was. */
function limitDatagram(walk: Walk, length: number): void {
  walk.datagramEnd = walk.at + length;
  walk.limit(length);
  if (walk.inIcmp) walk.wireEnd = walk.at + length;
}
