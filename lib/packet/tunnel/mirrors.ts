import {
  ANY_IP,
  ANY_PPP,
  ETHERNET,
  FDDI,
  FRAME_RELAY,
  LINK,
  MPLS_LABELS,
  OTHER_PROTOCOL,
  SAMPLE,
  SAMPLE_RECORD,
  TOKEN_RING,
  WLAN,
} from '../keys.ts';
import type { Walk } from '../walk.ts';
import { JMIRROR, PEEK, RFTAP, SFLOW, TZSP } from './kinds.ts';

/** Copies of packets that devices send over UDP to whoever watches. */

// What TZSP encapsulates.
const TZSP_FORMATS: ReadonlyMap<number, number> = new Map([
  [1, ETHERNET],
  [2, TOKEN_RING],
  [4, ANY_PPP],
  [5, FDDI],
  [7, ANY_IP],
  [18, WLAN],
  [119, LINK + 119],
  [127, LINK + 163],
]);
const TZSP_PADDING = 0;
const TZSP_END = 1;

/** TaZmen sniffer protocol: version, type, format, tags. */
export function tzsp(walk: Walk): number {
  if (!walk.has(5)) return walk.missing();
  const next = TZSP_FORMATS.get(walk.u16(2));
  if (walk.u8(0) !== 1 || walk.u8(1) > 1 || next === undefined) return OTHER_PROTOCOL;
  walk.at += 4;
  for (;;) {
    if (!walk.has(1)) return walk.missing();
    const kind = walk.u8(0);
    if (kind === TZSP_PADDING || kind === TZSP_END) {
      walk.at += 1;
      if (kind === TZSP_PADDING) continue;
      walk.enterOverIp(TZSP, 0);
      return next;
    }
    if (!walk.has(2)) return walk.missing();
    walk.at += 2 + walk.u8(1);
  }
}

// sFlow version 5: samples and records are told by an enterprise (0) and a format.
/** Bytes before the records of a flow sample, and of an expanded one. */
const SAMPLE_HEADERS: ReadonlyMap<number, number> = new Map([
  [1, 32],
  [3, 44],
]);
const RAW_HEADER = 1;
const MOST_SAMPLED_BYTES = 0xfffff;
const RAW_FORMATS: ReadonlyMap<number, number> = new Map([
  [1, ETHERNET],
  [3, TOKEN_RING],
  [4, FDDI],
  [5, FRAME_RELAY],
  [7, ANY_PPP],
  [11, ANY_IP],
  [12, ANY_IP],
  [13, MPLS_LABELS],
  [15, WLAN],
]);

/** sFlow (sflow.org version 5): version, address, sub-agent, sequence number, uptime, number of samples. */
export function sflow(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  if (walk.i32(0) !== 5) return OTHER_PROTOCOL;
  // The address has 4 bytes, or 16.
  const header = walk.i32(4) === 2 ? 40 : 28;
  if (!walk.has(header)) return walk.missing();
  walk.enterOverIp(SFLOW, 0);
  walk.at += header;
  return SAMPLE;
}

/** One of its samples: sequence number, source, rate, pool, drops, input, output, number of records, in so many words. */
export function sample(walk: Walk): number {
  if (!walk.has(SIZED)) return walk.missing();
  const header = SAMPLE_HEADERS.get(sized(walk, SAMPLE));
  if (header === undefined) return OTHER_PROTOCOL;
  walk.at += SIZED;
  if (!walk.has(header)) return walk.missing();
  walk.at += header;
  return SAMPLE_RECORD;
}

/** One record of a sample; of a header: its kind, length on the wire, bytes stripped from its end, bytes sampled. */
export function sampleRecord(walk: Walk): number {
  if (!walk.has(SIZED)) return walk.missing();
  if (sized(walk, SAMPLE_RECORD) !== RAW_HEADER) return OTHER_PROTOCOL;
  walk.at += SIZED;
  if (!walk.has(16)) return walk.missing();
  const next = RAW_FORMATS.get(walk.i32(0));
  if (next === undefined) return OTHER_PROTOCOL;
  const wireLength = walk.i32(4) >>> 0;
  const sampled = walk.i32(12) >>> 0;
  walk.at += 16;
  walk.end = Math.min(walk.end, walk.at + sampled);
  walk.wireEnd = Math.max(walk.end, walk.at + Math.min(wireLength, MOST_SAMPLED_BYTES));
  return next;
}

/** Format and length, behind which another such may stand. */
const SIZED = 8;

function sized(walk: Walk, key: number): number {
  const length = walk.i32(4) >>> 0;
  walk.leave(key, walk.at + SIZED + length);
  walk.limit(SIZED + length);
  return walk.i32(0);
}

/** Juniper's packet mirroring: intercept and session identifiers, then IP. */
export function junosMirror(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  walk.enterOverIp(JMIRROR, walk.i32(4));
  walk.at += 8;
  return ANY_IP;
}

const PEEK_HEADER = 9;

/** What OmniPeek is sent by access points: magic number, version, length of the header; then 802.11. */
export function peek(walk: Walk): number {
  if (!walk.has(PEEK_HEADER)) return walk.missing();
  const length = walk.i32(5);
  if (length < PEEK_HEADER) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  walk.enterOverIp(PEEK, 0);
  walk.at += length;
  return WLAN;
}

const RFTAP_LINK_TYPE = 1;

/** RFtap, of software radios: magic number, length in words, what is in it; first the link type of what follows. */
export function rftap(walk: Walk): number {
  if (!walk.has(12)) return walk.missing();
  const { view, at } = walk;
  const length = view.getUint16(at + 4, true) << 2;
  if (length < 12 || (view.getUint16(at + 6, true) & RFTAP_LINK_TYPE) === 0) return OTHER_PROTOCOL;
  const linkType = view.getUint32(at + 8, true);
  if (linkType > 0xffff) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  walk.enterOverIp(RFTAP, 0);
  walk.at += length;
  return LINK + linkType;
}
