import { ANY_IP, ANY_PPP, ETHERNET, IP_PROTOCOL, IPV6, OTHER_PROTOCOL } from '../keys.ts';
import type { Walk } from '../walk.ts';
import { looksLikeEthernet, looksLikeIp } from './content.ts';
import { AYIYA, GTP, L2TP, MOBILE_IP, TEREDO } from './kinds.ts';

/** Tunnels of subscribers: mobile networks, dial-up, IPv6 brokers. */

const GTP_PAYLOAD = 0xff;
const GTP_EXTENDED = 0x07;
const GTP_MORE_HEADERS = 0x04;

/** GTP-U (3GPP TS 29.281 5), and GTP version 0 (GSM 09.60 6). */
export function gtp(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const flags = walk.u8(0);
  if (walk.u8(1) !== GTP_PAYLOAD || (flags & 0x10) === 0) return OTHER_PROTOCOL;
  if (flags >>> 5 === 0) return gtpVersion0(walk);
  if (flags >>> 5 !== 1) return OTHER_PROTOCOL;
  walk.enterOverIp(GTP, walk.i32(4));
  const payload = walk.u16(2);
  walk.at += 8;
  walk.limit(payload);
  if (flags & GTP_EXTENDED) {
    if (!walk.has(4)) return walk.missing();
    let next = flags & GTP_MORE_HEADERS ? walk.u8(3) : 0;
    walk.at += 4;
    // Extension headers: length in words, contents, type of the next.
    while (next !== 0) {
      if (!walk.has(1)) return walk.missing();
      const length = walk.u8(0) << 2;
      if (length === 0) return OTHER_PROTOCOL;
      if (!walk.has(length)) return walk.missing();
      next = walk.u8(length - 1);
      walk.at += length;
    }
  }
  return subscriberPacket(walk);
}

function gtpVersion0(walk: Walk): number {
  if (!walk.has(20)) return walk.missing();
  walk.enterOverIp(GTP, walk.u16(6));
  walk.at += 20;
  return subscriberPacket(walk);
}

/** IP, PPP or Ethernet, which no field tells. */
function subscriberPacket(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  const version = walk.u8(0) >>> 4;
  if ((version === 4 || version === 6) && (looksLikeIp(walk, 0) || !looksLikeEthernet(walk, 0))) return ANY_IP;
  if (walk.u16(0) === 0xff03) return ANY_PPP;
  return looksLikeEthernet(walk, 0) ? ETHERNET : OTHER_PROTOCOL;
}

const AUTHENTICATION = 0x0001;
const ORIGIN = 0x0000;

/** RFC 4380 5.1.1: IPv6, after an authentication and an origin where they are. */
export function teredo(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  if (walk.u16(0) === AUTHENTICATION) {
    walk.at += 13 + walk.u8(2) + walk.u8(3);
    if (!walk.has(2)) return walk.missing();
  }
  if (walk.u16(0) === ORIGIN) walk.at += 8;
  if (!walk.has(1)) return walk.missing();
  if (walk.u8(0) >>> 4 !== 6) return OTHER_PROTOCOL;
  walk.enterOverIp(TEREDO, 0);
  return IPV6;
}

/** 2001::/32, from which Teredo's clients have their addresses (RFC 4380 2.6). */
const TEREDO_PREFIX = 0x20010000;

/**
 * Teredo's clients speak from whatever port they have. `walk` stands before a UDP header that says `length`: what follows
 * is Teredo if it is an IPv6 packet that ends where the datagram does, from or to such a client.
 */
export function isTeredo(walk: Walk, length: number): boolean {
  let at = 8;
  if (!walk.has(at + 4)) return false;
  if (walk.u16(at) === AUTHENTICATION) {
    at += 13 + walk.u8(at + 2) + walk.u8(at + 3);
    if (!walk.has(at + 2)) return false;
  }
  if (walk.u16(at) === ORIGIN) at += 8;
  return (
    walk.has(at + 40) &&
    walk.u8(at) >>> 4 === 6 &&
    at + 40 + walk.u16(at + 4) === length &&
    (walk.i32(at + 8) === TEREDO_PREFIX || walk.i32(at + 24) === TEREDO_PREFIX)
  );
}

/** Anything in anything: identity and signature of given lengths, then a packet by IP protocol number. */
export function ayiya(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const identity = 1 << (walk.u8(0) >>> 4);
  const signature = (walk.u8(1) >>> 4) << 2;
  const forwarded = (walk.u8(2) & 0xf) === 1;
  const next = walk.u8(3);
  const length = 8 + identity + signature;
  if (!forwarded) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  walk.enterOverIp(AYIYA, 0);
  walk.at += length;
  return next === 4 || next === 41 ? ANY_IP : IP_PROTOCOL + next;
}

const TUNNELLED = 4;

/** Mobile IP through address translation (RFC 3519 3.2): a message that is a packet, by IP protocol number. */
export function mobileIp(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  const next = walk.u8(1);
  if (walk.u8(0) !== TUNNELLED) return OTHER_PROTOCOL;
  walk.enterOverIp(MOBILE_IP, 0);
  walk.at += 4;
  return next === 4 || next === 41 ? ANY_IP : IP_PROTOCOL + next;
}

const L2TP_CONTROL = 0x8000;
const L2TP_LENGTH = 0x4000;
const L2TP_SEQUENCE = 0x0800;
const L2TP_OFFSET = 0x0200;

/** L2TP over UDP: version 2 (RFC 2661 3.1) holds PPP, version 3 (RFC 3931 4.1.2) a pseudowire. */
export function l2tp(walk: Walk): number {
  if (!walk.has(6)) return walk.missing();
  const flags = walk.u16(0);
  if (flags & L2TP_CONTROL) return OTHER_PROTOCOL;
  if ((flags & 0xf) === 3) {
    if (!walk.has(8)) return walk.missing();
    walk.at += 4;
    return l2tpSession(walk);
  }
  if ((flags & 0xf) !== 2) return OTHER_PROTOCOL;
  const idsAt = flags & L2TP_LENGTH ? 4 : 2;
  let length = idsAt + 4;
  if (flags & L2TP_SEQUENCE) length += 4;
  if (flags & L2TP_OFFSET) {
    if (!walk.has(length + 2)) return walk.missing();
    length += 2 + walk.u16(length);
  }
  if (!walk.has(length)) return walk.missing();
  walk.enterOverIp(L2TP, walk.i32(idsAt));
  if (flags & L2TP_LENGTH) walk.limit(walk.u16(2));
  walk.at += length;
  return ANY_PPP;
}

/** L2TP version 3 over IP (RFC 3931 4.1.1); session 0 is control. */
export function l2tpOverIp(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  return walk.i32(0) === 0 ? OTHER_PROTOCOL : l2tpSession(walk);
}

// Cookies of 0, 4 or 8 bytes and a sublayer of 0 or 4 were agreed when the tunnel was set up: only the contents tell.
const L2TP_SUBLAYERS = [0, 4, 8, 12];

function l2tpSession(walk: Walk): number {
  walk.enterOverIp(L2TP, walk.i32(0));
  walk.at += 4;
  for (const length of L2TP_SUBLAYERS) {
    const ethernet = looksLikeEthernet(walk, length);
    if (ethernet || looksLikeIp(walk, length)) {
      walk.at += length;
      return ethernet ? ETHERNET : ANY_IP;
    }
  }
  return OTHER_PROTOCOL;
}
