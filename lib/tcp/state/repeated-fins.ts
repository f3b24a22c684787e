/** FINs that are sent again: which copy of one arrived, and whether the ACK of it did (RFC 9293 3.8.1, 3.10.7.4). */
import { seqDiff } from '../../bytes/seq.ts';
import { after, type Moment, secondsBetween } from '../../facts/moment.ts';
import { CLOSED, CLOSING, FIN_WAIT_1, FIN_WAIT_2, TIME_WAIT } from '../../facts/state.ts';
import { HOW_FAST, RETRANSMISSION } from '../../facts/verdict.ts';
import { FIN, type Segment } from '../../packet/segment.ts';
import { type Connection, type Endpoint, type FinCopy, keep, type Oddities } from '../connection.ts';
import { elapsed } from '../timing/elapsed.ts';
import { roundTripOf } from '../timing/vantage.ts';
import type { Judgement } from '../verdict/judgement.ts';
import { acksFin } from './classify.ts';
import { MISSED_FIN, RECEIVED_ACK_OF_FIN, RECEIVED_FIN, RECEIVED_RST, SENT_FIN, SENT_RST } from './events.ts';
import { halfMicros, noteInVain } from './revise.ts';
import { Change, type Timeline } from './timeline.ts';
import { ILLEGAL, nextState } from './transitions.ts';

const change = new Change();
/** What timers add to round trips: the least timeout of Linux, and the delayed ACK that RFC 8985 7.2 reckons with. Seconds. */
const USUAL_WAIT = 0.2;

/**
 * The FIN, or what came before it, was sent again before `e` had acknowledged it: until now it had not arrived. Where it
 * had stood is kept, for the case that only the acknowledgment was lost.
 */
export function moveReceivedFin(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): void {
  if (uncross(timeline, c, e, s)) return;
  if (e.unconfirmed === 0 || timeline.topEvent(e) !== RECEIVED_FIN || timeline.isTopConfirmed(e)) return;
  if (timeline.read(e.change, change).frame === s.frame) return;
  rememberFin(c, e, s);
  timeline.move(e, RECEIVED_FIN, s.seconds, s.nanos, s.frame);
}

/** Keeps this copy of the FIN, and the first, `change`: not if that one had to wait for data anyway. */
function rememberFin(c: Connection, e: Endpoint, s: Segment): void {
  if ((s.flags & FIN) === 0) return;
  const odd = c.odd();
  if (odd.moved === null || odd.moved.endpoint !== e) {
    const { seconds, nanos, frame } = change;
    const { finTsVal } = e === c.client ? c.server : c.client;
    odd.moved = { endpoint: e, copies: [{ seconds, nanos, frame, tsVal: finTsVal }] };
  }
  const { seconds, nanos, frame, tsVal } = s;
  keep(odd.moved.copies, { seconds, nanos, frame, tsVal: s.hasTimestamps ? tsVal : 0 });
}

/**
 * The FINs had seemed to cross (CLOSING), but the peer's comes again: it had not arrived when `e` got the ACK of its own.
 */
function uncross(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): boolean {
  if (e.state !== TIME_WAIT || e.unconfirmed < 2 || timeline.topEvent(e) !== RECEIVED_ACK_OF_FIN) return false;
  const { seconds, nanos, frame } = timeline.read(e.change, change);
  timeline.pop(e);
  if (timeline.topEvent(e) !== RECEIVED_FIN || timeline.isTopConfirmed(e)) {
    timeline.push(e, TIME_WAIT, RECEIVED_ACK_OF_FIN, false, seconds, nanos, frame);
    return false;
  }
  timeline.read(e.change, change);
  rememberFin(c, e, s);
  timeline.pop(e);
  timeline.push(e, FIN_WAIT_2, RECEIVED_ACK_OF_FIN, false, seconds, nanos, frame);
  timeline.push(e, TIME_WAIT, RECEIVED_FIN, false, s.seconds, s.nanos, s.frame);
  return true;
}

/**
 * `e` acknowledges a FIN that was sent more than once. If it reports the last copy as a duplicate (RFC 2883 4), the first had
 * arrived; if it echoes the timestamp of an earlier one, that (RFC 7323 4.3: a segment already received updates nothing).
 */
export function restoreReceivedFin(timeline: Timeline, c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
  const moved = c.oddities?.moved;
  if (moved == null || moved.endpoint !== e) return;
  const duplicateReported = s.sackCount > 0 && seqDiff(s.sack[1]!, peer.flow.fin) === 1;
  const arrived = duplicateReported
    ? moved.copies[0]!
    : (echoedCopy(moved.copies, s) ?? reachedCopy(c, e, moved.copies, s));
  if (arrived === null) return;
  // Another copy than the first that is answered was new: a duplicate reported later says no more of it.
  if (arrived !== moved.copies[0]) c.oddities!.moved = null;
  if (arrived === moved.copies.at(-1) || crossAgain(timeline, e, arrived)) return;
  timeline.move(e, RECEIVED_FIN, arrived.seconds, arrived.nanos, arrived.frame);
}

/** The newest of the copies that had been sent at the time that the segment echoes, null where nothing tells. */
function echoedCopy(copies: readonly FinCopy[], s: Segment): FinCopy | null {
  if (!s.hasTimestamps || copies[0]!.tsVal === 0) return null;
  return copies.findLast(({ tsVal }) => seqDiff(s.tsEcr, tsVal) >= 0) ?? null;
}

