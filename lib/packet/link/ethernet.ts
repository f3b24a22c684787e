import { VLAN } from '../tunnel/kinds.ts';
import { ETHERTYPE, INNER, LLC, OTHER_PROTOCOL, type Walk } from '../walk.ts';

/** Below this a type field is a length (IEEE 802.3 3.2.6). */
export const LEAST_ETHERTYPE = 0x600;
const MOST_LENGTH = 1500;

/** Ethernet II and IEEE 802.3. */
export function ethernet(walk: Walk): number {
  if (!walk.has(14)) return walk.missing();
  walk.link(walk.i32(0));
  walk.link(walk.i32(4));
  walk.link(walk.i32(8));
  walk.at += 12;
  return typeOrLength(walk);
}

/** The type field that ends an Ethernet header or a tag in it, and what it says. */
export function typeOrLength(walk: Walk): number {
  const type = walk.u16(0);
  walk.at += 2;
  if (type >= LEAST_ETHERTYPE) return ETHERTYPE + type;
  if (type > MOST_LENGTH) return OTHER_PROTOCOL;
  walk.limit(type);
  return INNER + LLC;
}

/** A VLAN tag (IEEE 802.1Q 9.6): 12 bits of identity, then the next type. */
export function vlan(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  const id = walk.u16(0) & 0xfff;
  walk.link(id);
  // Identity 0 is a priority tag: no VLAN.
  if (id !== 0) walk.enter(VLAN, id);
  walk.at += 2;
  return typeOrLength(walk);
}
