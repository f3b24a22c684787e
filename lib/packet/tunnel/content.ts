import { MOST_LENGTH } from '../link/ethernet.ts';
import type { Walk } from '../walk.ts';

/** What the next bytes look like, for headers that don't say what they carry. */

// Types that Ethernet frames inside tunnels are known by: IP, ARP, VLAN tags, MPLS, PPPoE.
const LIKELY_TYPES: ReadonlySet<number> = new Set([
  0x0800, 0x0806, 0x86dd, 0x8100, 0x88a8, 0x9100, 0x8847, 0x8848, 0x8863, 0x8864,
]);

/** An IP header at `offset` whose lengths agree with what is there. */
export function looksLikeIp(walk: Walk, offset: number): boolean {
  if (!walk.has(offset + 20)) return false;
  const room = walk.wireEnd - walk.at - offset;
  const first = walk.u8(offset);
  if (first >>> 4 === 4) {
    const headerLength = (first & 0xf) << 2;
    const total = walk.u16(offset + 2);
    return headerLength >= 20 && total >= headerLength && total <= room;
  }
  return first >>> 4 === 6 && walk.has(offset + 40) && walk.u16(offset + 4) + 40 <= room;
}

/** An Ethernet frame at `offset`: a type that is likely, and of IP the right version; or a length, and SNAP. */
export function looksLikeEthernet(walk: Walk, offset: number): boolean {
  if (!walk.has(offset + 15)) return false;
  const type = walk.u16(offset + 12);
  if (type <= MOST_LENGTH) return type + offset + 14 <= walk.wireEnd - walk.at && looksLikeSnap(walk, offset + 14);
  if (!LIKELY_TYPES.has(type)) return false;
  const version = walk.u8(offset + 14) >>> 4;
  return type === 0x0800 ? version === 4 : type === 0x86dd ? version === 6 : true;
}

/** LLC at `offset` that announces SNAP. */
export function looksLikeSnap(walk: Walk, offset: number): boolean {
  return walk.has(offset + 8) && walk.u16(offset) === 0xaaaa && walk.u8(offset + 2) === 3;
}
