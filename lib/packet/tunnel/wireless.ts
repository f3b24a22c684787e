import { ENCRYPTED, ETHERNET, OTHER_PROTOCOL, WLAN_SWAPPED } from '../keys.ts';
import type { Layer, Walk } from '../walk.ts';
import { CAPWAP, LWAPP } from './kinds.ts';

/** Tunnels between access points and their controllers. */

const HEADER = 0;
const NATIVE = 0x100;
const FRAGMENT = 0x080;
const LAST = 0x040;
const KEEP_ALIVE = 0x008;

/** CAPWAP data (RFC 5415 4.3): version and type, then header length, binding, flags, fragment. */
export function capwap(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const word = walk.i32(0);
  if (word >>> 24 !== HEADER) return word >>> 24 === 1 ? ENCRYPTED : OTHER_PROTOCOL;
  const length = ((word >>> 19) & 0x1f) << 2;
  if (length < 8 || (word & KEEP_ALIVE) !== 0) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  const next = (word & NATIVE) !== 0 ? WLAN_SWAPPED : ETHERNET;
  const fragment = walk.i32(4);
  walk.enterOverIp(CAPWAP, 0);
  walk.at += length;
  if ((word & FRAGMENT) === 0) return next;
  const size = walk.wireEnd - walk.at;
  return walk.fragments.add(walk, fragment >>> 16, next, ((fragment >>> 3) & 0x1fff) << 3, size, (word & LAST) === 0);
}

/** LWAPP data (RFC 5412 3.3): flags, fragment, length, status; then 802.11. */
function lwapp(enter: (walk: Walk) => void): Layer {
  return (walk) => {
    if (!walk.has(6)) return walk.missing();
    // Version 0, no control message, no fragment.
    if ((walk.u8(0) & 0xc6) !== 0) return OTHER_PROTOCOL;
    const length = walk.u16(2);
    enter(walk);
    walk.at += 6;
    walk.limit(length);
    return WLAN_SWAPPED;
  };
}

export const lwappOverUdp: Layer = lwapp((walk) => walk.enterOverIp(LWAPP, 0));
export const lwappOverEthernet: Layer = lwapp((walk) => walk.enter(LWAPP, 0));
