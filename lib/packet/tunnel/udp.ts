import { ENCRYPTED, OTHER_PROTOCOL } from '../keys.ts';
import type { Layer, Walk } from '../walk.ts';
import { gre } from './gre.ts';
import { junosMirror, sflow, tzsp } from './mirrors.ts';
import { ayiya, gtp, isTeredo, l2tp, teredo } from './mobile.ts';
import { mpls } from './mpls.ts';
import { geneve, lisp, vxlan, vxlanGpe, vxlanIfExact } from './overlay.ts';
import { capwap, lwapp } from './wireless.ts';

/** Tunnels over UDP by the ports that are theirs. */
const BY_PORT: ReadonlyMap<number, Layer> = new Map<number, Layer>([
  [1701, l2tp],
  [2123, gtp],
  [2152, gtp],
  [3386, gtp],
  [3544, teredo],
  [4341, lisp],
  [4754, gre],
  [4789, vxlan],
  [4790, vxlanGpe],
  [5072, ayiya],
  [5247, capwap],
  [6081, geneve],
  [6343, sflow],
  [6635, mpls],
  [8472, vxlanIfExact],
  [12222, lwapp],
  [30030, junosMirror],
  [37008, tzsp],
]);

/** RFC 768: a tunnel if the port it goes to, or the one it comes from, is a tunnel's; Teredo from any port to any. */
export function udp(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const length = walk.u16(4);
  const layer = BY_PORT.get(walk.u16(2)) ?? BY_PORT.get(walk.u16(0)) ?? (isTeredo(walk, length) ? teredo : undefined);
  if (layer === undefined) return OTHER_PROTOCOL;
  if (length >= 8) walk.limit(length);
  walk.at += 8;
  return layer(walk);
}

/** IPsec's payload (RFC 4303): nothing to see. */
export function encrypted(): number {
  return ENCRYPTED;
}
