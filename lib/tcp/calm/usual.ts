import { STRAY_SYN } from '../../facts/notes.ts';
import { ACK, PSH, type Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { SHORTEST_DELAY_MICROS, SMALL_SENT, SMALL_WAITED, TINY_SEGMENT_BYTES } from '../oddities/small.ts';
import { WATCHING } from '../oddities/watch.ts';
import { TINY_BYTES } from '../oddities/windows.ts';
import { NOT_RECOVERING } from '../verdict/detail.ts';
import { LEAST_TIMEOUT } from '../verdict/recovery.ts';
import { LEAST_PROBE_TIMEOUT } from '../verdict/unseen.ts';
import * as col from './columns.ts';

const CE = 3;
/** Beyond, a count of bytes might not fit an int32 while it rests. */
const MOST_BYTES = 0x3fffffff;

/** Nothing is going on but a transfer. One request and its answer are over before it pays. */
export function isCalm(c: Connection): boolean {
  return (
    c.steady &&
    (c.client.flow.dataSegments > 1 || c.server.flow.dataSegments > 1) &&
    c.expires === 0 &&
    c.sibling === null &&
    c.previous === null &&
    c.clientTunnel === c.serverTunnel &&
    (c.watch & WATCHING) === 0 &&
    (c.notes & STRAY_SYN) === 0 &&
    c.client.dupAcks === c.server.flow.dupAcks &&
    c.server.dupAcks === c.client.flow.dupAcks
  );
}

/** Segments that `e` sends may pass: there is nothing about either flow that they might stir up. */
export function passable(e: Endpoint, peer: Endpoint): boolean {
  const { flow } = e;
  const back = peer.flow;
  if (flow.bytes > MOST_BYTES || back.bytes > MOST_BYTES) return false;
  if ((flow.started & back.started & back.ackSeen) === 0 || flow.window === 0 || back.window === 0) return false;
  // Without a right edge so far, any would be the first (window/advertised.ts).
  if (flow.maxWindow === 0) return false;
  const own = flow.detail;
  const other = back.detail;
  return (
    (own === null ||
      (own.lost === 0 && own.pieces === null && own.index === null && own.recovery === NOT_RECOVERING)) &&
    (other === null || (other.index === null && other.isCalm()))
  );
}

/**
 * The usual segment: plain, whole, next in order, and nothing in its headers is news. It carries payload, or acknowledges
 * something new, or moves the window while nothing is under way. `a`: the side of its sender, `b`: the other.
 */
export function isUsual(m: Int32Array, a: number, b: number, s: Segment): boolean {
  if (s.seq !== m[a + col.NEXT] || (s.flags & ~PSH) !== ACK || s.sackCount !== 0 || s.troubles !== 0) return false;
  const { length, window } = s;
  const ackedNow = (s.ack - m[b + col.ACKED]!) | 0;
  const unsentNow = (s.ack - m[b + col.NEXT]!) | 0;
  if (ackedNow < 0 || unsentNow > 0) return false;
  // The same acknowledgment once more is a duplicate ACK while something is under way (RFC 5681 2).
  if (ackedNow + length === 0 && (unsentNow !== 0 || mayBeOlder(m, a, s))) return false;
  // Windows: open, and where they were or further on, but for what the scale rounds off.
  const scale = m[a + col.SCALE]!;
  if (window << scale < TINY_BYTES) return false;
  const isLess = window < m[a + col.END_WINDOW]! || window < TINY_BYTES;
  if (isLess && ((m[a + col.EDGE]! - s.ack - (window << scale)) | 0) > 1 << scale) return false;
  if (s.ttl !== m[a + col.TTL] || s.ecn === CE) return false;
  if (s.hasTimestamps && (isBelow(s.tsVal, m[a + col.TS_VAL]!) || isBelow(s.tsVal, m[a + col.FLOW_TS_VAL]!)))
    return false;
  if (length === 0) return m[a + col.RECENT_ACKS]! >= 0 && (m[b + col.SMALL] !== SMALL_SENT || !wasDelayed(m, b, s));
  if (length < TINY_SEGMENT_BYTES || m[a + col.SMALL] === SMALL_WAITED || m[a + col.TINY_RUN] !== 0) return false;
  if (length > m[b + col.MSS]! && m[b + col.MSS] !== 0) return false;
  const bytes = m[a + col.BYTES]!;
  return bytes > 0 && bytes <= MOST_BYTES && !mayHaveLostBefore(m, a, s);
}

/** It may have been sent before the newest of its sender (sending-order.ts: `sendingOrder`; this says yes more often). */
function mayBeOlder(m: Int32Array, a: number, s: Segment): boolean {
  if (s.hasTimestamps && s.tsVal !== m[a + col.FLOW_TS_VAL]) return false;
  return s.ipId > 0 && (s.ipId - m[a + col.IP_ID]!) << 16 < 0;
}

/** A timestamp goes back. 0: none so far. */
function isBelow(tsVal: number, highest: number): boolean {
  return highest !== 0 && ((tsVal - highest) | 0) < 0;
}

/**
 * It bears an older number, or numbers are left out in front of it, and it took its time (unseen.ts: `isDoubtful`; this says
 * yes more often).
 */
function mayHaveLostBefore(m: Int32Array, a: number, s: Segment): boolean {
  if (s.ipId <= 0 || m[a + col.IP_ID]! < 0 || m[a + col.IP_ID_JUMPS]! > 0) {
    if (s.length > m[a + col.LARGEST]! && (s.flags & PSH) === 0) return true;
    return m[a + col.ACKED] === m[a + col.NEXT] && silence(m, a, s) >= LEAST_TIMEOUT;
  }
  const step = ((s.ipId - m[a + col.IP_ID]!) << 16) >> 16;
  if (step === 1) return false;
  return step < 0 || silence(m, a, s) >= LEAST_PROBE_TIMEOUT;
}

/** Seconds since this side was heard last. */
function silence(m: Int32Array, a: number, s: Segment): number {
  return s.seconds - (m[a + col.SECONDS]! >>> 0) + (s.nanos - m[a + col.NANOS]!) / 1e9;
}

/** The acknowledgment of a small segment came late (small.ts: `endWait`). */
function wasDelayed(m: Int32Array, b: number, s: Segment): boolean {
  const seconds = s.seconds - (m[b + col.LAST_DATA_SECONDS]! >>> 0) + (s.nanos - m[b + col.LAST_DATA_NANOS]!) / 1e9;
  return Math.round(seconds * 1e6) >= SHORTEST_DELAY_MICROS;
}
