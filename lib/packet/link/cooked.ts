import { ANY_PPP, ETHERNET, ETHERTYPE, FRAME_RELAY, LINK, LLC, OTHER_PROTOCOL, WLAN } from '../keys.ts';
import type { Walk } from '../walk.ts';
import { LEAST_ETHERTYPE } from './ethernet.ts';

// What follows by the kind of interface, whatever the protocol says (ARPHRD_ values of linux/if_arp.h).
const BY_HARDWARE: ReadonlyMap<number, number> = new Map([
  [770, FRAME_RELAY],
  [803, LINK + 127],
]);

// The same, where the protocol is no ethertype.
const RAW_BY_HARDWARE: ReadonlyMap<number, number> = new Map([
  [801, WLAN],
  [802, LINK + 119],
]);

// Protocol values that are no ethertypes (ETH_P_ values of linux/if_ether.h).
const BY_PROTOCOL: ReadonlyMap<number, number> = new Map([
  [3, ETHERNET],
  [4, LLC],
  [7, ANY_PPP],
]);

/** Linux cooked capture v1 (LINKTYPE_LINUX_SLL): packet type, ARPHRD, address length, address, protocol. */
export function cooked(walk: Walk): number {
  if (!walk.has(16)) return walk.missing();
  const hardware = walk.u16(2);
  const protocol = walk.u16(14);
  for (let i = 0; i < 12; i += 4) walk.link(walk.i32(i));
  walk.link(walk.u16(12));
  walk.at += 16;
  return cookedProtocol(hardware, protocol);
}

/** Linux cooked capture v2 (LINKTYPE_LINUX_SLL2): protocol, interface index, ARPHRD, packet type, address. */
export function cooked2(walk: Walk): number {
  if (!walk.has(20)) return walk.missing();
  const protocol = walk.u16(0);
  const hardware = walk.u16(8);
  for (let i = 4; i < 20; i += 4) walk.link(walk.i32(i));
  walk.at += 20;
  return cookedProtocol(hardware, protocol);
}

function cookedProtocol(hardware: number, protocol: number): number {
  const byHardware = BY_HARDWARE.get(hardware);
  if (byHardware !== undefined) return byHardware;
  if (protocol >= LEAST_ETHERTYPE) return ETHERTYPE + protocol;
  return RAW_BY_HARDWARE.get(hardware) ?? BY_PROTOCOL.get(protocol) ?? OTHER_PROTOCOL;
}
