import { AGGREGATED, ENCRYPTED, ETHERNET, ETHERTYPE, IPV4, IPV6, LINK_FRAGMENT, LLC, OTHER_PROTOCOL } from '../keys.ts';
import { looksLikeEthernet, looksLikeSnap } from '../tunnel/content.ts';
import type { Walk } from '../walk.ts';

/** IEEE 802.11-2020 9.2.4.1: the frame control field as its two bytes. */
const VERSION_AND_TYPE = 0x0f;
const DATA = 0x08;
const NO_DATA = 0x40;
const QOS = 0x80;

const TO_DS = 0x01;
const FROM_DS = 0x02;
const MORE_FRAGMENTS = 0x04;
const PROTECTED = 0x40;
const PLUS_HTC = 0x80;

const AGGREGATE = 0x80;
const MESH_CONTROL = 0x01;

export function wlan(walk: Walk): number {
  return walk.has(2) ? data(walk, walk.u8(0), walk.u8(1), 0) : walk.missing();
}

/** Some drivers fill the header up to words (radiotap's "data pad"). */
export function paddedWlan(walk: Walk): number {
  return walk.has(2) ? data(walk, walk.u8(0), walk.u8(1), 3) : walk.missing();
}

/** Cisco's controllers send the frame control with its bytes swapped, and forget to clear the fragment number. */
export function swappedWlan(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  return (walk.u8(0) & VERSION_AND_TYPE) !== DATA && (walk.u8(1) & VERSION_AND_TYPE) === DATA
    ? data(walk, walk.u8(1), walk.u8(0) & ~MORE_FRAGMENTS, 0, true)
    : wlan(walk);
}

/** Data frames hold LLC; all others, and what is encrypted, hold nothing for us. */
function data(walk: Walk, type: number, flags: number, padding: number, ignoreFragments = false): number {
  if ((type & VERSION_AND_TYPE) !== DATA || (type & NO_DATA) !== 0) return OTHER_PROTOCOL;
  let length = 24;
  if ((flags & TO_DS) !== 0 && (flags & FROM_DS) !== 0) length += 6;
  const qosAt = length;
  if ((type & QOS) !== 0) {
    length += 2;
    if ((flags & PLUS_HTC) !== 0) length += 4;
  }
  length = (length + padding) & ~padding;
  if (!walk.has(length)) return walk.missing();
  for (let i = 4; i + 4 <= 22; i += 4) walk.link(walk.i32(i));
  walk.link(walk.u16(20));
  if ((flags & PROTECTED) !== 0) return ENCRYPTED;
  const fragment = walk.u8(22) & 0x0f;
  if (!ignoreFragments && ((flags & MORE_FRAGMENTS) !== 0 || fragment !== 0)) return LINK_FRAGMENT;
  const aggregate = (type & QOS) !== 0 && (walk.u8(qosAt) & AGGREGATE) !== 0;
  const mesh = (type & QOS) !== 0 && (flags & FROM_DS) !== 0 && (walk.u8(qosAt + 1) & MESH_CONTROL) !== 0;
  walk.at += length;
  if (aggregate) return AGGREGATED;
  return mesh ? meshControl(walk) : body(walk, -length);
}

/**
 * LLC; or what drivers make of it: two bytes that fill up before it, an ethertype alone, a whole frame of Ethernet to an
 * address of the header's, which stands at `header`.
 */
function body(walk: Walk, header: number): number {
  if (!walk.has(2)) return LLC;
  const first = walk.u16(0);
  const next = ETHERTYPE + first;
  if (next === IPV4 || next === IPV6) {
    walk.at += 2;
    return next;
  }
  if (first === 0 && looksLikeSnap(walk, 2)) walk.at += 2;
  const toOneOfThem = sameAddress(walk, header + 4) || sameAddress(walk, header + 16);
  return toOneOfThem && looksLikeEthernet(walk, 0) ? ETHERNET : LLC;
}

function sameAddress(walk: Walk, offset: number): boolean {
  return walk.has(6) && walk.i32(0) === walk.i32(offset) && walk.u16(4) === walk.u16(offset + 4);
}

const AGGREGATED_HEADER = 14;

/** One packet of an A-MSDU (IEEE 802.11-2020 9.3.2.2): addresses, length, LLC; filled up to words before the next. */
export function aggregated(walk: Walk): number {
  if (!walk.has(AGGREGATED_HEADER)) return walk.missing();
  const length = walk.u16(12);
  const next = walk.at + ((AGGREGATED_HEADER + length + 3) & ~3);
  if (walk.wireEnd - next > AGGREGATED_HEADER) walk.leave(AGGREGATED, next);
  walk.at += AGGREGATED_HEADER;
  walk.limit(length);
  return LLC;
}

/** IEEE 802.11-2020 9.2.4.7.3: flags, time to live, sequence number, up to two more addresses. */
function meshControl(walk: Walk): number {
  if (!walk.has(6)) return walk.missing();
  // Where LLC stands at once, there is no mesh: the bit is used by others too.
  if (walk.u16(0) === 0xaaaa && walk.u8(2) === 3) return LLC;
  const length = 6 + 6 * (walk.u8(0) & 3);
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return LLC;
}
