import { ANY_PPP, ETHERTYPE, IPV4, IPV6, LINK, OTHER_PROTOCOL } from '../keys.ts';
import type { Walk } from '../walk.ts';
import { LEAST_ETHERTYPE } from './ethernet.ts';

/** What an address family carries: AF_INET is 2 everywhere, AF_INET6 differs by system. */
const BY_FAMILY: ReadonlyMap<number, number> = new Map([
  [2, IPV4],
  [10, IPV6], // Linux
  [24, IPV6], // NetBSD, OpenBSD
  [26, IPV6], // Solaris
  [28, IPV6], // FreeBSD
  [30, IPV6], // macOS
]);

/** A number in the byte order of some machine: a small one in one order is a large one in the other. */
function eitherOrder(word: number): number {
  return word >>> 16 === 0 ? word : (word >>> 24) | ((word >>> 8) & 0xff00);
}

function family(number: number): number {
  return BY_FAMILY.get(number) ?? OTHER_PROTOCOL;
}

/** BSD loopback (LINKTYPE_NULL, LINKTYPE_LOOP): an address family, or from some systems an ethertype, or PPP. */
export function loopback(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  if (walk.u16(0) === 0xff03) return ANY_PPP;
  const number = familyAndLength(walk.view.getInt32(walk.at, true)) ?? eitherOrder(walk.i32(0));
  walk.at += 4;
  return number >= LEAST_ETHERTYPE ? ETHERTYPE + number : family(number);
}

/** Larger than the families of those who did so. */
const MOST_SHORT_FAMILY = 5;

/** IRIX and BSD/OS had 16 bits of each, in the byte order of the machine; null where it can't be that. `word`: little-endian. */
function familyAndLength(word: number): number | null {
  const high = word >>> 16;
  if (high > 0) return high <= MOST_SHORT_FAMILY ? high : null;
  return (word & 0xff) === 0 && word >>> 8 <= MOST_SHORT_FAMILY ? word >>> 8 : null;
}

/** OpenBSD's enc interface (LINKTYPE_ENC): family, security parameter index, flags; what IPsec held, in the clear. */
export function enc(walk: Walk): number {
  if (!walk.has(12)) return walk.missing();
  const number = eitherOrder(walk.i32(0));
  walk.link(walk.i32(4));
  walk.at += 12;
  return family(number);
}

/** The packet filter's log (LINKTYPE_PFLOG): length, family, and more, up to a multiple of four. */
export function packetFilterLog(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  const length = (walk.u8(0) + 3) & ~3;
  const number = walk.u8(1);
  if (length < 4) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return family(number);
}

/** Solaris (LINKTYPE_IPNET): version, family, hook, length, interfaces, zones. */
export function ipnet(walk: Walk): number {
  if (!walk.has(24)) return walk.missing();
  const number = walk.u8(1);
  walk.link(walk.i32(8));
  walk.at += 24;
  return family(number);
}

const NFLOG_PAYLOAD = 9;

/** Linux netfilter log (LINKTYPE_NFLOG): family, version, then type-length-value in the machine's byte order. */
export function netfilterLog(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  const number = walk.u8(0);
  walk.at += 4;
  const littleEndian = isNetfilterLog(walk, true);
  while (walk.has(4)) {
    const length = walk.view.getUint16(walk.at, littleEndian);
    const type = walk.view.getUint16(walk.at + 2, littleEndian) & 0x7fff;
    if (length < 4) return OTHER_PROTOCOL;
    if (type === NFLOG_PAYLOAD) {
      walk.at += 4;
      walk.limit(length - 4);
      return family(number);
    }
    walk.at += (length + 3) & ~3;
  }
  return walk.missing();
}

/** The values fit one into another in this byte order. */
function isNetfilterLog(walk: Walk, littleEndian: boolean): boolean {
  let at = walk.at;
  while (walk.end - at >= 4) {
    const length = walk.view.getUint16(at, littleEndian);
    if (length < 4 || length > walk.wireEnd - at) return false;
    at += (length + 3) & ~3;
  }
  return true;
}

const PKTAP_HEADER = 108;

/** macOS (LINKTYPE_PKTAP): length, type of record, link type of what follows, interface, process... */
export function packetTap(walk: Walk): number {
  if (!walk.has(PKTAP_HEADER)) return walk.missing();
  const { view, at } = walk;
  const length = view.getUint32(at, true);
  const linkType = view.getUint32(at + 8, true);
  if (length < PKTAP_HEADER || linkType > 0xffff) return OTHER_PROTOCOL;
  // The interface's name.
  for (let i = 12; i < 36; i += 4) walk.link(walk.i32(i));
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return LINK + linkType;
}

/** Serial line IP (LINKTYPE_SLIP): direction, then a type of compression, 16 bytes in all. */
export function slip(walk: Walk): number {
  if (!walk.has(17)) return walk.missing();
  walk.at += 16;
  const version = walk.u8(0) >>> 4;
  return version === 4 ? IPV4 : version === 6 ? IPV6 : OTHER_PROTOCOL;
}
