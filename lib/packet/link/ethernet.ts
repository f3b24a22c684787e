import { ETHERNET, ETHERTYPE, LLC, OTHER_PROTOCOL } from '../keys.ts';
import { VLAN } from '../tunnel/kinds.ts';
import type { Layer, Walk } from '../walk.ts';

/** Below this a type field is a length (IEEE 802.3 3.2.6). */
export const LEAST_ETHERTYPE = 0x600;
export const MOST_LENGTH = 1500;

const ISL_HEADER = 26;

/** Ethernet II and IEEE 802.3, and Cisco ISL around them. */
export function ethernet(walk: Walk): number {
  if (!walk.has(14)) return walk.missing();
  if (isIsl(walk)) return interSwitchLink(walk);
  linkAddresses(walk);
  walk.at += 12;
  return typeOrLength(walk);
}

/** Folds both MAC addresses, 12 bytes, into the link's identity. */
export function linkAddresses(walk: Walk): void {
  walk.link(walk.i32(0));
  walk.link(walk.i32(4));
  walk.link(walk.i32(8));
}

/** The type field that ends an Ethernet header or a tag in it, and what it says. Two bytes must be there. */
export function typeOrLength(walk: Walk): number {
  const type = walk.u16(0);
  walk.at += 2;
  if (type >= LEAST_ETHERTYPE) return ETHERTYPE + type;
  if (type > MOST_LENGTH) return OTHER_PROTOCOL;
  walk.limit(type);
  return LLC;
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

/** A tag of `length` bytes that says nothing of TCP, then the next type. */
export function tag(length: number): Layer {
  return (walk) => {
    if (!walk.has(length + 2)) return walk.missing();
    walk.at += length;
    return typeOrLength(walk);
  };
}

/** A header of `length` bytes that says nothing of TCP, then `next`. */
export function header(length: number, next: number): Layer {
  return (walk) => {
    if (!walk.has(length)) return walk.missing();
    walk.at += length;
    return next;
  };
}

/** Addresses of Ethernet, then a tag of `length` bytes, then the type: what some switches send to their processor. */
export function taggedBySwitch(length: number): Layer {
  return (walk) => {
    if (!walk.has(14 + length)) return walk.missing();
    linkAddresses(walk);
    walk.at += 12 + length;
    return typeOrLength(walk);
  };
}

function isIsl(walk: Walk): boolean {
  const first = walk.u8(0);
  return (first === 0x01 || first === 0x0c) && walk.i32(1) >>> 0 === 0x000c0000 && walk.has(ISL_HEADER);
}

/** Cisco Inter-Switch Link: 26 bytes around a whole frame, and 4 after it. */
function interSwitchLink(walk: Walk): number {
  const id = walk.u16(20) >>> 1;
  walk.link(id);
  if (id !== 0) walk.enter(VLAN, id);
  walk.at += ISL_HEADER;
  return ETHERNET;
}
