import { ETHERTYPE, OTHER_PROTOCOL, type Walk } from '../walk.ts';

/**
 * BSD loopback (LINKTYPE_NULL, LINKTYPE_LOOP): an address family in the byte order of the machine that captured, or
 * of the network. AF_INET is 2 everywhere; AF_INET6 differs by system.
 */
export function loopback(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  const word = walk.i32(0);
  // A small number in one byte order is a large one in the other.
  const family = word >>> 16 === 0 ? word : (word >>> 24) | ((word >>> 8) & 0xff00);
  walk.at += 4;
  switch (family) {
    case 2:
      return ETHERTYPE + 0x0800;
    case 10: // Linux
    case 24: // NetBSD, OpenBSD
    case 28: // FreeBSD
    case 30: // macOS
      return ETHERTYPE + 0x86dd;
    default:
      // Linux writes an ethertype.
      return family >= 0x600 ? ETHERTYPE + family : OTHER_PROTOCOL;
  }
}
