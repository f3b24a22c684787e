/** Small segments: one behind the other, or waiting for a delayed acknowledgment (RFC 9293 3.7.4, 3.8.6.2). */
import { TINY } from '../../facts/notes.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { elapsed } from '../timing/elapsed.ts';
import { longest, oddOf } from './endpoint.ts';
import { Seen } from './seen.ts';
import { WORTH_A_LOOK } from './windows.ts';

/** A segment of at least so many bytes is not small, whatever the MSS (RFC 9293 3.7.1 has 536 as the default). */
export const SMALL_BYTES = 536;
export const TINY_SEGMENT_BYTES = 128;
/** Closer together than this, seconds, the next was waiting already. */
const BACK_TO_BACK_SECONDS = 0.01;

/** How long an acknowledgment is delayed: from 40 ms (Linux) to 200 ms (Windows, BSD), and what a clock may be off. */
export const SHORTEST_DELAY_MICROS = 35_000;
const LONGEST_DELAY_MICROS = 250_000;
/** Of which so much must not be the path's. */
const OWN_DELAY_MICROS = 25_000;
/** What waits for an acknowledgment goes out at once when that comes, seconds. */
const AT_ONCE_SECONDS = 0.005;

// `Endpoint.small`: what became of its last small segment, sent when nothing else was under way.
export const NO_SMALL = 0;
export const SMALL_SENT = 1;
export const SMALL_WAITED = 2;

/** New payload of `e`, small or behind a small one. */
export function noteSmall(c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
  const { flow } = e;
  const isSmall = s.length < SMALL_BYTES && s.length < (peer.flow.mss || SMALL_BYTES);
  if (isSmall && e.small === SMALL_WAITED) {
    const half = Math.max(e === c.client ? c.clientHalfMicros : c.serverHalfMicros, 0) / 1e6;
    if (elapsed(s, flow.ackSeconds, flow.ackNanos) < AT_ONCE_SECONDS + half) {
      const odd = oddOf(c, e);
      odd.nagleWaits ??= new Seen({ seconds: 0 });
      odd.nagleWaits.add(s).seconds += e.waitedMicros / 1e6;
      c.notes |= TINY;
    }
  }
  e.small = isSmall && flow.acked === s.seq ? SMALL_SENT : NO_SMALL;
  countTiny(c, e, peer, s);
  if (isAlert(s)) {
    e.alerted = true;
    e.alertAt = s.seq;
  }
}

/** The peer acknowledges all, and sends nothing: a small segment's wait is over. */
export function endWait(c: Connection, e: Endpoint, s: Segment, verdict: number): void {
  if (e.small !== SMALL_SENT || verdict !== 0 || s.ack !== e.flow.next) return;
  const { flow } = e;
  const micros = Math.round(elapsed(s, flow.lastDataSeconds, flow.lastDataNanos) * 1e6);
  const half = e === c.client ? c.serverHalfMicros : c.clientHalfMicros;
  const path = half < 0 ? flow.roundTrips.min : Math.min(half, flow.roundTrips.min);
  const isDelayed = micros >= SHORTEST_DELAY_MICROS && micros <= LONGEST_DELAY_MICROS;
  e.small = isDelayed && micros - path >= OWN_DELAY_MICROS ? SMALL_WAITED : NO_SMALL;
  e.waitedMicros = micros;
}

function countTiny(c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
  const isTiny = s.length < TINY_SEGMENT_BYTES && (peer.flow.mss === 0 || s.length * 4 < peer.flow.mss);
  const follows = isTiny && elapsed(s, e.tinySeconds, e.tinyNanos) < BACK_TO_BACK_SECONDS;
  if (!follows && e.tinyRun > WORTH_A_LOOK) {
    const odd = oddOf(c, e);
    odd.sillySegments = longest(odd.sillySegments, odd.tinySegments) ?? null;
    odd.tinySegments?.clear();
  }
  e.tinyRun = follows ? e.tinyRun + 1 : isTiny ? 1 : 0;
  if (!isTiny) return;
  e.tinySeconds = s.seconds;
  e.tinyNanos = s.nanos;
  if (e.tinyRun <= WORTH_A_LOOK) return;
  // What came before had not been worth keeping: it counts, and its frames are not told.
  const odd = oddOf(c, e);
  odd.tinySegments ??= new Seen({});
  if (odd.tinySegments.times === 0) odd.tinySegments.skip(WORTH_A_LOOK);
  odd.tinySegments.add(s);
  c.notes |= TINY;
}

/** No TLS alert is longer than this, whatever pads and protects it. */
export const MOST_ALERT_BYTES = 64;

/** One TLS record with an alert: type 21 and two bytes, or encrypted as type 23 with 19 (RFC 8446 5.2, RFC 5246 6.2). */
function isAlert(s: Segment): boolean {
  if (s.length < 7 || s.length > MOST_ALERT_BYTES || s.payloadCaptured < 5) return false;
  const { bytes, payloadStart: at } = s;
  if (bytes[at + 1] !== 3 || ((bytes[at + 3]! << 8) | bytes[at + 4]!) !== s.length - 5) return false;
  return bytes[at] === 21 || (bytes[at] === 23 && s.length === 24);
}
