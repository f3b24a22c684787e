import { ipv4 } from '../ip/ip.ts';
import {
  ANY_PPP,
  ASYNCHRONOUS_PPP,
  CISCO_HDLC,
  COMPRESSED,
  ETHERNET,
  ETHERTYPE,
  IP_PROTOCOL,
  LINK_FRAGMENT,
  MULTIPLEXED,
  OTHER_PROTOCOL,
  PPP,
} from '../keys.ts';
import { PPPOE } from '../tunnel/kinds.ts';
import type { Walk } from '../walk.ts';
import { LEAST_ETHERTYPE } from './ethernet.ts';
import { nlpid } from './llc.ts';

const CISCO_UNICAST = 0x0f;
const CISCO_MULTICAST = 0x8f;
/** PPP's address (RFC 1662 3.1), before a control field. */
const ALL_STATIONS = 0xff;
const UNNUMBERED_INFORMATION = 0x03;

/** PPP (RFC 1661), with or without the address and control of HDLC framing (RFC 1662), and Cisco HDLC in its place. */
export function ppp(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  const first = walk.u8(0);
  if (first === CISCO_UNICAST || first === CISCO_MULTICAST) return CISCO_HDLC;
  if (first === ALL_STATIONS) walk.at += 2;
  return pppProtocol(walk);
}

/** The protocol field, of one byte if compressed: the last byte of it is odd, all before it even (RFC 1661 2). */
export function pppProtocol(walk: Walk): number {
  if (!walk.has(1)) return walk.missing();
  if (walk.u8(0) & 1) {
    walk.at += 1;
    return PPP + walk.u8(-1);
  }
  if (!walk.has(2)) return walk.missing();
  walk.at += 2;
  return PPP + walk.u16(-2);
}

/** One byte or two that tell the direction stand where the address would (LINKTYPE_PPP_PPPD). */
export function pppWithDirection(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  walk.link(walk.u8(0));
  walk.at += walk.u8(1) === UNNUMBERED_INFORMATION ? 2 : 1;
  return ppp(walk);
}

/** RFC 2516 4: a PPP packet within a session. */
export function pppoe(walk: Walk): number {
  if (!walk.has(6)) return walk.missing();
  if (walk.u16(0) !== 0x1100) return OTHER_PROTOCOL;
  walk.enter(PPPOE, walk.u16(2));
  const length = walk.u16(4);
  walk.at += 6;
  walk.limit(length);
  return pppProtocol(walk);
}

/** Multilink (RFC 1990 3): a fragment that is first and last is whole. */
export function multilink(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  if ((walk.u8(0) & 0xc0) !== 0xc0) return LINK_FRAGMENT;
  walk.at += 4;
  return pppProtocol(walk);
}

/** Uncompressed TCP/IP (RFC 1144 3.2.2): an IPv4 packet whose protocol field holds a number of the compressor. */
export function uncompressedTcp(walk: Walk): number {
  const next = ipv4(walk);
  return next >= IP_PROTOCOL ? IP_PROTOCOL + 6 : next;
}

/** Headers of which only the changes are sent (RFC 1144 3.2.3). */
export function compressed(): number {
  return COMPRESSED;
}

/** Bridging (RFC 3518 4.2): flags with the number of bytes to ignore at the end, kind of frame. */
export function bridged(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  const kind = walk.u8(1);
  walk.at += 2;
  return kind === 1 ? ETHERNET : OTHER_PROTOCOL;
}

/** Cisco HDLC: address, control, ethertype. */
export function ciscoHdlc(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  const type = walk.u16(2);
  walk.at += 4;
  return ETHERTYPE + type;
}

/** One byte that tells the direction, then Cisco HDLC or frame relay. */
export function directionThen(next: number) {
  return (walk: Walk): number => {
    if (!walk.has(1)) return walk.missing();
    walk.link(walk.u8(0));
    walk.at += 1;
    return next;
  };
}

/** Frame relay (RFC 2427 3): an address of two to four bytes, then a protocol as RFC 2427 has it or as Cisco does. */
export function frameRelay(walk: Walk): number {
  let length = 1;
  while (length <= 4) {
    if (!walk.has(length)) return walk.missing();
    walk.link(walk.u8(length - 1));
    if (walk.u8(length - 1) & 1) break;
    length++;
  }
  if (length === 1 || length > 4) return OTHER_PROTOCOL;
  walk.at += length;
  if (!walk.has(2)) return walk.missing();
  if (walk.u8(0) !== UNNUMBERED_INFORMATION) {
    const type = walk.u16(0);
    walk.at += 2;
    return type >= LEAST_ETHERTYPE ? ETHERTYPE + type : OTHER_PROTOCOL;
  }
  walk.at += 1;
  // A zero fills up to an even place.
  if (walk.u8(0) === 0) walk.at += 1;
  return walk.has(1) ? nlpid(walk) : walk.missing();
}

const FLAG = 0x7e;
const ESCAPE = 0x7d;

/** PPP as a stream of bytes (RFC 1662 4): frames between flags, of which one may end a frame and begin the next. */
export function asynchronousPpp(walk: Walk): number {
  const { bytes, end } = walk;
  let start = flagFrom(walk, walk.at);
  while (start + 1 < end && bytes[start + 1] === FLAG) start++;
  const stop = flagFrom(walk, start + 1);
  if (stop >= end) return end < walk.wireEnd ? walk.missing() : LINK_FRAGMENT;
  if (stop + 1 < end) walk.leave(ASYNCHRONOUS_PPP, stop);
  const frame = new Uint8Array(stop - start - 1);
  let length = 0;
  for (let at = start + 1; at < stop; at++) {
    frame[length++] = bytes[at] === ESCAPE && at + 1 < stop ? bytes[++at]! ^ 0x20 : bytes[at]!;
  }
  walk.read(frame);
  walk.at = 0;
  walk.end = walk.wireEnd = length;
  return ANY_PPP;
}

/** Where the next flag stands; the end or beyond without. */
function flagFrom({ bytes, end }: Walk, at: number): number {
  while (at < end && bytes[at] !== FLAG) at++;
  return at;
}

const PROTOCOL_FOLLOWS = 0x80;
const LONG_LENGTH = 0x40;

/** Multiplexing (RFC 3153 1.1): packets one behind another. */
export function multiplexed(walk: Walk): number {
  walk.multiplexed = OTHER_PROTOCOL;
  return MULTIPLEXED;
}

/** One of them: flags and length, in one byte or two; a protocol, if it is not that of the one before. */
export function multiplexedPacket(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  const isLong = (walk.u8(0) & LONG_LENGTH) !== 0;
  const hasProtocol = (walk.u8(0) & PROTOCOL_FOLLOWS) !== 0;
  const length = isLong ? walk.u16(0) & 0x3fff : walk.u8(0) & 0x3f;
  walk.at += isLong ? 2 : 1;
  walk.leave(MULTIPLEXED, walk.at + length);
  walk.limit(length);
  if (hasProtocol) walk.multiplexed = pppProtocol(walk);
  return walk.multiplexed;
}