/** The newest copy that can have reached `e` when it sent this: null where the last is as likely as those before. */
function reachedCopy(c: Connection, e: Endpoint, copies: readonly FinCopy[], s: Segment): FinCopy | null {
  const half = halfMicros(c, e) * 0.8;
  const can = ({ seconds, nanos }: FinCopy): boolean => elapsed(s, seconds, nanos) * 1e6 >= half;
  return can(copies.at(-1)!) ? null : (copies.findLast(can) ?? null);
}

/** The FIN had arrived before the ACK of the own one: the two had crossed after all. */
function crossAgain(timeline: Timeline, e: Endpoint, first: Moment & { readonly frame: number }): boolean {
  if (e.state !== TIME_WAIT || timeline.topEvent(e) !== RECEIVED_FIN) return false;
  const below = timeline.below(e.change);
  if (below < 0 || timeline.read(below, change).event !== RECEIVED_ACK_OF_FIN) return false;
  const { seconds, nanos, frame } = change;
  if (secondsBetween(first, { seconds, nanos }) <= 0) return false;
  timeline.pop(e);
  timeline.pop(e);
  timeline.push(e, CLOSING, RECEIVED_FIN, false, first.seconds, first.nanos, first.frame);
  timeline.push(e, TIME_WAIT, RECEIVED_ACK_OF_FIN, false, seconds, nanos, frame);
  return true;
}

/**
 * `e` sent its FIN again, so it had not seen the ACK of it: whatever it reached by that ACK is taken back. If this very
 * segment acknowledges the peer's FIN, that one had arrived.
 */
export function finRepeated(
  timeline: Timeline,
  c: Connection,
  e: Endpoint,
  peer: Endpoint,
  s: Segment,
  receiveFin: (e: Endpoint) => void,
): void {
  if (e.state !== FIN_WAIT_2 && e.state !== TIME_WAIT && e.state !== CLOSED) return;
  let steps = 0;
  let found = false;
  for (let i = e.change; i >= 0 && !found; i = timeline.below(i)) {
    steps++;
    timeline.read(i, change);
    if (
      change.event === SENT_FIN ||
      change.event === MISSED_FIN ||
      change.event === SENT_RST ||
      change.event === RECEIVED_RST
    )
      return;
    found = change.event === RECEIVED_ACK_OF_FIN;
  }
  if (!found) return;
  if (elapsed(s, change.seconds, change.nanos) * 1e6 < halfMicros(c, e) * 0.8) return;
  if (steps === 1 && moveToCrossing(timeline, c, e, s)) return;
  while (steps-- > 0) timeline.pop(e);
  noteInVain(c, e, s);
  const waitsAgain: number = e.state;
  if (waitsAgain === FIN_WAIT_1 && peer.flow.finSent !== 0 && acksFin(peer, s)) receiveFin(e);
}

/**
 * This FIN of `e` is the first that the tap sees, and yet sent again: it had been sent before, a round trip where the answers
 * to others betrayed the loss, else a timer's time, which is a half and a whole round trip more than the least: RFC 6298 2.3
 * waits one, RFC 8985 7.2 two. Not before what is known of `e` already.
 */
export function enterMissedFin(timeline: Timeline, c: Connection, e: Endpoint, s: Segment, j: Judgement): boolean {
  if (j.kind !== RETRANSMISSION || j.of !== 0) return false;
  const to = nextState(e.state, MISSED_FIN);
  if (to === ILLEGAL) return false;
  const peer = e === c.client ? c.server : c.client;
  const roundTrip = roundTripOf(c, e.flow, peer.flow);
  const waited = j.how === HOW_FAST ? roundTrip : USUAL_WAIT + roundTrip * 1.5;
  heardOlder(timeline, c, e, s, waited);
  const known = e.change < 0 ? elapsed(s, c.startSeconds, c.startNanos) : timeline.sinceTop(e, s.seconds, s.nanos);
  const { seconds, nanos } = after(s, -Math.max(0, Math.min(waited, known)));
  timeline.push(e, to, MISSED_FIN, false, seconds, nanos, s.frame);
  timeline.confirm(e, s.frame, 1 << MISSED_FIN);
  return true;
}

/** The peer's FIN, sent again as well, had been here when `e` sent its own for the first time, `waited` ago: an older copy. */
function heardOlder(timeline: Timeline, c: Connection, e: Endpoint, s: Segment, waited: number): void {
  const moved = c.oddities?.moved;
  if (moved == null || moved.endpoint !== e || timeline.topEvent(e) !== RECEIVED_FIN) return;
  const longEnough = waited * 0.8;
  if (timeline.sinceTop(e, s.seconds, s.nanos) >= longEnough) return;
  const copy = moved.copies.findLast(({ seconds, nanos }) => elapsed(s, seconds, nanos) >= longEnough);
  const { seconds, nanos, frame } = copy ?? moved.copies[0]!;
  timeline.move(e, RECEIVED_FIN, seconds, nanos, frame);
}

/** The FIN of `e` is acknowledged, once more perhaps. */
export function rememberFinAck(odd: Oddities, e: Endpoint, { seconds, nanos, frame }: Segment): void {
  odd.finAck = { of: e, seconds, nanos, frame };
}

/** A later ACK of the FIN is on its way to `e`, which can not have got it when it sent this: that may be the one to arrive. */
function moveToCrossing(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): boolean {
  const ack = c.oddities?.finAck;
  if (ack == null || ack.of !== e || ack.frame === timeline.read(e.change, change).frame) return false;
  if (elapsed(s, ack.seconds, ack.nanos) * 1e6 >= halfMicros(c, e) * 0.8) return false;
  timeline.move(e, RECEIVED_ACK_OF_FIN, ack.seconds, ack.nanos, ack.frame);
  return true;
}
