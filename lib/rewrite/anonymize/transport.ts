import type { Rewriting } from './rewriting.ts';
import type { Header, HeaderRule } from './rule.ts';

/** TCP, UDP with the tunnels in it, ICMP, GRE. What they carry stays zero. */

const TCP = 6;
const UDP = 17;
const ICMPV6 = 58;

// How much of a TCP option is kept, its kind and length included (iana.org/assignments/tcp-parameters). Of the others
// these two bytes: cookies, signatures and addresses are nobody's business.
const WHOLE = 40;
const KEPT_OF_OPTION: ReadonlyMap<number, number> = new Map([
  [2, WHOLE], // maximum segment size
  [3, WHOLE], // window scale
  [4, WHOLE], // SACK permitted
  [5, WHOLE], // SACK
  [8, WHOLE], // timestamps
  [28, WHOLE], // user timeout
  [30, 4], // MPTCP: what it is, but no keys or addresses
  [172, WHOLE], // AccECN
  [174, WHOLE],
  [253, 4], // experiments: whose
  [254, 4],
]);
const END_OF_OPTIONS = 0;
const NO_OPERATION = 1;

export const tcpRule: HeaderRule = (r, { start, dataEnd, wireEnd, segment }) => {
  const held = dataEnd - start;
  r.keep(start, start + Math.min(20, held));
  if (held < 18) return true;
  r.pseudoChecksum(start + 16, start, dataEnd, segment, TCP, wireEnd - start);
  const headerEnd = Math.min(start + ((r.before[start + 12]! >>> 4) << 2), dataEnd);
  for (let at = start + 20; at < headerEnd; ) {
    const kind = r.before[at]!;
    if (kind === END_OF_OPTIONS) break;
    const length = kind === NO_OPERATION ? 1 : at + 1 < headerEnd ? r.before[at + 1]! : 0;
    r.keep(at, Math.min(at + Math.max(1, Math.min(length, KEPT_OF_OPTION.get(kind) ?? 2)), headerEnd));
    if (length === 0 || (kind !== NO_OPERATION && length < 2)) {
      // An impossible length is kept for what it is.
      r.keep(at, Math.min(at + 2, headerEnd));
      break;
    }
    at += length;
  }
  return true;
};

// What a tunnel over UDP keeps of its header, by its port: the table of packet/tunnel/udp.ts without those whose
// headers hold addresses.
const WHOLE_HEADER = 1024;
const TUNNELS: ReadonlyMap<number, number> = new Map([
  [434, 4], // Mobile IP
  [1701, WHOLE_HEADER], // L2TP
  [2123, WHOLE_HEADER], // GTP
  [2152, WHOLE_HEADER],
  [3386, WHOLE_HEADER],
  [4341, WHOLE_HEADER], // LISP
  [4754, WHOLE_HEADER], // GRE
  [4789, WHOLE_HEADER], // VXLAN
  [4790, WHOLE_HEADER],
  [4791, WHOLE_HEADER], // RoCE
  [5247, 8], // CAPWAP, whose options hold a radio's address
  [6081, 8], // Geneve, whose options hold anything
  [6635, WHOLE_HEADER], // MPLS
  [8472, WHOLE_HEADER], // VXLAN
  [30030, WHOLE_HEADER], // Juniper's mirror
]);
/** Those whose headers hold addresses: AYIYA, LWAPP. */
const ADDRESSED: ReadonlySet<number> = new Set([5072, 12_222]);
/** What is known by its first word, and holds anything behind it: OmniPeek, RFtap. */
const MAGIC: ReadonlySet<number> = new Set([0x00ff, 0x5246]);
const TEREDO_AUTHENTICATION = 1;
const TZSP = 37_008;
const SFLOW = 6343;

