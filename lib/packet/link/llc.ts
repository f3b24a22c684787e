import { ANY_IP, ETHERNET, ETHERTYPE, IPV4, LLC, NLPID, OTHER_PROTOCOL, SNAP, TOKEN_RING } from '../keys.ts';
import type { Walk } from '../walk.ts';

const SAP_IP = 0x06;
const SAP_IP_BOTH = 0x0606;
const SAP_SNAP = 0xaa;
/** As destination and as source. */
const SNAP_BOTH = 0xaaaa;
const SAP_OSI = 0xfe;

// Organizations whose SNAP protocol numbers are ethertypes (RFC 1042, IEEE 802.1H, AppleTalk).
const OUI_ETHERTYPE = 0x000000;
const OUI_BRIDGE_TUNNEL = 0x0000f8;
const OUI_APPLE = 0x080007;
/** IEEE 802.1's own: bridged frames, with or without their check sequence (RFC 2427, RFC 2684). */
const OUI_BRIDGED = 0x0080c2;
const BRIDGED: ReadonlyMap<number, number> = new Map([
  [1, ETHERNET],
  [3, TOKEN_RING],
  [7, ETHERNET],
  [9, TOKEN_RING],
]);

/** IEEE 802.2 logical link control. */
export function llc(walk: Walk): number {
  if (!walk.has(3)) return walk.missing();
  const destination = walk.u8(0);
  // Novell's "raw" frames have no LLC: they begin with IPX, whose checksum is never used.
  if (destination === 0xff) return OTHER_PROTOCOL;
  // Information and supervisory frames have two bytes of control, unnumbered ones one.
  const unnumbered = (walk.u8(2) & 3) === 3;
  const isSnap = walk.u16(0) === SNAP_BOTH;
  walk.at += unnumbered ? 3 : 4;
  if (isSnap) return SNAP;
  switch (destination & 0xfe) {
    case SAP_IP:
      return IPV4;
    case SAP_OSI:
      return walk.has(1) ? nlpid(walk) : walk.missing();
    default:
      return OTHER_PROTOCOL;
  }
}

/** Subnetwork access protocol; behind LLC two bytes fill up before a bridged frame (RFC 2684 5.2). */
export function snap(walk: Walk): number {
  return organization(walk, 2);
}

/** The same in frame relay, where nothing fills up (RFC 2427 4.2). */
export function unpaddedSnap(walk: Walk): number {
  return organization(walk, 0);
}

/** Organization, and a protocol number of theirs. */
function organization(walk: Walk, padding: number): number {
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
      if (!walk.has(padding)) return walk.missing();
      walk.at += padding;
      return BRIDGED.get(protocol) ?? OTHER_PROTOCOL;
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
  return walk.u8(0) === SAP_SNAP || walk.u8(0) === SAP_OSI || walk.u16(0) === SAP_IP_BOTH ? LLC : ANY_IP;
}
