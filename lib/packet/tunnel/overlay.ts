import { ANY_IP, ETHERNET, ETHERTYPE, IPV4, IPV6, MPLS_LABELS, OTHER_PROTOCOL } from '../keys.ts';
import type { Walk } from '../walk.ts';
import { GENEVE, LISP, NSH, VXLAN } from './kinds.ts';

/** Overlays of data centres: a network's identity, then a frame or packet. */

const NSH_TYPE = ETHERTYPE + 0x894f;

/** What follows VXLAN-GPE and NSH (RFC 8300 2.2). */
const NEXT_PROTOCOL: ReadonlyMap<number, number> = new Map([
  [1, IPV4],
  [2, IPV6],
  [3, ETHERNET],
  [4, NSH_TYPE],
  [5, MPLS_LABELS],
]);

const NEXT_PROTOCOL_VALID = 0x04;

/** RFC 7348 5. */
export function vxlan(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  walk.enterOverIp(VXLAN, walk.i32(4) >>> 8);
  walk.at += 8;
  return ETHERNET;
}

/** The flag that the network's identity is valid; all else is reserved, and zero (RFC 7348 5). */
const VXLAN_FLAGS = 0x08000000;
const ETHERNET_BYTES = 14;
/** IPv4, ARP, VLAN tags, IPv6. */
const USUAL_TYPES: ReadonlySet<number> = new Set([0x0800, 0x0806, 0x8100, 0x88a8, 0x86dd]);

/** VXLAN at a port that is not VXLAN's by right (Linux's 8472): what follows the header to the letter, and holds a frame. */
export function vxlanIfExact(walk: Walk): number {
  if (!walk.has(8 + ETHERNET_BYTES)) return walk.missing();
  const exact = walk.i32(0) === VXLAN_FLAGS && walk.u8(7) === 0 && USUAL_TYPES.has(walk.u16(8 + 12));
  return exact ? vxlan(walk) : OTHER_PROTOCOL;
}

/** VXLAN with a next protocol. */
export function vxlanGpe(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const flags = walk.u8(0);
  const next = flags & NEXT_PROTOCOL_VALID ? NEXT_PROTOCOL.get(walk.u8(3)) : ETHERNET;
  if (next === undefined) return OTHER_PROTOCOL;
  walk.enterOverIp(VXLAN, walk.i32(4) >>> 8);
  walk.at += 8;
  return next;
}

/** RFC 8926 3.4. */
export function geneve(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const first = walk.u8(0);
  const length = 8 + ((first & 0x3f) << 2);
  const type = walk.u16(2);
  if (first >>> 6 !== 0) return OTHER_PROTOCOL;
  walk.enterOverIp(GENEVE, walk.i32(4) >>> 8);
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return ETHERTYPE + type;
}

/** Network service header (RFC 8300 2.2). */
export function nsh(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const length = (walk.u16(0) & 0x3f) << 2;
  const next = NEXT_PROTOCOL.get(walk.u8(3));
  if (length < 8 || next === undefined) return OTHER_PROTOCOL;
  walk.enter(NSH, walk.i32(4) >>> 8);
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return next;
}

/** RFC 9300 5.3. */
export function lisp(walk: Walk): number {
  if (!walk.has(9)) return walk.missing();
  const instance = walk.u8(0) & 0x08 ? walk.i32(4) >>> 8 : 0;
  walk.enterOverIp(LISP, instance);
  walk.at += 8;
  return ANY_IP;
}
