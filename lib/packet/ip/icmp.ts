import { ETHERTYPE, OTHER_PROTOCOL } from '../keys.ts';
import type { Walk } from '../walk.ts';

const UNREACHABLE = 3;
const FRAGMENTATION_NEEDED = 4;
const PACKET_TOO_BIG = 2;

/** Unreachable, source quench, redirect, time exceeded, parameter problem (RFC 792), as bits. */
const QUOTING = (1 << 3) | (1 << 4) | (1 << 5) | (1 << 11) | (1 << 12);
/** Unreachable, too big, time exceeded, parameter problem (RFC 4443), as bits. */
const QUOTING_V6 = (1 << 1) | (1 << 2) | (1 << 3) | (1 << 4);

/** ICMP: errors quote the datagram that they answer. */
export function icmp(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const type = walk.u8(0);
  if (type > 31 || ((1 << type) & QUOTING) === 0) return OTHER_PROTOCOL;
  const tooBig = type === UNREACHABLE && walk.u8(1) === FRAGMENTATION_NEEDED;
  return quote(walk, type, tooBig ? walk.u16(6) : 0, ETHERTYPE + 0x0800);
}

export function icmpv6(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const type = walk.u8(0);
  if (type > 31 || ((1 << type) & QUOTING_V6) === 0) return OTHER_PROTOCOL;
  return quote(walk, type, type === PACKET_TOO_BIG ? walk.i32(4) >>> 0 : 0, ETHERTYPE + 0x86dd);
}

function quote(walk: Walk, type: number, mtu: number, next: number): number {
  if (walk.inIcmp) return OTHER_PROTOCOL;
  const { icmp, segment } = walk;
  icmp.ipVersion = segment.ipVersion;
  icmp.type = type;
  icmp.code = walk.u8(1);
  icmp.mtu = mtu;
  icmp.srcA = segment.srcA;
  icmp.srcB = segment.srcB;
  icmp.srcC = segment.srcC;
  icmp.srcD = segment.srcD;
  walk.inIcmp = true;
  walk.segment = icmp.quoted;
  walk.at += 8;
  return next;
}
