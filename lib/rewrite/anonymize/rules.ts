import {
  authentication,
  destinationOptions,
  extension,
  fragmentHeader,
  hopByHop,
  routing,
} from '../../packet/ip/extensions.ts';
import { icmp, icmpv6 } from '../../packet/ip/icmp.ts';
import { anyIp, ipv4, ipv6 } from '../../packet/ip/ip.ts';
import { ETHERTYPE, IP_PROTOCOL, LINK } from '../../packet/keys.ts';
import { endace, genericFraming, redback } from '../../packet/link/carriers.ts';
import { cooked, cooked2 } from '../../packet/link/cooked.ts';
import { ethernet, vlan } from '../../packet/link/ethernet.ts';
import { baseTransport, globalRoute, infiniband, localRoute } from '../../packet/link/infiniband.ts';
import { juniperCookie } from '../../packet/link/juniper.ts';
import { llc, llcOrIp, snap, unpaddedSnap } from '../../packet/link/llc.ts';
import { enc, ipnet, loopback, netfilterLog, packetFilterLog, packetTap, slip } from '../../packet/link/loopback.ts';
import { avs, perPacketInformation, prism, radiotap } from '../../packet/link/monitor.ts';
import {
  bridged,
  ciscoHdlc,
  frameRelay,
  multilink,
  multiplexed,
  multiplexedPacket,
  ppp,
  pppoe,
  pppWithDirection,
  uncompressedTcp,
} from '../../packet/link/ppp.ts';
import { elektrobit, recorded, tecmp } from '../../packet/link/recorders.ts';
import { arcnet, docsis, fddi, firewire, linuxArcnet, sunAtm, symantec } from '../../packet/link/rings.ts';
import {
  aristaTime,
  backboneTag,
  ciscoMetadata,
  extendedPort,
  fabricPath,
  gigamon,
  macsec,
  rtNet,
  trill,
  virtualInterface,
} from '../../packet/link/tags.ts';
import { aggregated, paddedWlan, swappedWlan, wlan } from '../../packet/link/wlan.ts';
import { LAYERS } from '../../packet/table.ts';
import { gre } from '../../packet/tunnel/gre.ts';
import { etherIp, ethernetInIp, ipv4InIp, ipv6InIp, pim } from '../../packet/tunnel/ip.ts';
import { sample, sampleRecord } from '../../packet/tunnel/mirrors.ts';
import { l2tpOverIp } from '../../packet/tunnel/mobile.ts';
import { mpls, mplsPayload } from '../../packet/tunnel/mpls.ts';
import { nsh } from '../../packet/tunnel/overlay.ts';
import { udp } from '../../packet/tunnel/udp.ts';
import type { Layer } from '../../packet/walk.ts';
import {
  addressesRule,
  arpRule,
  cooked2Rule,
  cookedRule,
  ethernetRule,
  keep,
  keepFirst,
  macsecRule,
  netfilterLogRule,
  packetTapRule,
  wlanRule,
} from './links.ts';
import { ipv4Rule, ipv6OptionsRule, ipv6Rule, routingRule } from './network.ts';
import type { HeaderRule } from './rule.ts';
import { greRule, icmpRule, icmpv6Rule, sampleRule, tcpRule, udpRule } from './transport.ts';

/** Layers that have no name of their own in packet/table.ts, by what announces them. */
const UNNAMED: readonly (readonly [key: number, rule: HeaderRule])[] = [
  [LINK + 122, addressesRule(0, 8)],
  [LINK + 178, keepFirst(6)],
  [LINK + 179, keepFirst(6)],
  [LINK + 180, keepFirst(6)],
  [LINK + 181, keepFirst(6)],
  [LINK + 167, keepFirst(6)],
  [LINK + 204, keep],
  [LINK + 205, keep],
  [LINK + 206, keep],
  [LINK + 240, keep],
  [LINK + 241, keep],
  [LINK + 259, keep],
  [LINK + 274, keep],
  [LINK + 281, addressesRule(0, 6)],
  [LINK + 282, keep],
  [LINK + 284, addressesRule(0, 6)],
  [LINK + 285, addressesRule(0, 6)],
  [LINK + 196, keep],
  [LINK + 202, keep],
  [LINK + 225, keep],
  [ETHERTYPE + 0x08ff, keep],
  [ETHERTYPE + 0x2452, keep],
  [ETHERTYPE + 0x6558, keep],
  [ETHERTYPE + 0x88de, keepFirst(4)],
  [ETHERTYPE + 0x8906, keep],
  [ETHERTYPE + 0x8915, keep],
  [IP_PROTOCOL + 93, keep],
  [ETHERTYPE + 0x892f, keep],
  [ETHERTYPE + 0xf1c1, keep],
];

