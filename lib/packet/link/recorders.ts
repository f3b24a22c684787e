import {
  ANY_IP,
  ANY_PPP,
  ETHERNET,
  IP_PROTOCOL,
  IPV4,
  IPV6,
  LLC,
  MPLS_LABELS,
  OTHER_PROTOCOL,
  RECORDED,
  WLAN,
} from '../keys.ts';
import type { Segment } from '../segment.ts';
import type { Walk } from '../walk.ts';

/** What recorders and other programs put before a packet that they pass on. */

// What Wireshark's exported packets may begin with, by the name of who reads it.
const BY_DISSECTOR: ReadonlyMap<string, number> = new Map([
  ['eth_maybefcs', ETHERNET],
  ['eth_withfcs', ETHERNET],
  ['eth_withoutfcs', ETHERNET],
  ['ip', IPV4],
  ['ipv6', IPV6],
  ['llc', LLC],
  ['mpls', MPLS_LABELS],
  ['ppp', ANY_PPP],
  ['raw_ip', ANY_IP],
  ['tcp', IP_PROTOCOL + 6],
  ['wlan', WLAN],
  ['wlan_withoutfcs', WLAN],
]);

// Tags of exported packets.
const END_OF_TAGS = 0;
const DISSECTOR = 12;
const IPV4_SOURCE = 20;
const IPV4_DESTINATION = 21;
const IPV6_SOURCE = 22;
const IPV6_DESTINATION = 23;

/** Packets that Wireshark exported from within others (LINKTYPE_WIRESHARK_UPPER_PDU): tag, length, value; to an end. */
export function exportedPdu(walk: Walk): number {
  const { segment } = walk;
  clearNetwork(segment);
  let next = OTHER_PROTOCOL;
  for (;;) {
    if (!walk.has(4)) return walk.missing();
    const tag = walk.u16(0);
    const length = walk.u16(2);
    walk.at += 4;
    if (tag === END_OF_TAGS) break;
    if (!walk.has(length)) return walk.missing();
    if (tag === DISSECTOR) next = BY_DISSECTOR.get(name(walk, length)) ?? OTHER_PROTOCOL;
    else if (tag === IPV4_SOURCE && length >= 4) segment.srcD = walk.i32(0);
    else if (tag === IPV4_DESTINATION && length >= 4) segment.dstD = walk.i32(0);
    else if (tag === IPV6_SOURCE && length >= 16) {
      segment.ipVersion = 6;
      segment.srcA = walk.i32(0);
      segment.srcB = walk.i32(4);
      segment.srcC = walk.i32(8);
      segment.srcD = walk.i32(12);
    } else if (tag === IPV6_DESTINATION && length >= 16) {
      segment.ipVersion = 6;
      segment.dstA = walk.i32(0);
      segment.dstB = walk.i32(4);
      segment.dstC = walk.i32(8);
      segment.dstD = walk.i32(12);
    }
    walk.at += length;
  }
  walk.datagramEnd = walk.wireEnd;
  return next;
}

/** Longest name in the table above. */
const MOST_NAME = 16;

function name(walk: Walk, length: number): string {
  let text = '';
  for (let i = 0; i < length && i < MOST_NAME && walk.u8(i) !== 0; i++) text += String.fromCharCode(walk.u8(i));
  return text;
}

/** TCP that no IP header stands before. */
function clearNetwork(segment: Segment): void {
  segment.ipVersion = 4;
  segment.srcA = segment.srcB = segment.srcC = segment.srcD = 0;
  segment.dstA = segment.dstB = segment.dstC = segment.dstD = 0;
  segment.ttl = 0;
  segment.ipId = -1;
  segment.ecn = 0;
}

const TECMP_HEADER = 12;
const TECMP_ENTRY = 16;
const TECMP_LOGGED = 0x03;
const TECMP_REPLAYED = 0x0a;
const TECMP_ETHERNET = 0x0080;

/** TECMP, of recorders in vehicles: device, counter, version, kind, type; then what was recorded. */
export function tecmp(walk: Walk): number {
  if (!walk.has(TECMP_HEADER)) return walk.missing();
  const kind = walk.u8(5);
  if ((kind !== TECMP_LOGGED && kind !== TECMP_REPLAYED) || walk.u16(6) !== TECMP_ETHERNET) return OTHER_PROTOCOL;
  walk.at += TECMP_HEADER;
  return RECORDED;
}

/** One entry of TECMP: channel, time, length, flags. */
export function recorded(walk: Walk): number {
  if (!walk.has(TECMP_ENTRY)) return walk.missing();
  const length = walk.u16(12);
  walk.leave(RECORDED, walk.at + TECMP_ENTRY + length);
  walk.link(walk.i32(0));
  walk.at += TECMP_ENTRY;
  walk.limit(length);
  return ETHERNET;
}

const EBHSCR_HEADER = 32;
const EBHSCR_ETHERNET = 0x50;

/** Elektrobit's recorders: kind, channel, length, times, and eight bytes of the kind's own. */
export function elektrobit(walk: Walk): number {
  if (!walk.has(EBHSCR_HEADER)) return walk.missing();
  if (walk.u8(0) !== EBHSCR_ETHERNET) return OTHER_PROTOCOL;
  walk.link(walk.i32(0));
  walk.at += EBHSCR_HEADER;
  return ETHERNET;
}
