import { LINK, OTHER_PROTOCOL, WLAN, WLAN_PADDED } from '../keys.ts';
import type { Walk } from '../walk.ts';

/** What drivers put before a frame that they heard: radiotap, Prism, AVS, PPI. */

const RADIOTAP_MORE_PRESENT = 0x80000000 | 0;
const RADIOTAP_TIMER = 0x01;
const RADIOTAP_FLAGS = 0x02;
const DATA_PAD = 0x20;

const AVS_MAGIC = 0x80211000 | 0;
const PRISM_HEADER = 144;

/** radiotap.org: version, length, bitmaps of the fields present, fields. */
export function radiotap(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const { view, at } = walk;
  const length = view.getUint16(at + 2, true);
  if (walk.u8(0) !== 0 || length < 8) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  const present = view.getInt32(at + 4, true);
  let field = 8;
  for (let more = present; more & RADIOTAP_MORE_PRESENT && field + 4 <= length; field += 4) {
    more = view.getInt32(at + field, true);
  }
  if (present & RADIOTAP_TIMER) field = ((field + 7) & ~7) + 8;
  const flags = present & RADIOTAP_FLAGS && field < length ? walk.u8(field) : 0;
  walk.at += length;
  return flags & DATA_PAD ? WLAN_PADDED : WLAN;
}

/** Prism monitoring header, or AVS in its place, or none. */
export function prism(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  if ((walk.i32(0) & ~0xf) === AVS_MAGIC) return avs(walk);
  // In the byte order of the machine that captured; its length is always the same.
  const length = walk.view.getInt32(walk.at + 4, walk.i32(4) !== PRISM_HEADER);
  if (length !== PRISM_HEADER) return WLAN;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return WLAN;
}

/** AVS capture header: magic with version, length. */
export function avs(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const length = walk.i32(4);
  if ((walk.i32(0) & ~0xf) !== AVS_MAGIC || length < 8) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return WLAN;
}

/** Per-packet information: version, flags, length, link type of what follows. */
export function perPacketInformation(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const { view, at } = walk;
  const length = view.getUint16(at + 2, true);
  const linkType = view.getUint32(at + 4, true);
  if (walk.u8(0) !== 0 || length < 8 || linkType > 0xffff) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return LINK + linkType;
}
