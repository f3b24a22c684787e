import type { Int32Columns } from '../../bytes/columns.ts';
import { HEADER_CUT, type Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { linkOf } from './history.ts';

/**
 * The last segments of a flow that carry nothing (ACKs, RSTs), as fingerprints: a copy of one of them has the same
 * header to the bit. A ring of eight in one record of a pool.
 */
const SLOTS = 8;
const SLOT_WIDTH = 4;
const CURSOR = SLOTS * SLOT_WIDTH;
export const ACKS_WIDTH: number = CURSOR + 1;

// Columns of a slot.
const FINGERPRINT = 0;
const FRAME = 1;
/** Capture time in microseconds, wrapped. */
const MICROS = 2;
const LINK = 3;

/** What the copy found resembles. */
export interface Twin {
  frame: number;
  /** Seconds since it was seen. */
  lag: number;
  sameLink: boolean;
}

/** Everything of the header that every copy of one transmission shares, folded. */
function fingerprint(segment: Segment): number {
  let hash = segment.ack ^ Math.imul(segment.seq, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 15) ^ segment.tsVal, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13) ^ segment.tsEcr, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16) ^ ((segment.window << 16) | (segment.ipId & 0xffff)), 0x27d4eb2f);
  hash ^= segment.flags;
  // Where options are missing, the checksum stands for them.
  if (segment.troubles & HEADER_CUT) hash = Math.imul(hash ^ segment.checksum, 0x165667b1);
  for (let i = 0; i < segment.sackCount * 2; i++) hash = Math.imul(hash ^ (hash >>> 15) ^ segment.sack[i]!, 0x165667b1);
  return hash | 0;
}

function micros(segment: Segment): number {
  return (Math.imul(segment.seconds, 1_000_000) + ((segment.nanos / 1000) | 0)) | 0;
}

/** Remembers a bare segment. */
export function remember(pool: Int32Columns, flow: Flow, segment: Segment): void {
  if (flow.recentAcks < 0) {
    flow.recentAcks = pool.allocate();
    for (let slot = 0; slot < SLOTS; slot++) pool.set(flow.recentAcks, slot * SLOT_WIDTH + FRAME, 0);
    pool.set(flow.recentAcks, CURSOR, 0);
  }
  const cursor = cursorOf(pool, flow.recentAcks);
  rememberAt(pool, flow.recentAcks, cursor, segment);
  setCursor(pool, flow.recentAcks, nextSlot(cursor));
}

/** Remembers a bare segment in a slot of a ring. */
export function rememberAt(pool: Int32Columns, ring: number, cursor: number, segment: Segment): void {
  const chunk = pool.chunk(ring);
  const slot = pool.offset(ring) + cursor * SLOT_WIDTH;
  chunk[slot + FINGERPRINT] = fingerprint(segment);
  chunk[slot + FRAME] = segment.frame;
  chunk[slot + MICROS] = micros(segment);
  chunk[slot + LINK] = linkOf(segment);
}

/** The slot of a ring that is written next. */
export function cursorOf(pool: Int32Columns, ring: number): number {
  return pool.get(ring, CURSOR);
}

export function setCursor(pool: Int32Columns, ring: number, cursor: number): void {
  pool.set(ring, CURSOR, cursor);
}

export function nextSlot(cursor: number): number {
  return (cursor + 1) & (SLOTS - 1);
}

/** One of those remembered in a ring has the same header: `findTwin` will say more. */
export function resembles(pool: Int32Columns, ring: number, segment: Segment): boolean {
  const chunk = pool.chunk(ring);
  const print = fingerprint(segment);
  for (let slot = pool.offset(ring), end = slot + CURSOR; slot < end; slot += SLOT_WIDTH) {
    if (chunk[slot + FINGERPRINT] === print) return true;
  }
  return false;
}

/** The latest segment remembered with the same header as this one; false when there is none. */
export function findTwin(pool: Int32Columns, flow: Flow, segment: Segment, twin: Twin): boolean {
  if (flow.recentAcks < 0) return false;
  const chunk = pool.chunk(flow.recentAcks);
  const at = pool.offset(flow.recentAcks);
  const print = fingerprint(segment);
  for (let back = 1; back <= SLOTS; back++) {
    const slot = at + ((chunk[at + CURSOR]! - back) & (SLOTS - 1)) * SLOT_WIDTH;
    if (chunk[slot + FINGERPRINT] !== print || chunk[slot + FRAME] === 0) continue;
    twin.frame = chunk[slot + FRAME]!;
    twin.lag = ((micros(segment) - chunk[slot + MICROS]!) | 0) / 1e6;
    twin.sameLink = chunk[slot + LINK] === linkOf(segment);
    return true;
  }
  return false;
}

/** How many of those remembered have the same header as this one. */
export function countTwins(pool: Int32Columns, flow: Flow, segment: Segment): number {
  if (flow.recentAcks < 0) return 0;
  const print = fingerprint(segment);
  let count = 0;
  for (let slot = 0; slot < SLOTS; slot++) {
    const at = slot * SLOT_WIDTH;
    if (pool.get(flow.recentAcks, at + FINGERPRINT) === print && pool.get(flow.recentAcks, at + FRAME) !== 0) count++;
  }
  return count;
}

/** The frames of all that are remembered. */
export function framesRemembered(pool: Int32Columns, flow: Flow): number[] {
  if (flow.recentAcks < 0) return [];
  const frames = Array.from({ length: SLOTS }, (_, slot) => pool.get(flow.recentAcks, slot * SLOT_WIDTH + FRAME));
  return frames.filter((frame) => frame !== 0);
}

/** Gives the ring back to the pool. */
export function forgetAcks(pool: Int32Columns, flow: Flow): void {
  if (flow.recentAcks >= 0) pool.release(flow.recentAcks);
  flow.recentAcks = -1;
}