/** RFC 768; and of what a tunnel puts behind it, what tells nobody. */
export const udpRule: HeaderRule = (r, { start, end, dataEnd, wireEnd, segment }) => {
  if (dataEnd - start < 8) return false;
  r.keep(start, start + 8);
  const length = r.u16(start + 4) >= 8 ? r.u16(start + 4) : wireEnd - start;
  if (r.u16(start + 6) !== 0) {
    r.pseudoChecksum(start + 6, start, Math.min(dataEnd, start + length), segment, UDP, length);
  }
  // No tunnel.
  if (end === start) return true;
  const [from, to] = [r.u16(start), r.u16(start + 2)];
  if (to === TZSP || from === TZSP) return keepEnds(r, start + 8, end);
  if (ADDRESSED.has(to) || ADDRESSED.has(from)) return false;
  const kept = TUNNELS.get(to) ?? TUNNELS.get(from);
  if (kept === undefined && (to === SFLOW || from === SFLOW)) return keepAgent(r, start + 8, end);
  if (kept === undefined && MAGIC.has(r.u16(start + 8))) return false;
  if (kept !== undefined) r.keep(start + 8, Math.min(start + 8 + kept, end));
  // Teredo, which has no port of its own, may put an authentication and addresses before the packet (RFC 4380 5.1.1): of
  // these only the first's lengths.
  else if (r.u16(start + 8) === TEREDO_AUTHENTICATION) r.keep(start + 8, Math.min(start + 12, end));
  return true;
};

/** TZSP: version, type, format; of its tags nothing but the one that ends them: zeroes are padding. */
function keepEnds(r: Rewriting, start: number, end: number): boolean {
  r.keep(start, start + 4);
  r.keep(end - 1, end);
  return true;
}

/** sFlow: version, the agent's address and its type, numbers. */
function keepAgent(r: Rewriting, start: number, end: number): boolean {
  if (end - start < 28) return false;
  const isIpv6 = end - start === 40;
  r.keep(start, start + 8);
  if (isIpv6) r.ipv6(start + 8);
  else r.ipv4(start + 8);
  r.keep(start + (isIpv6 ? 24 : 12), end);
  return true;
}

const SIZED = 8;

/** Of what an sFlow agent says beside the headers that it sampled, format and length. */
export const sampleRule: HeaderRule = (r, { start, end, dataEnd }) => {
  r.keep(start, end > start ? end : Math.min(start + SIZED, dataEnd));
  return true;
};

// Types of ICMP (RFC 792) and ICMPv6 (RFC 4443).
const ECHO: ReadonlySet<number> = new Set([0, 8]);
const ECHO_V6: ReadonlySet<number> = new Set([128, 129]);
const REDIRECT = 5;

/** An error, whose quote follows, or an echo: type, code, checksum, four bytes. Of other messages the first four. */
export const icmpRule: HeaderRule = (r, header) => {
  const { start, dataEnd } = header;
  if (!keepIcmp(r, header, ECHO)) return false;
  if (r.before[start] === REDIRECT && header.end > start) r.ipv4(start + 4);
  r.checksum(start + 2, start, dataEnd);
  return true;
};

export const icmpv6Rule: HeaderRule = (r, header) => {
  const { start, dataEnd, wireEnd, segment } = header;
  if (!keepIcmp(r, header, ECHO_V6)) return false;
  r.pseudoChecksum(start + 2, start, dataEnd, segment, ICMPV6, wireEnd - start);
  return true;
};

function keepIcmp(r: Rewriting, { start, end, dataEnd }: Header, echo: ReadonlySet<number>): boolean {
  if (dataEnd - start < 8) return false;
  r.keep(start, start + (end > start || echo.has(r.before[start]!) ? 8 : 4));
  return true;
}

const GRE_CHECKSUM = 0x80;
const GRE_ROUTING = 0x40;

/** RFC 2784, and ERSPAN's header with it. Source routes hold addresses. */
export const greRule: HeaderRule = (r, { start, end, dataEnd }) => {
  if (end === start) return false;
  const flags = r.before[start]!;
  if ((flags & GRE_ROUTING) !== 0) return false;
  r.keep(start, end);
  if ((flags & GRE_CHECKSUM) !== 0) r.checksum(start + 4, start, dataEnd);
  return true;
};
