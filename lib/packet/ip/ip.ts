import { ETHERTYPE, IP_PROTOCOL, MALFORMED, OTHER_PROTOCOL } from '../keys.ts';
import { LENGTH_FROM_FRAME } from '../segment.ts';
import type { Walk } from '../walk.ts';

const MORE_FRAGMENTS = 0x2000;
const FRAGMENT_OFFSET = 0x1fff;

/** IPv4 or IPv6, told by the version nibble: links that carry nothing else. */
export function anyIp(walk: Walk): number {
  if (!walk.has(1)) return walk.missing();
  const version = walk.u8(0) >> 4;
  return version === 4 ? ETHERTYPE + 0x0800 : version === 6 ? ETHERTYPE + 0x86dd : OTHER_PROTOCOL;
}

/** RFC 791 3.1. */
export function ipv4(walk: Walk): number {
  if (!walk.has(20)) return walk.missing();
  const { at, segment, view } = walk;
  const word = view.getInt32(at);
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
