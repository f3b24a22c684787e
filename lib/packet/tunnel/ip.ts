import { ETHERNET, IPV4, IPV6, OTHER_PROTOCOL } from '../keys.ts';
import type { Walk } from '../walk.ts';
import { ETHERIP, IP_IN_IP } from './kinds.ts';

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

/** EtherIP (RFC 3378 3): version, then a frame. */
export function etherIp(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  if (walk.u8(0) >>> 4 !== 3) return OTHER_PROTOCOL;
  walk.enterOverIp(ETHERIP, 0);
  walk.at += 2;
  return ETHERNET;
}

/** A frame at once, as in segment routing over IPv6 (RFC 8986 4.9). */
export function ethernetInIp(walk: Walk): number {
  walk.enterOverIp(ETHERIP, 0);
  return ETHERNET;
}
