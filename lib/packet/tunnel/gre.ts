import { ANY_PPP, ASYNCHRONOUS_PPP, ETHERNET, ETHERTYPE, FRAME_RELAY, IPV4, OTHER_PROTOCOL, WLAN } from '../keys.ts';
import type { Layer, Walk } from '../walk.ts';
import { ERSPAN, GRE, PPTP, WCCP } from './kinds.ts';

const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGMENT = 0x0080;
const VERSION = 7;

const ERSPAN_I_II = 0x88be;
const ERSPAN_III = 0x22eb;

// Protocols that are no ethertypes, or other things under GRE than elsewhere.
const BY_PROTOCOL: ReadonlyMap<number, Layer> = new Map<number, Layer>([
  [0x6400, () => ETHERNET], // MikroTik EoIP
  [0x6558, () => ETHERNET], // transparent Ethernet bridging
  [0x6559, () => FRAME_RELAY],
  [0x880b, () => ANY_PPP],
  [0x8881, () => ASYNCHRONOUS_PPP], // CDMA2000
  [0x883e, wccp],
]);

/** Aruba mirrors 802.11 frames under many numbers. */
const ARUBA_FIRST = 0x8200;
const ARUBA_LAST = 0x8370;

/** Generic routing encapsulation (RFC 2784, RFC 2890, RFC 1701), and as PPTP has it (RFC 2637 4.1). */
export function gre(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  const flags = walk.u16(0);
  const protocol = walk.u16(2);
  const version = flags & VERSION;
  if (version > 1) return OTHER_PROTOCOL;
  let length = 4;
  if (version === 0 && (flags & (CHECKSUM | ROUTING)) !== 0) length += 4;
  const keyAt = length;
  if ((flags & KEY) !== 0) length += 4;
  if ((flags & SEQUENCE) !== 0) length += 4;
  if (version === 1 && (flags & ACKNOWLEDGMENT) !== 0) length += 4;
  if (!walk.has(length)) return walk.missing();
  const key = (flags & KEY) !== 0 ? walk.i32(keyAt) : 0;
  walk.at += length;
  if (version === 0 && (flags & ROUTING) !== 0) {
    const stop = skipRoutes(walk);
    if (stop < 0) return stop;
  }

  if (protocol === ERSPAN_I_II && (flags & SEQUENCE) === 0) return firstMirrored(walk);
  if (protocol === ERSPAN_I_II || protocol === ERSPAN_III) return mirrored(walk);
  // PPTP's key is the payload's length and a call.
  if (version === 1) walk.enterOverIp(PPTP, key & 0xffff);
  else walk.enterOverIp(GRE, key);
  const layer = BY_PROTOCOL.get(protocol);
  if (layer !== undefined) return layer(walk);
  if (protocol >= ARUBA_FIRST && protocol <= ARUBA_LAST) return WLAN;
  return ETHERTYPE + protocol;
}

/** Source routes (RFC 1701): family, offset, length, until an empty one. */
function skipRoutes(walk: Walk): number {
  for (;;) {
    if (!walk.has(4)) return walk.missing();
    const length = walk.u8(3);
    const last = walk.u16(0) === 0 && length === 0;
    walk.at += 4;
    if (last) return 0;
    if (!walk.has(length)) return walk.missing();
    walk.at += length;
  }
}

/** ERSPAN type I has no header. */
function firstMirrored(walk: Walk): number {
  walk.enterOverIp(ERSPAN, 0);
  return ETHERNET;
}

/** Length of ERSPAN's header by its version: types II and III. */
const ERSPAN_LENGTHS: ReadonlyMap<number, number> = new Map([
  [1, 8],
  [2, 12],
]);

/** ERSPAN: version, VLAN, session; in the longer header a bit says that 8 more bytes follow. */
function mirrored(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const length = ERSPAN_LENGTHS.get(walk.u8(0) >>> 4);
  if (length === undefined) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  walk.enterOverIp(ERSPAN, walk.u16(2) & 0x3ff);
  const more = length === 12 && walk.u8(11) & 1 ? 8 : 0;
  if (!walk.has(length + more)) return walk.missing();
  walk.at += length + more;
  return ETHERNET;
}

/** A redirected packet, in version 2 after a header of 4 bytes. */
function wccp(walk: Walk): number {
  if (!walk.has(1)) return walk.missing();
  walk.enterOverIp(WCCP, 0);
  const first = walk.u8(0);
  if (first >>> 4 !== 4 || (first & 0xf) < 5) {
    if (!walk.has(4)) return walk.missing();
    walk.at += 4;
  }
  return IPV4;
}
