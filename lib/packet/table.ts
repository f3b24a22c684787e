import { authentication, extension, fragmentHeader, hopByHop, routing } from './ip/extensions.ts';
import { icmp, icmpv6 } from './ip/icmp.ts';
import { anyIp, ipv4, ipv6 } from './ip/ip.ts';
import { cooked, cooked2 } from './link/cooked.ts';
import { ethernet, vlan } from './link/ethernet.ts';
import { loopback } from './link/loopback.ts';
import { ETHERTYPE, IP_PROTOCOL, type Layer, LINK } from './walk.ts';

/** Every header that can stand before TCP, under every number by which another header announces it. */
export const LAYERS: ReadonlyMap<number, Layer> = new Map<number, Layer>([
  // LINKTYPE_ values: tcpdump.org/linktypes.html.
  [LINK + 0, loopback],
  [LINK + 1, ethernet],
  [LINK + 12, anyIp],
  [LINK + 14, anyIp],
  [LINK + 101, anyIp],
  [LINK + 108, loopback],
  [LINK + 113, cooked],
  [LINK + 228, anyIp],
  [LINK + 229, anyIp],
  [LINK + 276, cooked2],

  // Ethertypes: iana.org/assignments/ieee-802-numbers.
  [ETHERTYPE + 0x0800, ipv4],
  [ETHERTYPE + 0x86dd, ipv6],
  [ETHERTYPE + 0x8100, vlan],
  [ETHERTYPE + 0x88a8, vlan],
  [ETHERTYPE + 0x9100, vlan],
  [ETHERTYPE + 0x9200, vlan],

  // IP protocol numbers: iana.org/assignments/protocol-numbers. TCP itself is the decoder's.
  [IP_PROTOCOL + 0, hopByHop],
  [IP_PROTOCOL + 1, icmp],
  [IP_PROTOCOL + 43, routing],
  [IP_PROTOCOL + 44, fragmentHeader],
  [IP_PROTOCOL + 51, authentication],
  [IP_PROTOCOL + 58, icmpv6],
  [IP_PROTOCOL + 60, extension],
  [IP_PROTOCOL + 135, extension],
  [IP_PROTOCOL + 139, extension],
  [IP_PROTOCOL + 140, extension],
]);
