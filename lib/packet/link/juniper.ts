import { ANY_IP, ETHERNET, LLC, OTHER_PROTOCOL } from '../keys.ts';
import { looksLikeEthernet, looksLikeIp, looksLikeSnap } from '../tunnel/content.ts';
import type { Layer, Walk } from '../walk.ts';

const MAGIC = 0x4d474300;
const NO_LINK_HEADER = 0x02;
const EXTENSIONS = 0x80;
/** Longest of the cookies that services, bundles and ATM cards put before a packet. */
const MOST_COOKIE = 18;

/** Juniper's capture header, then `next`. */
export function juniper(next: number): Layer {
  return (walk) => capture(walk) ?? next;
}

/** Juniper's capture header, then a cookie whose length only the hardware knew: what comes after tells itself. */
export function juniperCookie(walk: Walk): number {
  const stop = capture(walk);
  if (stop !== null) return stop;
  for (let length = 0; length <= MOST_COOKIE; length++) {
    const next = looksLikeIp(walk, length)
      ? ANY_IP
      : looksLikeEthernet(walk, length)
        ? ETHERNET
        : looksLikeSnap(walk, length)
          ? LLC
          : 0;
    if (next !== 0) {
      walk.at += length;
      return next;
    }
  }
  return OTHER_PROTOCOL;
}

/** Magic number, flags, extensions; where the link's header was taken off, what was below it. */
function capture(walk: Walk): number | null {
  if (!walk.has(4)) return walk.missing();
  const word = walk.i32(0);
  if ((word & ~0xff) !== MAGIC) return OTHER_PROTOCOL;
  let length = 4;
  if (word & EXTENSIONS) {
    if (!walk.has(6)) return walk.missing();
    length = 6 + walk.u16(4);
  }
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  if ((word & NO_LINK_HEADER) === 0) return null;
  // A protocol family in the router's byte order.
  walk.at += 4;
  return ANY_IP;
}
