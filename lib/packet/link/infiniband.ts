import { BASE_TRANSPORT, ETHERTYPE, GLOBAL_ROUTE, IPV4, IPV6, OTHER_PROTOCOL } from '../keys.ts';
import type { Walk } from '../walk.ts';

/** Infiniband's headers, on its own links or over Ethernet or UDP (RoCE), as far as IP goes over them (RFC 4391). */

/** IP over Infiniband (LINKTYPE_IPOIB): global route header, type (RFC 4391 6). */
export function infiniband(walk: Walk): number {
  if (!walk.has(44)) return walk.missing();
  const type = walk.u16(40);
  for (let i = 20; i < 40; i += 4) walk.link(walk.i32(i));
  walk.at += 44;
  return ETHERTYPE + type;
}

const LOCAL = 2;
const GLOBAL = 3;

/** Local route: lanes, what follows, addresses and length. */
export function localRoute(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const next = walk.u8(1) & 3;
  walk.link(walk.u16(2));
  walk.link(walk.u16(6));
  walk.at += 8;
  return next === LOCAL ? BASE_TRANSPORT : next === GLOBAL ? GLOBAL_ROUTE : OTHER_PROTOCOL;
}

const TRANSPORT = 0x1b;

/** Global route: in the form of an IPv6 header. */
export function globalRoute(walk: Walk): number {
  if (!walk.has(40)) return walk.missing();
  if (walk.u8(6) !== TRANSPORT) return OTHER_PROTOCOL;
  for (let i = 8; i < 40; i += 4) walk.link(walk.i32(i));
  walk.at += 40;
  return BASE_TRANSPORT;
}

/** Sent without a connection, whole. */
const DATAGRAM: ReadonlySet<number> = new Set([0x64, 0x65]);
const DATAGRAM_HEADERS = 12 + 8;
/** With immediate data, four bytes more. */
const IMMEDIATE = 1;
/** Queues of management. */
const MOST_SPECIAL_QUEUE = 1;

/** Base transport header, that of datagrams behind it; then what IP over Infiniband begins with: type, and zeroes. */
export function baseTransport(walk: Walk): number {
  if (!walk.has(DATAGRAM_HEADERS)) return walk.missing();
  const kind = walk.u8(0);
  const queue = walk.i32(4) & 0xffffff;
  if (!DATAGRAM.has(kind) || queue <= MOST_SPECIAL_QUEUE) return OTHER_PROTOCOL;
  const length = DATAGRAM_HEADERS + (kind & IMMEDIATE ? 4 : 0);
  if (!walk.has(length + 4)) return walk.missing();
  const next = ETHERTYPE + walk.u16(length);
  const isIp = (next === IPV4 || next === IPV6) && walk.u16(length + 2) === 0;
  walk.at += length + 4;
  return isIp ? next : OTHER_PROTOCOL;
}
