import { ETHERNET, ETHERTYPE, IP_FRAGMENT, IPV4, IPV6, LLC, OTHER_PROTOCOL } from '../keys.ts';
import type { Walk } from '../walk.ts';
import { linkAddresses } from './ethernet.ts';
import { llcOrIp } from './llc.ts';

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

const SUN_ATM_LAN_EMULATION = 1;
/** Interim local management, and signalling. All other kinds, also those that the card did not know, are LLC or IP. */
const SUN_ATM_CONTROL: ReadonlySet<number> = new Set([5, 6]);

/** SunATM: kind of traffic, virtual path and channel. */
export function sunAtm(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  const kind = walk.u8(0) & 0x0f;
  walk.link(walk.i32(0) & 0xffffff);
  walk.at += 4;
  if (SUN_ATM_CONTROL.has(kind)) return OTHER_PROTOCOL;
  if (kind !== SUN_ATM_LAN_EMULATION) return llcOrIp(walk);
  if (!walk.has(2)) return walk.missing();
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

const DOCSIS_PACKET = 0;
const DOCSIS_ISOLATED_PACKET = 2;

/** DOCSIS: frame control, parameter, length, extended header, check sequence; then Ethernet. */
export function docsis(walk: Walk): number {
  if (!walk.has(6)) return walk.missing();
  const control = walk.u8(0);
  if (control >>> 6 !== DOCSIS_PACKET && control >>> 6 !== DOCSIS_ISOLATED_PACKET) return OTHER_PROTOCOL;
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

const AX25_ADDRESS = 7;
/** Both ends, and at most eight repeaters between them. */
const MOST_AX25_ADDRESSES = 10;
const AX25_UNNUMBERED_INFORMATION = 0x03;
const AX25_IP = 0xcc;

/** AX.25 version 2.2 3: addresses, of which a bit ends the last, control, protocol. */
export function ax25(walk: Walk): number {
  let length = 0;
  do {
    length += AX25_ADDRESS;
    if (length > MOST_AX25_ADDRESSES * AX25_ADDRESS) return OTHER_PROTOCOL;
    if (!walk.has(length + 2)) return walk.missing();
  } while ((walk.u8(length - 1) & 1) === 0);
  for (let i = 0; i < 2 * AX25_ADDRESS; i += 2) walk.link(walk.u16(i));
  const control = walk.u8(length);
  const protocol = walk.u8(length + 1);
  walk.at += length + 2;
  // Numbered information has an even control field.
  const isInformation = control === AX25_UNNUMBERED_INFORMATION || (control & 1) === 0;
  return isInformation && protocol === AX25_IP ? IPV4 : OTHER_PROTOCOL;
}

const FIBRE_CHANNEL_HEADER = 24;
const FIBRE_CHANNEL_LLC = 5;
// Bits of DF_CTL: the optional headers that follow, and their lengths.
const FIBRE_CHANNEL_OPTIONS = [
  { bits: 0x40, length: 8 },
  { bits: 0x20, length: 16 },
  { bits: 0x10, length: 32 },
] as const;

/** Fibre Channel (RFC 4338 4): routing, addresses, type, optional headers. */
export function fibreChannel(walk: Walk): number {
  if (!walk.has(FIBRE_CHANNEL_HEADER)) return walk.missing();
  const isDeviceData = walk.u8(0) >>> 4 === 0;
  if (!isDeviceData || walk.u8(8) !== FIBRE_CHANNEL_LLC) return OTHER_PROTOCOL;
  walk.link(walk.i32(0));
  walk.link(walk.i32(4));
  const options = walk.u8(13);
  let length = FIBRE_CHANNEL_HEADER;
  for (const option of FIBRE_CHANNEL_OPTIONS) if (options & option.bits) length += option.length;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return LLC;
}
