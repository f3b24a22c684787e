import { ANY_IP, ETHERNET, IPV4, IPV6, OTHER_PROTOCOL } from '../keys.ts';
import type { Walk } from '../walk.ts';
import { ETHERIP, IP_IN_IP, PIM } from './kinds.ts';

/** IPv4 within IP (RFC 2003). */
export function ipv4InIp(walk: Walk): number {
  walk.enterOverIp(IP_IN_IP, 0);
  return IPV4;
}

/** IPv6 within IP (RFC 4213, RFC 2473). */
export function ipv6InIp(walk: Walk): number {
  walk.enterOverIp(IP_IN_IP, 0);
  return IPV6;
}

/** EtherIP (RFC 3378 3): version, in the upper half of a byte or from some BSDs in the lower, then a frame. */
export function etherIp(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  if (walk.u8(0) >>> 4 !== 3 && walk.u8(0) !== 3) return OTHER_PROTOCOL;
  walk.enterOverIp(ETHERIP, 0);
  walk.at += 2;
  return ETHERNET;
}

/** A frame at once, as in segment routing over IPv6 (RFC 8986 4.9). */
export function ethernetInIp(walk: Walk): number {
  walk.enterOverIp(ETHERIP, 0);
  return ETHERNET;
}

const PIM_2_REGISTER = 0x21;

/** PIM's register (RFC 7761 4.9.3): a packet on its way to the rendezvous point. */
export function pim(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  if (walk.u8(0) !== PIM_2_REGISTER) return OTHER_PROTOCOL;
  walk.enterOverIp(PIM, 0);
  walk.at += 8;
  return ANY_IP;
}
