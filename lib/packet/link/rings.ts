import { ANY_IP, ETHERNET, ETHERTYPE, IP_FRAGMENT, IPV4, IPV6, LLC, OTHER_PROTOCOL } from '../keys.ts';
import type { Walk } from '../walk.ts';
import { linkAddresses } from './ethernet.ts';

/** Links of other days, and of other places than offices. */

/** IEEE 802.5: access and frame control, addresses, a route if the source says so. */
export function tokenRing(walk: Walk): number {
  if (!walk.has(14)) return walk.missing();
  if ((walk.u8(1) & 0xc0) !== 0x40) return OTHER_PROTOCOL;
  const routed = (walk.u8(8) & 0x80) !== 0;
  walk.at += 2;
  linkAddresses(walk);
  walk.at += 12;
  if (!routed) return LLC;
  if (!walk.has(2)) return walk.missing();
  const route = walk.u8(0) & 0x1f;
  if (!walk.has(route)) return walk.missing();
  walk.at += route;
  return LLC;
}

/** FDDI: frame control, addresses. */
export function fddi(walk: Walk): number {
  if (!walk.has(13)) return walk.missing();
  if ((walk.u8(0) & 0xf0) !== 0x50) return OTHER_PROTOCOL;
  walk.at += 1;
  linkAddresses(walk);
  walk.at += 12;
  return LLC;
}

const ARCNET_EXCEPTION = 0xff;

// Protocols of ARCNET: those of RFC 1051 follow at once, those of RFC 1201 after a flag and a sequence number.
const ARCNET_OLD_IP = 0xf0;
const ARCNET_BY_PROTOCOL: ReadonlyMap<number, number> = new Map([
  [ARCNET_OLD_IP, IPV4],
  [0xd4, IPV4],
  [0xc4, IPV6],
]);

/** ARCNET as BSD captures it: source, destination, protocol. */
export function arcnet(walk: Walk): number {
  return arcnetAfter(walk, 2);
}

/** ARCNET as Linux captures it: source, destination, offset (2 bytes), protocol. */
export function linuxArcnet(walk: Walk): number {
  return arcnetAfter(walk, 4);
}

function arcnetAfter(walk: Walk, length: number): number {
  if (!walk.has(length + 4)) return walk.missing();
  walk.link(walk.u16(0));
  const protocol = walk.u8(length);
  const next = ARCNET_BY_PROTOCOL.get(protocol);
  if (next === undefined) return OTHER_PROTOCOL;
  walk.at += length + 1;
  if (protocol === ARCNET_OLD_IP) return next;
  // The first fragment is odd, those that follow even (RFC 1201 2.1).
  if (walk.u8(0) === ARCNET_EXCEPTION) walk.at += 4;
  if (!walk.has(3)) return walk.missing();
  const split = walk.u8(0);
  walk.at += 3;
  return split === 0 || (split & 1) === 1 ? next : IP_FRAGMENT;
}

/** IP over Infiniband (LINKTYPE_IPOIB): global route header, type (RFC 4391 6). */
export function infiniband(walk: Walk): number {
  if (!walk.has(44)) return walk.missing();
  const type = walk.u16(40);
  for (let i = 20; i < 40; i += 4) walk.link(walk.i32(i));
  walk.at += 44;
  return ETHERTYPE + type;
}

/** SunATM: kind of traffic, virtual path and channel. */
export function sunAtm(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  const kind = walk.u8(0) & 0x0f;
  walk.link(walk.i32(0) & 0xffffff);
  walk.at += 4;
  if (kind === 2) return LLC;
  if (kind !== 1 || !walk.has(2)) return OTHER_PROTOCOL;
  walk.at += 2;
  return ETHERNET;
}

/** IP over IEEE 1394 as macOS captures it: two addresses of 8 bytes, ethertype. */
export function firewire(walk: Walk): number {
  if (!walk.has(18)) return walk.missing();
  for (let i = 0; i < 16; i += 4) walk.link(walk.i32(i));
  walk.at += 18;
  return ETHERTYPE + walk.u16(-2);
}

/** DOCSIS: frame control, parameter, length, extended header, check sequence; then Ethernet. */
export function docsis(walk: Walk): number {
  if (!walk.has(6)) return walk.missing();
  const control = walk.u8(0);
  if (control >>> 6 !== 0) return OTHER_PROTOCOL;
  const length = 6 + (control & 1 ? walk.u8(1) : 0);
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return ETHERNET;
}

// Where Symantec's firewall keeps the ethertype in its two headers, and how long they are.
const SYMANTEC_V2 = { type: 6, length: 44 };
const SYMANTEC_V3 = { type: 10, length: 56 };

/** Symantec Enterprise Firewall: of two places for the ethertype, the one not used is zero. */
export function symantec(walk: Walk): number {
  if (!walk.has(12)) return walk.missing();
  const { type, length } = walk.u16(SYMANTEC_V2.type) === 0 ? SYMANTEC_V3 : SYMANTEC_V2;
  const next = walk.u16(type);
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return ETHERTYPE + next;
}

// Types of Endace records.
const ERF_ETHERNET = 2;
const ERF_ETHERNET_COLOURED = 11;
const ERF_IPV4 = 22;
const ERF_IPV6 = 23;

/** Endace ERF: 16 bytes, extension headers of 8, then by type. */
export function endace(walk: Walk): number {
  if (!walk.has(16)) return walk.missing();
  const type = walk.u8(8);
  walk.at += 16;
  for (let more = (type & 0x80) !== 0; more; ) {
    if (!walk.has(8)) return walk.missing();
    more = (walk.u8(0) & 0x80) !== 0;
    walk.at += 8;
  }
  switch (type & 0x7f) {
    case ERF_ETHERNET:
    case ERF_ETHERNET_COLOURED:
      if (!walk.has(2)) return walk.missing();
      walk.at += 2;
      return ETHERNET;
    case ERF_IPV4:
    case ERF_IPV6:
      return ANY_IP;
    default:
      return OTHER_PROTOCOL;
  }
}
