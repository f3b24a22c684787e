import { ETHERNET, IPV4, IPV6, MPLS_PAYLOAD, OTHER_PROTOCOL, PPP } from '../keys.ts';
import type { Walk } from '../walk.ts';
import { looksLikeEthernet, looksLikeIp } from './content.ts';
import { MPLS } from './kinds.ts';

const BOTTOM_OF_STACK = 0x100;

/** RFC 3032 2.1: labels down to the bottom of the stack. */
export function mpls(walk: Walk): number {
  for (;;) {
    if (!walk.has(4)) return walk.missing();
    const entry = walk.i32(0);
    walk.enter(MPLS, entry >>> 12);
    walk.at += 4;
    if (entry & BOTTOM_OF_STACK) return MPLS_PAYLOAD;
  }
}

/** Labels don't say what they carry: IP shows by its version (RFC 4928 3), a pseudowire by looking like a frame. */
export function mplsPayload(walk: Walk): number {
  if (!walk.has(1)) return walk.missing();
  switch (walk.u8(0) >>> 4) {
    case 4:
      return isFrame(walk) ? ETHERNET : IPV4;
    case 6:
      return isFrame(walk) ? ETHERNET : IPV6;
    case 0:
      // The control word of a pseudowire (RFC 4385 3).
      if (looksLikeEthernet(walk, 4)) walk.at += 4;
      else if (!looksLikeEthernet(walk, 0)) return OTHER_PROTOCOL;
      return ETHERNET;
    case 1:
      return looksLikeEthernet(walk, 0) ? ETHERNET : associatedChannel(walk);
    default:
      return looksLikeEthernet(walk, 0) ? ETHERNET : OTHER_PROTOCOL;
  }
}

/** What belongs to a pseudowire but is not its payload (RFC 5586 2.1): the types of IP are those of PPP (RFC 4385 6). */
function associatedChannel(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  walk.at += 4;
  return PPP + walk.u16(-2);
}

/** A frame whose first address only begins like IP. */
function isFrame(walk: Walk): boolean {
  return looksLikeEthernet(walk, 0) && !looksLikeIp(walk, 0);
}
