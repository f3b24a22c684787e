import { ETHERTYPE, INNER, LLC, OTHER_PROTOCOL, type Walk } from '../walk.ts';
import { LEAST_ETHERTYPE } from './ethernet.ts';

// Protocol values of Linux cooked captures that are no ethertypes (linux/if_ether.h).
const PROTOCOL_LLC = 4;

/** Linux cooked capture v1 (LINKTYPE_LINUX_SLL): packet type, ARPHRD, address length, address, protocol. */
export function cooked(walk: Walk): number {
  if (!walk.has(16)) return walk.missing();
  walk.link(walk.i32(0));
  walk.link(walk.u16(4));
  walk.link(walk.i32(6));
  walk.link(walk.i32(10));
  const protocol = walk.u16(14);
  walk.at += 16;
  return cookedProtocol(protocol);
}

/** Linux cooked capture v2 (LINKTYPE_LINUX_SLL2): protocol, interface index, ARPHRD, packet type, address. */
export function cooked2(walk: Walk): number {
  if (!walk.has(20)) return walk.missing();
  const protocol = walk.u16(0);
  for (let i = 4; i < 20; i += 4) walk.link(walk.i32(i));
  walk.at += 20;
  return cookedProtocol(protocol);
}

function cookedProtocol(protocol: number): number {
  if (protocol >= LEAST_ETHERTYPE) return ETHERTYPE + protocol;
  return protocol === PROTOCOL_LLC ? INNER + LLC : OTHER_PROTOCOL;
}
