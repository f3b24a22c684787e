import { ANY_IP, ETHERNET, ETHERTYPE, IPV4, LLC, NLPID, OTHER_PROTOCOL, SNAP } from '../keys.ts';
import type { Walk } from '../walk.ts';

const SAP_IP = 0x06;
const SAP_SNAP = 0xaa;
const SAP_OSI = 0xfe;

// Organizations whose SNAP protocol numbers are ethertypes (RFC 1042, IEEE 802.1H, AppleTalk).
const OUI_ETHERTYPE = 0x000000;
const OUI_BRIDGE_TUNNEL = 0x0000f8;
const OUI_APPLE = 0x080007;
/** IEEE 802.1's own: bridged frames (RFC 2427, RFC 2684). */
const OUI_BRIDGED = 0x0080c2;
const BRIDGED_ETHERNET_FCS = 1;
const BRIDGED_ETHERNET = 7;

/** IEEE 802.2 logical link control. */
export function llc(walk: Walk): number {
  if (!walk.has(3)) return walk.missing();
  const destination = walk.u8(0);
  // Novell's "raw" frames have no LLC: they begin with IPX, whose checksum is never used.
  if (destination === 0xff) return OTHER_PROTOCOL;
  // Information and supervisory frames have two bytes of control, unnumbered ones one.
  const unnumbered = (walk.u8(2) & 3) === 3;
  walk.at += unnumbered ? 3 : 4;
  switch (destination & 0xfe) {
    case SAP_SNAP:
      return SNAP;
    case SAP_IP:
      return IPV4;
    case SAP_OSI:
      return walk.has(1) ? nlpid(walk) : walk.missing();
    default:
      return OTHER_PROTOCOL;
  }
}

/** Subnetwork access protocol: organization, and a protocol number of theirs. */
export function snap(walk: Walk): number {
  if (!walk.has(5)) return walk.missing();
  const organization = walk.i32(0) >>> 8;
  const protocol = walk.u16(3);
  walk.at += 5;
  switch (organization) {
    case OUI_ETHERTYPE:
    case OUI_BRIDGE_TUNNEL:
    case OUI_APPLE:
      return ETHERTYPE + protocol;
    case OUI_BRIDGED:
      return protocol === BRIDGED_ETHERNET || protocol === BRIDGED_ETHERNET_FCS ? ETHERNET : OTHER_PROTOCOL;
    default:
      return OTHER_PROTOCOL;
  }
}

/** One byte of network layer protocol identifier, moved past. */
export function nlpid(walk: Walk): number {
  const id = walk.u8(0);
  walk.at += 1;
  return NLPID + id;
}

/** RFC 1483 and RFC 2225 over ATM: LLC, or nothing but IP on a circuit of its own. */
export function llcOrIp(walk: Walk): number {
  if (!walk.has(2)) return walk.missing();
  return walk.u8(0) === SAP_SNAP || walk.u8(0) === SAP_OSI ? LLC : ANY_IP;
}
