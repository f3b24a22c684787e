import { IP_PROTOCOL } from '../keys.ts';
import { LENGTH_FROM_FRAME } from '../segment.ts';
import type { Walk } from '../walk.ts';
import { defragment } from './ip.ts';

const PAD1 = 0;
const JUMBO_PAYLOAD = 0xc2;
const HOME_ADDRESS = 0xc9;

const ROUTING_SOURCE = 0;
const ROUTING_MOBILE = 2;
const ROUTING_SEGMENT = 4;

/** Extension headers of IPv6 whose contents say nothing of TCP: next header, and length in 8 bytes (RFC 8200 4). */
export function extension(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const next = walk.u8(0);
  const length = (walk.u8(1) + 1) << 3;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return IP_PROTOCOL + next;
}

/** Hop-by-hop options: a jumbogram tells its length here (RFC 2675 2). */
export function hopByHop(walk: Walk): number {
  const option = findOption(walk, JUMBO_PAYLOAD, 4);
  if (option > 0 && (walk.troubles & LENGTH_FROM_FRAME) !== 0) {
    const payload = walk.i32(option) >>> 0;
    if (payload > 0xffff) {
      walk.datagramEnd = walk.at + payload;
      walk.limit(payload);
      walk.troubles &= ~LENGTH_FROM_FRAME;
    }
  }
  return extension(walk);
}

/** Destination options: a mobile node tells its home address, which it is known by (RFC 6275 6.3). */
export function destinationOptions(walk: Walk): number {
  const option = findOption(walk, HOME_ADDRESS, 16);
  if (option > 0) {
    const { segment } = walk;
    segment.srcA = walk.i32(option);
    segment.srcB = walk.i32(option + 4);
    segment.srcC = walk.i32(option + 8);
    segment.srcD = walk.i32(option + 12);
  }
  return extension(walk);
}

/** Where the contents of an option of this kind and length begin in the header; 0 without. */
function findOption(walk: Walk, kind: number, length: number): number {
  if (!walk.has(8)) return 0;
  const headerLength = (walk.u8(1) + 1) << 3;
  if (!walk.has(headerLength)) return 0;
  for (let at = 2; at + 1 < headerLength; ) {
    if (walk.u8(at) === PAD1) {
      at++;
      continue;
    }
    const optionLength = walk.u8(at + 1);
    if (walk.u8(at) === kind && optionLength === length && at + 2 + length <= headerLength) return at + 2;
    at += 2 + optionLength;
  }
  return 0;
}

/** Routing: the destination is the last of the route (RFC 8200 4.4, RFC 6275 6.4, RFC 8754 2). */
export function routing(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const { segment } = walk;
  const length = (walk.u8(1) + 1) << 3;
  if (!walk.has(length)) return walk.missing();
  const type = walk.u8(2);
  const segmentsLeft = walk.u8(3);
  if (segmentsLeft > 0 && length >= 24) {
    const last =
      type === ROUTING_SEGMENT ? 8 : type === ROUTING_SOURCE || type === ROUTING_MOBILE ? 8 + ((length - 24) & ~15) : 0;
    if (last > 0) {
      segment.dstA = walk.i32(last);
      segment.dstB = walk.i32(last + 4);
      segment.dstC = walk.i32(last + 8);
      segment.dstD = walk.i32(last + 12);
    }
  }
  return extension(walk);
}

/** Authentication header: its length counts words of 4 bytes, less two (RFC 4302 2). */
export function authentication(walk: Walk): number {
  if (!walk.has(12)) return walk.missing();
  const next = walk.u8(0);
  const length = (walk.u8(1) + 2) << 2;
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return IP_PROTOCOL + next;
}

/** Dynamic source routing (RFC 4728 6.1): next header, length of the options behind these four bytes. */
export function dynamicSourceRoute(walk: Walk): number {
  if (!walk.has(4)) return walk.missing();
  const next = walk.u8(0);
  const length = 4 + walk.u16(2);
  if (!walk.has(length)) return walk.missing();
  walk.at += length;
  return IP_PROTOCOL + next;
}

/** RFC 8200 4.5. */
export function fragmentHeader(walk: Walk): number {
  if (!walk.has(8)) return walk.missing();
  const { segment } = walk;
  const next = walk.u8(0);
  const offsetAndMore = walk.u16(2);
  segment.ipId = walk.i32(4);
  walk.at += 8;
  // An atomic fragment is whole (RFC 8200 4.5).
  if ((offsetAndMore & 0xfff9) === 0) return IP_PROTOCOL + next;
  return defragment(walk, segment.ipId, next, offsetAndMore & 0xfff8, (offsetAndMore & 1) !== 0);
}
