import {
  authentication,
  destinationOptions,
  dynamicSourceRoute,
  extension,
  fragmentHeader,
  hopByHop,
  routing,
} from './ip/extensions.ts';
import { icmp, icmpv6 } from './ip/icmp.ts';
import { anyIp, ipv4, ipv6 } from './ip/ip.ts';
import {
  AGGREGATED,
  ANY_PPP,
  ASYNCHRONOUS_PPP,
  AX25,
  BASE_TRANSPORT,
  CISCO_HDLC,
  ETHERNET,
  ETHERTYPE,
  FDDI,
  FIBRE_CHANNEL,
  FRAME_RELAY,
  GLOBAL_ROUTE,
  INFINIBAND,
  IP_PROTOCOL,
  IPV4,
  IPV6,
  LINK,
  LLC,
  MPLS_LABELS,
  MPLS_PAYLOAD,
  MULTIPLEXED,
  NLPID,
  PPP,
  RECORDED,
  SAMPLE,
  SAMPLE_RECORD,
  SNAP,
  TOKEN_RING,
  WLAN,
  WLAN_PADDED,
  WLAN_SWAPPED,
} from './keys.ts';
import { endace, genericFraming, redback } from './link/carriers.ts';
import { cooked, cooked2 } from './link/cooked.ts';
import { ethernet, header, tag, taggedBySwitch, vlan } from './link/ethernet.ts';
import { baseTransport, globalRoute, infiniband, localRoute } from './link/infiniband.ts';
import { juniper, juniperCookie } from './link/juniper.ts';
import { llc, llcOrIp, snap, unpaddedSnap } from './link/llc.ts';
import { enc, ipnet, loopback, netfilterLog, packetFilterLog, packetTap, slip } from './link/loopback.ts';
import { avs, perPacketInformation, prism, radiotap } from './link/monitor.ts';
import {
  asynchronousPpp,
  bridged,
  ciscoHdlc,
  compressed,
  directionThen,
  frameRelay,
  multilink,
  multiplexed,
  multiplexedPacket,
  ppp,
  pppoe,
  pppWithDirection,
  uncompressedTcp,
} from './link/ppp.ts';
import { elektrobit, exportedPdu, recorded, tecmp } from './link/recorders.ts';
import {
  arcnet,
  ax25,
  docsis,
  fddi,
  fibreChannel,
  firewire,
  linuxArcnet,
  sunAtm,
  symantec,
  tokenRing,
} from './link/rings.ts';
import {
  aristaTime,
  backboneTag,
  batman,
  ciscoMetadata,
  extendedPort,
  fabricPath,
  gigamon,
  macsec,
  roofnet,
  rtNet,
  trill,
  virtualInterface,
} from './link/tags.ts';
import { aggregated, paddedWlan, swappedWlan, wlan } from './link/wlan.ts';
import { gre } from './tunnel/gre.ts';
import { etherIp, ethernetInIp, ipv4InIp, ipv6InIp, pim } from './tunnel/ip.ts';
import { sample, sampleRecord, tzsp } from './tunnel/mirrors.ts';
import { l2tpOverIp } from './tunnel/mobile.ts';
import { mpls, mplsPayload } from './tunnel/mpls.ts';
import { nsh } from './tunnel/overlay.ts';
import { encrypted, udp } from './tunnel/udp.ts';
import { lwappOverEthernet } from './tunnel/wireless.ts';
import type { Layer } from './walk.ts';

/** The layer that reads nothing: another key is meant. */
const as = (key: number): Layer => header(0, key);

