import { IP_PROTOCOL } from '../keys.ts';
import { LENGTH_FROM_FRAME } from '../segment.ts';
import type { Walk } from '../walk.ts';
import { defragment } from './ip.ts';

const PAD1 = 0;
const JUMBO_PAYLOAD = 0xc2;

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
  if (!walk.has(8)) return walk.missing();
  const length = (walk.u8(1) + 1) << 3;
  if (!walk.has(length)) return walk.missing();
  for (let i = 2; i + 1 < length; ) {
    const option = walk.u8(i);
    if (option === PAD1) {
      i++;
      continue;
    }
    const optionLength = walk.u8(i + 1);
    if (option === JUMBO_PAYLOAD && optionLength === 4 && i + 6 <= length && walk.troubles & LENGTH_FROM_FRAME) {
      const payload = walk.i32(i + 2) >>> 0;
      if (payload >= length) {
        walk.datagramEnd = walk.at + payload;
        walk.limit(payload);
        walk.troubles &= ~LENGTH_FROM_FRAME;
      }
    }
    i += 2 + optionLength;
  }
  return extension(walk);
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
