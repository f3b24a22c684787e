import { ENCRYPTED, ETHERNET, ETHERTYPE, IPV4, OTHER_PROTOCOL } from '../keys.ts';
import { PBB } from '../tunnel/kinds.ts';
import type { Walk } from '../walk.ts';
import { typeOrLength } from './ethernet.ts';

/** Headers between Ethernet's addresses and what it carries, other than VLAN tags. Each ends with the next type. */

/** MACsec (IEEE 802.1AE 9.3) where it only authenticates. */
export function macsec(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const control = walk.u8(0);
  // Bits E and C: the data are encrypted, or changed.
  if (control & 0x0c) return ENCRYPTED;
  const tagLength = control & 0x20 ? 14 : 6;
  if (!walk.has(tagLength + 2)) return walk.missing();
  walk.at += tagLength;
  return typeOrLength(walk);
}

/** Provider backbone bridging (IEEE 802.1ah): service identifier, then a whole frame. */
export function backboneTag(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  walk.enter(PBB, walk.i32(0) & 0xffffff);
  walk.at += 4;
  return ETHERNET;
}

/** IEEE 802.1BR E-TAG: the extended port takes the place of a VLAN. */
export function extendedPort(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  walk.link(walk.i32(0));
  walk.at += 6;
  return typeOrLength(walk);
}

/** Cisco VN-Tag: virtual interfaces. */
export function virtualInterface(walk: Walk): number {
  if (!walk.has(6)) return walk.missing();
  walk.link(walk.i32(0));
  walk.at += 4;
  return typeOrLength(walk);
}

/** Cisco metadata (security group tags): version, length in words, options. */
export function ciscoMetadata(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  const length = 2 + walk.u8(1) * 4;
  if (!walk.has(length + 2)) return walk.missing();
  walk.at += length;
  return typeOrLength(walk);
}

/** Arista's time stamps of 48 or 64 bits. */
export function aristaTime(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  if (walk.u16(0) !== 1) return OTHER_PROTOCOL;
  const stamp = walk.u8(3) === 0x10 ? 8 : walk.u8(3) === 0x20 ? 6 : -1;
  if (stamp < 0) return OTHER_PROTOCOL;
  if (!walk.has(4 + stamp + 2)) return walk.missing();
  walk.at += 4 + stamp;
  return typeOrLength(walk);
}

/** Gigamon's: its own length, in that ports and times. */
export function gigamon(walk: Walk): number {
  if (!walk.has(1)) return walk.missing();
  const length = walk.u8(0);
  if (length === 0) return OTHER_PROTOCOL;
  if (!walk.has(length + 2)) return walk.missing();
  walk.at += length;
  return typeOrLength(walk);
}

/** TRILL (RFC 6325 3): options in words, two nicknames, then a whole frame. */
export function trill(walk: Walk): number {
  if (!walk.has(6)) return walk.missing();
  const length = 6 + ((walk.u16(0) >>> 6) & 0x1f) * 4;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return ETHERNET;
}

/** Cisco FabricPath: a tag whose lower bits are the time to live, then a whole frame. */
export function fabricPath(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  walk.at += 2;
  return ETHERNET;
}

// Packets of B.A.T.M.A.N. advanced that hold a frame, by compatibility version and type, and the length before it:
// broadcast, unicast, unicast with both addresses.
const BATMAN_HEADERS: ReadonlyMap<number, number> = new Map([
  [0x0b03, 9],
  [0x0e03, 10],
  [0x0e04, 14],
  [0x0e09, 18],
  [0x0f01, 14],
  [0x0f40, 10],
  [0x0f42, 18],
]);

export function batman(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  const length = BATMAN_HEADERS.get((walk.u8(1) << 8) | walk.u8(0));
  if (length === undefined) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return ETHERNET;
}

const RTNET_VERSION = 2;
const RTNET_TUNNEL = 1;

/** RTnet's media access: ethertype, version, flags, of which one says that it is a packet of others. */
export function rtNet(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  if (walk.u8(2) !== RTNET_VERSION || (walk.u8(3) & RTNET_TUNNEL) === 0) return OTHER_PROTOCOL;
  const type = walk.u16(0);
  walk.at += 4;
  return ETHERTYPE + type;
}

const ROOFNET_HEADER = 20;
const ROOFNET_LINK = 24;

/** Roofnet: type, number of links, length of data; the links, each with the address that the next begins with; then IP. */
export function roofnet(walk: Walk): number {
  if (!walk.has(ROOFNET_HEADER)) return walk.missing();
  if (walk.u16(10) === 0) return OTHER_PROTOCOL;
  const links = walk.u8(2);
  const length = ROOFNET_HEADER + links * (ROOFNET_LINK - 4) + 4;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return IPV4;
}