/** Every header that can stand before TCP, under every number by which another header announces it. */
export const LAYERS: ReadonlyMap<number, Layer> = new Map<number, Layer>([
  // LINKTYPE_ values: tcpdump.org/linktypes.html.
  [LINK + 0, loopback],
  [LINK + 1, ethernet],
  [AX25, ax25],
  [TOKEN_RING, tokenRing],
  [LINK + 7, arcnet],
  [LINK + 8, slip],
  [LINK + 9, ppp],
  [FDDI, fddi],
  [LINK + 11, llcOrIp], // RFC 1483, an old number
  [LINK + 12, anyIp],
  [LINK + 13, enc], // an old number
  [LINK + 14, anyIp],
  // Linux's classical IP over ATM, old numbers.
  [LINK + 16, llcOrIp],
  [LINK + 18, llcOrIp],
  [LINK + 19, llcOrIp],
  [LINK + 32, redback],
  [LINK + 50, ppp],
  [LINK + 51, pppoe],
  [LINK + 99, symantec],
  [LINK + 100, llcOrIp], // RFC 1483
  [LINK + 101, anyIp],
  [LINK + 104, ciscoHdlc],
  [LINK + 105, wlan],
  [LINK + 106, llcOrIp], // Linux's classical IP over ATM
  [LINK + 107, frameRelay],
  [LINK + 108, loopback],
  [LINK + 109, enc],
  [LINK + 112, ciscoHdlc],
  [LINK + 113, cooked],
  [LINK + 117, packetFilterLog],
  [LINK + 119, prism],
  [LINK + 122, header(16, LLC)], // RFC 2625: IP over Fibre Channel, after its two addresses
  [LINK + 123, sunAtm],
  [LINK + 127, radiotap],
  [LINK + 128, tzsp],
  [LINK + 129, linuxArcnet],
  // Juniper's: multilink PPP and frame relay, services, ATM, monitoring, PPPoE over ATM.
  [LINK + 130, juniperCookie],
  [LINK + 131, juniperCookie],
  [LINK + 132, juniperCookie],
  [LINK + 133, juniperCookie],
  [LINK + 134, juniperCookie],
  [LINK + 135, juniperCookie],
  [LINK + 136, juniperCookie],
  [LINK + 137, juniperCookie],
  [LINK + 138, firewire],
  [LINK + 143, docsis],
  [LINK + 149, packetTap], // DLT_USER2, which macOS uses so
  [LINK + 163, avs],
  [LINK + 164, juniperCookie],
  [LINK + 166, pppWithDirection],
  [LINK + 167, juniper(ETHERNET)],
  [LINK + 168, juniperCookie],
  [LINK + 170, genericFraming],
  [LINK + 171, genericFraming],
  [LINK + 178, juniper(ETHERNET)],
  [LINK + 179, juniper(ANY_PPP)],
  [LINK + 180, juniper(FRAME_RELAY)],
  [LINK + 181, juniper(CISCO_HDLC)],
  [LINK + 183, juniperCookie],
  [LINK + 192, perPacketInformation],
  [LINK + 194, juniperCookie],
  [LINK + 196, header(5, FRAME_RELAY)], // SITA
  [LINK + 197, endace],
  [LINK + 200, juniperCookie],
  [LINK + 202, header(1, AX25)], // KISS
  [LINK + 204, directionThen(ANY_PPP)],
  [LINK + 205, directionThen(CISCO_HDLC)],
  [LINK + 206, directionThen(FRAME_RELAY)],
  [FIBRE_CHANNEL, fibreChannel],
  [LINK + 225, header(4, FIBRE_CHANNEL)], // with delimiters
  [LINK + 226, ipnet],
  [LINK + 228, anyIp],
  [LINK + 229, anyIp],
  [LINK + 239, netfilterLog],
  [LINK + 240, header(4, ETHERNET)], // Hilscher netANALYZER
  [LINK + 241, header(12, ETHERNET)], // the same with preamble
  [LINK + 242, infiniband],
  [INFINIBAND, localRoute],
  [LINK + 252, exportedPdu],
  [LINK + 258, packetTap],
  [LINK + 259, header(8, ETHERNET)], // EPON, with preamble
  [LINK + 274, header(8, ETHERNET)], // mPackets, with preamble
  [LINK + 276, cooked2],
  [LINK + 279, elektrobit],
  [LINK + 281, taggedBySwitch(4)], // Broadcom
  [LINK + 282, header(4, ETHERNET)], // Broadcom, before the frame
  [LINK + 284, taggedBySwitch(4)], // Marvell
  [LINK + 285, taggedBySwitch(8)], // Marvell, with an ethertype

  // Ethertypes: iana.org/assignments/ieee-802-numbers.
  [IPV4, ipv4],
  [IPV6, ipv6],
  [MPLS_LABELS, mpls],
  [ETHERTYPE + 0x0641, roofnet],
  [ETHERTYPE + 0x0643, roofnet],
  [ETHERTYPE + 0x0644, roofnet],
  [ETHERTYPE + 0x0645, roofnet],
  [ETHERTYPE + 0x08ff, header(2, AX25)], // after a length
  [ETHERTYPE + 0x22e5, gigamon],
  [ETHERTYPE + 0x22f3, trill],
  [ETHERTYPE + 0x2452, as(WLAN)],
  [ETHERTYPE + 0x4305, batman],
  [ETHERTYPE + 0x6558, as(ETHERNET)],
  [ETHERTYPE + 0x8100, vlan],
  [ETHERTYPE + 0x8848, mpls],
  [ETHERTYPE + 0x8864, pppoe],
  [ETHERTYPE + 0x8870, llc],
  [ETHERTYPE + 0x88a8, vlan],
  [ETHERTYPE + 0x88bb, lwappOverEthernet],
  [ETHERTYPE + 0x88de, header(10, ETHERNET)], // VMware's Lab Manager and isolated networks: flags, network, address
  [ETHERTYPE + 0x88e5, macsec],
  [ETHERTYPE + 0x88e7, backboneTag],
  [ETHERTYPE + 0x8903, fabricPath],
  [ETHERTYPE + 0x8906, header(14, FIBRE_CHANNEL)], // FCoE
  [ETHERTYPE + 0x8909, ciscoMetadata],
  [ETHERTYPE + 0x8915, as(GLOBAL_ROUTE)], // RoCE
  [ETHERTYPE + 0x8926, virtualInterface],
  [ETHERTYPE + 0x892f, tag(4)], // HSR
  [ETHERTYPE + 0x893f, extendedPort],
  [ETHERTYPE + 0x894f, nsh],
  [ETHERTYPE + 0x9021, rtNet],
  [ETHERTYPE + 0x9100, vlan],
  [ETHERTYPE + 0x9200, vlan],
  [ETHERTYPE + 0x99fe, tecmp],
  [ETHERTYPE + 0xbbbb, lwappOverEthernet],
  [ETHERTYPE + 0xd28b, aristaTime],
  [ETHERTYPE + 0xf1c1, tag(4)], // IEEE 802.1CB redundancy

  // IP protocol numbers: iana.org/assignments/protocol-numbers. TCP itself is the decoder's.
  [IP_PROTOCOL + 0, hopByHop],
  [IP_PROTOCOL + 1, icmp],
  [IP_PROTOCOL + 4, ipv4InIp],
  [IP_PROTOCOL + 17, udp],
  [IP_PROTOCOL + 41, ipv6InIp],
  [IP_PROTOCOL + 43, routing],
  [IP_PROTOCOL + 44, fragmentHeader],
  [IP_PROTOCOL + 47, gre],
  [IP_PROTOCOL + 48, dynamicSourceRoute],
  [IP_PROTOCOL + 50, encrypted],
  [IP_PROTOCOL + 51, authentication],
  [IP_PROTOCOL + 58, icmpv6],
  [IP_PROTOCOL + 60, destinationOptions],
  [IP_PROTOCOL + 93, as(AX25)],
  [IP_PROTOCOL + 94, ipv4InIp],
  [IP_PROTOCOL + 97, etherIp],
  [IP_PROTOCOL + 103, pim],
  [IP_PROTOCOL + 115, l2tpOverIp],
  [IP_PROTOCOL + 135, extension],
  [IP_PROTOCOL + 137, mpls],
  [IP_PROTOCOL + 139, extension],
  [IP_PROTOCOL + 140, extension],
  [IP_PROTOCOL + 143, ethernetInIp],

  // PPP protocols: iana.org/assignments/ppp-numbers.
  [PPP + 0x0021, ipv4],
  [PPP + 0x002d, compressed],
  [PPP + 0x002f, uncompressedTcp],
  [PPP + 0x0031, bridged],
  [PPP + 0x003d, multilink],
  [PPP + 0x004b, llc],
  [PPP + 0x0057, ipv6],
  [PPP + 0x0059, multiplexed],
  [PPP + 0x0281, mpls],
  [PPP + 0x0283, mpls],
  // Ethertypes, as some send them.
  [PPP + 0x0800, ipv4],
  [PPP + 0x86dd, ipv6],

  // Network layer protocol identifiers.
  [NLPID + 0x80, unpaddedSnap],
  [NLPID + 0x8e, ipv6],
  [NLPID + 0xcc, ipv4],
  [NLPID + 0xcf, ppp],

  [LLC, llc],
  [SNAP, snap],
  [WLAN_PADDED, paddedWlan],
  [WLAN_SWAPPED, swappedWlan],
  [MPLS_PAYLOAD, mplsPayload],
  [GLOBAL_ROUTE, globalRoute],
  [BASE_TRANSPORT, baseTransport],
  [AGGREGATED, aggregated],
  [SAMPLE, sample],
  [SAMPLE_RECORD, sampleRecord],
  [RECORDED, recorded],
  [MULTIPLEXED, multiplexedPacket],
  [ASYNCHRONOUS_PPP, asynchronousPpp],
]);
