/** Windows that move back, or open by a few bytes; acknowledgments that repeat. */
import { seqDiff, seqLt } from '../../bytes/seq.ts';
import { DUP_ACKS, TINY, WINDOW_ODD } from '../../facts/notes.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { longest, oddOf } from './endpoint.ts';
import { Seen } from './seen.ts';
import { WATCH_WINDOW } from './watch.ts';

/** A window of fewer bytes is tiny; fewer in a row are not worth a look. */
export const TINY_BYTES = 128;
export const WORTH_A_LOOK = 8;

/** The right edge `right` lies left of the highest: `unit` bytes of that may be rounding (RFC 7323 2.4). */
export function noteShrunk(c: Connection, e: Endpoint, peer: Endpoint, s: Segment, right: number, unit: number): void {
  const { edge } = e.flow;
  // Overtaken, or a peer that will send no more: nothing is taken back.
  if (seqDiff(edge, right) <= unit || seqLt(s.ack, peer.flow.acked) || peer.fins > 0) return;
  const odd = oddOf(c, e);
  const before = odd.windowShrinks !== null && odd.shrunkBelow === edge ? odd.shrunkTo : edge;
  const back = seqDiff(before, right);
  odd.shrunkBelow = edge;
  odd.shrunkTo = right;
  if (back <= unit) return;
  odd.windowShrinks ??= new Seen({ bytes: 0 });
  const told = odd.windowShrinks.add(s);
  told.bytes = Math.max(told.bytes, back);
  c.notes |= WINDOW_ODD;
}

/** The window offered is `bytes`: tiny, or the end of a run of such. */
export function noteOffered(c: Connection, e: Endpoint, s: Segment, bytes: number): void {
  const odd = oddOf(c, e);
  if (bytes >= TINY_BYTES) {
    odd.sillyWindows = longest(odd.sillyWindows, odd.tinyWindows) ?? null;
    odd.tinyWindows?.clear();
    return;
  }
  if (bytes === 0) return;
  c.watch |= WATCH_WINDOW;
  odd.tinyWindows ??= new Seen({});
  odd.tinyWindows.add(s);
  if (odd.tinyWindows.times >= WORTH_A_LOOK) c.notes |= TINY;
}

/** Most duplicate ACKs of one second that are counted. */
const MOST_RECENT = 65_536;

/** A duplicate acknowledgment (RFC 5681 2). */
export function noteDuplicateAck(c: Connection, e: Endpoint, s: Segment): void {
  const odd = oddOf(c, e);
  odd.duplicateAcks ??= new Seen({ densest: 0 });
  const told = odd.duplicateAcks.add(s);
  const { recentDuplicates: recent } = odd;
  const now = s.seconds - c.startSeconds + s.nanos / 1e9;
  if (recent.length - odd.oldest < MOST_RECENT) recent.push(now);
  while (odd.oldest < recent.length && recent[odd.oldest]! <= now - 1) odd.oldest++;
  if (odd.oldest > 64 && odd.oldest * 2 > recent.length) {
    recent.splice(0, odd.oldest);
    odd.oldest = 0;
  }
  told.densest = Math.max(told.densest, recent.length - odd.oldest);
  if (told.densest >= WORTH_A_LOOK) c.notes |= DUP_ACKS;
}
