/**
 * What a header says that follows it, as `space + number`: the numbers are those of the registries, and table.ts says
 * who reads them.
 */

/** LINKTYPE_ values (tcpdump.org/linktypes.html). */
export const LINK = 0x10000;
/** What Ethernet frames carry (iana.org/assignments/ieee-802-numbers). */
export const ETHERTYPE = 0x20000;
/** IP protocol numbers, and IPv6 next headers. */
export const IP_PROTOCOL = 0x30000;
/** PPP protocol numbers (RFC 1661). */
export const PPP = 0x40000;
/** OSI network layer protocol identifiers (ISO/IEC TR 9577). */
export const NLPID = 0x50000;
/** Formats that only stand within others, and have no registry. */
export const INNER = 0x60000;
export const LLC = INNER + 1;
export const SNAP = INNER + 2;
/** 802.11 whose header is padded to words. */
export const WLAN_PADDED = INNER + 3;
/** 802.11 whose frame control bytes are swapped. */
export const WLAN_SWAPPED = INNER + 4;
/** Pseudowire or IP after an MPLS label stack. */
export const MPLS_PAYLOAD = INNER + 5;
/** Infiniband from its global route on, and from its transport header on. */
export const GLOBAL_ROUTE = INNER + 6;
export const BASE_TRANSPORT = INNER + 7;
/** One of the packets that share a frame: in 802.11, sFlow (a sample, and a record of it), TECMP, multiplexed PPP. */
export const AGGREGATED = INNER + 8;
export const SAMPLE = INNER + 9;
export const SAMPLE_RECORD = INNER + 10;
export const RECORDED = INNER + 11;
export const MULTIPLEXED = INNER + 12;
/** PPP between flags, as a stream of bytes. */
export const ASYNCHRONOUS_PPP = INNER + 13;

// The formats that many others contain.
export const ETHERNET = LINK + 1;
export const AX25 = LINK + 3;
export const TOKEN_RING = LINK + 6;
export const ANY_IP = LINK + 101;
export const CISCO_HDLC = LINK + 104;
export const WLAN = LINK + 105;
export const FRAME_RELAY = LINK + 107;
export const FIBRE_CHANNEL = LINK + 224;
export const INFINIBAND = LINK + 247;
export const ANY_PPP = LINK + 9;
export const FDDI = LINK + 10;
export const IPV4 = ETHERTYPE + 0x0800;
export const IPV6 = ETHERTYPE + 0x86dd;
export const MPLS_LABELS = ETHERTYPE + 0x8847;

// Instead of a key: why there is no TCP in the frame.
export const OTHER_PROTOCOL = -1;
export const IP_FRAGMENT = -2;
export const CUT_BEFORE_TCP = -3;
export const MALFORMED = -4;
export const ENCRYPTED = -5;
export const LINK_FRAGMENT = -6;
export const COMPRESSED = -7;
export const TOO_DEEP = -8;

/** How skipped frames are told, by `-reason`. */
export const REASONS = [
  '',
  'not TCP',
  'IP fragment',
  'cut before TCP header',
  'malformed header before TCP',
  'encrypted',
  'fragment of the link layer',
  'compressed TCP header',
  'too many headers',
] as const;

/** Most layers in one frame: more is not a network. */
export const MAX_LAYERS = 48;

/** A link type that no registry has, from a damaged file. */
export const UNREGISTERED = 0;

/** The key of a frame's link type. Files have more bits for it than the registry. */
export function linkKey(linkType: number): number {
  return linkType <= 0xffff ? LINK + linkType : UNREGISTERED;
}