/** By who reads the header (packet/table.ts). A header without a row can't be made anonymous. */
export const HEADER_RULES: ReadonlyMap<Layer, HeaderRule> = new Map<Layer, HeaderRule>([
  ...UNNAMED.map(([key, rule]) => [LAYERS.get(key)!, rule] as const),
  [ethernet, ethernetRule],
  [vlan, keep],
  [llc, keep],
  [snap, keep],
  [unpaddedSnap, keep],
  [llcOrIp, keep],
  [cooked, cookedRule],
  [cooked2, cooked2Rule],
  [loopback, keep],
  [enc, keep],
  [packetFilterLog, keepFirst(4)],
  [ppp, keep],
  [pppoe, keep],
  [pppWithDirection, keep],
  [multilink, keep],
  [multiplexed, keep],
  [multiplexedPacket, keep],
  [bridged, keep],
  [ciscoHdlc, keep],
  [frameRelay, keep],
  [slip, keepFirst(1)],
  [ipnet, keep],
  [netfilterLog, netfilterLogRule],
  [packetTap, packetTapRule],
  [fddi, addressesRule(1, 6)],
  [arcnet, addressesRule(0, 1)],
  [linuxArcnet, addressesRule(0, 1)],
  [firewire, addressesRule(0, 8)],
  [infiniband, addressesRule(0, 20)],
  [sunAtm, keep],
  [docsis, keepFirst(6)],
  [symantec, keepFirst(12)],
  [endace, keep],
  [genericFraming, keep],
  [redback, keepFirst(24)],
  [localRoute, keep],
  [globalRoute, addressesRule(8, 16)],
  [baseTransport, keep],
  [tecmp, keep],
  [recorded, keep],
  [elektrobit, keep],
  [juniperCookie, keepFirst(6)],
  [prism, keepFirst(8)],
  [radiotap, keep],
  [avs, keep],
  [perPacketInformation, keepFirst(8)],
  [wlan, wlanRule(1)],
  [paddedWlan, wlanRule(1)],
  [swappedWlan, wlanRule(0)],
  [aggregated, addressesRule(0, 6)],
  [backboneTag, keep],
  [extendedPort, keep],
  [virtualInterface, keep],
  [ciscoMetadata, keep],
  [aristaTime, keep],
  [trill, keep],
  [gigamon, keep],
  [rtNet, keep],
  [macsec, macsecRule],
  [nsh, keepFirst(8)],
  [fabricPath, keep],

  [anyIp, keep],
  [ipv4, ipv4Rule],
  [uncompressedTcp, ipv4Rule],
  [ipv6, ipv6Rule],
  [hopByHop, ipv6OptionsRule],
  [destinationOptions, ipv6OptionsRule],
  [routing, routingRule],
  [extension, keepFirst(2)],
  [authentication, keepFirst(12)],
  [fragmentHeader, keep],

  [udp, udpRule],
  [icmp, icmpRule],
  [icmpv6, icmpv6Rule],
  [gre, greRule],
  [ipv4InIp, keep],
  [ipv6InIp, keep],
  [etherIp, keep],
  [pim, keep],
  [ethernetInIp, keep],
  [l2tpOverIp, keep],
  [mpls, keep],
  [mplsPayload, keep],
  [sample, sampleRule],
  [sampleRecord, sampleRule],
]);

/** What ends the way through a frame, by what announces it. */
export const END_RULES: ReadonlyMap<number, HeaderRule> = new Map([
  [IP_PROTOCOL + 6, tcpRule],
  [ETHERTYPE + 0x0806, arpRule],
]);

/** These may end it too: what they carry is payload. */
export const CARRIERS: ReadonlySet<Layer> = new Set([udp, icmp, icmpv6, sample, sampleRecord]);

/** What the first fragment of a datagram carries, which the layer does not tell; for others null. */
export const FIRST_FRAGMENTS: ReadonlyMap<Layer, (header: Uint8Array, start: number) => number | null> = new Map([
  [ipv4, (bytes, at) => ((bytes[at + 6]! & 0x1f) | bytes[at + 7]! ? null : IP_PROTOCOL + bytes[at + 9]!)],
  [fragmentHeader, (bytes, at) => (bytes[at + 2]! | (bytes[at + 3]! & 0xf8) ? null : IP_PROTOCOL + bytes[at]!)],
]);
