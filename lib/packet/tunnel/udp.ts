import { BASE_TRANSPORT, ENCRYPTED, MALFORMED, OTHER_PROTOCOL } from '../keys.ts';
import type { Layer, Walk } from '../walk.ts';
import { gre } from './gre.ts';
import { ROCE } from './kinds.ts';
import { junosMirror, peek, rftap, sflow, tzsp } from './mirrors.ts';
import { ayiya, gtp, isTeredo, l2tp, mobileIp, teredo } from './mobile.ts';
import { mpls } from './mpls.ts';
import { geneve, lisp, vxlan, vxlanGpe, vxlanIfExact } from './overlay.ts';
import { capwap, lwappOverUdp } from './wireless.ts';

/** Tunnels over UDP by the ports that are theirs. */
const BY_PORT: ReadonlyMap<number, Layer> = new Map<number, Layer>([
  [434, mobileIp],
  [1701, l2tp],
  [2123, gtp],
  [2152, gtp],
  [3386, gtp],
  [3544, teredo],
  [4341, lisp],
  [4754, gre],
  [4789, vxlan],
  [4790, vxlanGpe],
  [4791, roce],
  [5072, ayiya],
  [5247, capwap],
  [6081, geneve],
  [6343, sflow],
  [6635, mpls],
  [8472, vxlanIfExact],
  [12222, lwappOverUdp],
  [30030, junosMirror],
  [37008, tzsp],
]);

/** And by the word that they begin with, from any port to any. */
const BY_MAGIC: ReadonlyMap<number, Layer> = new Map<number, Layer>([
  [0x00ffabcd, peek],
  [0x52467461, rftap],
]);

/** RFC 768: a tunnel if the port it goes to, or the one it comes from, is a tunnel's, or if it looks like one. */
export function udp(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const told = walk.u16(4);
  // Zero in IPv6: more than 65,535 bytes (RFC 2675 4).
  const length = told === 0 && walk.segment.ipVersion === 6 ? walk.wireEnd - walk.at : told;
  const layer = BY_PORT.get(walk.u16(2)) ?? BY_PORT.get(walk.u16(0)) ?? byLooks(walk, length);
  if (layer === undefined) return OTHER_PROTOCOL;
  if (length < 8) return MALFORMED;
  walk.limit(length);
  walk.at += 8;
  return layer(walk);
}

function byLooks(walk: Walk, length: number): Layer | undefined {
  if (!walk.has(12)) return undefined;
  return BY_MAGIC.get(walk.i32(8)) ?? (isTeredo(walk, length) ? teredo : undefined);
}

/** Infiniband's transport over UDP, version 2 of RoCE. */
function roce(walk: Walk): number {
  walk.enterOverIp(ROCE, 0);
  return BASE_TRANSPORT;
}

/** IPsec's payload (RFC 4303): nothing to see. */
export function encrypted(): number {
  return ENCRYPTED;
}
