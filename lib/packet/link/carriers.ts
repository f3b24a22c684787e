import { ANY_IP, ANY_PPP, CISCO_HDLC, ETHERNET, INFINIBAND, IPV4, IPV6, MPLS_LABELS, OTHER_PROTOCOL } from '../keys.ts';
import type { Layer, Walk } from '../walk.ts';
import { header } from './ethernet.ts';

/** Links of carriers, and what their cards and routers put before frames. */

/** Packets over a synchronous line, as the first byte tells: Cisco HDLC or PPP. */
function line(walk: Walk): number {
  if (!walk.has(1)) return walk.missing();
  const first = walk.u8(0);
  return first === 0x0f || first === 0x8f ? CISCO_HDLC : ANY_PPP;
}

const ethernetRecord = header(2, ETHERNET);
const lineOfChannel: Layer = (walk) => {
  if (!walk.has(4)) return walk.missing();
  walk.link(walk.i32(0) & 0x3ff);
  walk.at += 4;
  return line(walk);
};

// Endace's types of records.
const ENDACE_RECORDS: ReadonlyMap<number, Layer> = new Map<number, Layer>([
  [1, line],
  [2, ethernetRecord],
  [5, lineOfChannel],
  // Coloured, classified by a processor, hashed.
  [10, line],
  [11, ethernetRecord],
  [15, line],
  [16, ethernetRecord],
  [17, lineOfChannel],
  [19, line],
  [20, ethernetRecord],
  [21, () => INFINIBAND],
  [22, () => ANY_IP],
  [23, () => ANY_IP],
]);

/** Endace ERF: 16 bytes, of which the last two tell the length on the wire, extension headers of 8, then by type. */
export function endace(walk: Walk): number {
  if (!walk.has(16)) return walk.missing();
  const type = walk.u8(8);
  const wireLength = walk.u16(14);
  walk.at += 16;
  for (let more = (type & 0x80) !== 0; more; ) {
    if (!walk.has(8)) return walk.missing();
    more = (walk.u8(0) & 0x80) !== 0;
    walk.at += 8;
  }
  const next = ENDACE_RECORDS.get(type & 0x7f)?.(walk) ?? OTHER_PROTOCOL;
  walk.wireEnd = Math.max(walk.wireEnd, walk.at + wireLength);
  return next;
}

// What the generic framing procedure carries, by user payload identifier.
const GENERIC_PAYLOADS: ReadonlyMap<number, number> = new Map([
  [1, ETHERNET],
  [2, ANY_PPP],
  [12, MPLS_LABELS],
  [13, MPLS_LABELS],
  [16, IPV4],
  [17, IPV6],
]);
const CLIENT_DATA = 0;
const LINEAR = 1;

/** Generic framing procedure (ITU-T G.7041 6.1): length and type, each with its check, and for rings another header. */
export function genericFraming(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const type = walk.u16(4);
  const next = GENERIC_PAYLOADS.get(type & 0xff);
  const extension = (type >>> 8) & 0xf;
  const length = extension === LINEAR ? 12 : 8;
  if (type >>> 13 !== CLIENT_DATA || extension > LINEAR || next === undefined) return OTHER_PROTOCOL;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return next;
}

const REDBACK_HEADER = 24;
const REDBACK_IP = 1;
const REDBACK_ETHERNET: ReadonlySet<number> = new Set([3, 4, 8]);

/** Redback's SmartEdge: context, flags, circuit, length, protocol; where layer 3 begins, and where data do. */
export function redback(walk: Walk): number {
  if (!walk.has(REDBACK_HEADER)) return walk.missing();
  const protocol = walk.u16(18);
  const offset = walk.u16(20);
  walk.link(walk.i32(8));
  walk.link(walk.i32(12));
  if (offset < REDBACK_HEADER) return OTHER_PROTOCOL;
  // Data that begin after layer 3 have a link's header before them.
  const isEthernet = walk.u16(22) > offset || REDBACK_ETHERNET.has(protocol);
  if (!walk.has(offset)) return walk.missing();
  walk.at += offset;
  return isEthernet ? ETHERNET : protocol === REDBACK_IP ? IPV4 : OTHER_PROTOCOL;
}
