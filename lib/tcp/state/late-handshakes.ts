/** SYNs and SYN-ACKs that were held up on their way: they left, or arrived, at another time than they passed the tap. */
import { seqDiff } from '../../bytes/seq.ts';
import { after } from '../../facts/moment.ts';
import { FIN, type Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { ANSWERED_AT_ONCE } from '../flow.ts';
import { longerThanOpening, NOTICEABLE, openingHeldUp } from '../timing/held-up.ts';
import { halfBeyond } from '../timing/vantage.ts';
import { RECEIVED_SYN_ACK, SENT_SYN, SENT_SYN_ACK } from './events.ts';
import { Change, type Timeline } from './timeline.ts';

const change = new Change();

/** The first ACK of `e`, the client: what a SYN-ACK is answered with at once, unless it was held up on its way back. */
export function noteFinalAck(c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
  const isBare = s.length === 0 && (s.flags & FIN) === 0 && seqDiff(s.ack, peer.flow.isn) === 1;
  const isOtherwise = Math.abs(longerThanOpening(c, e, s)) >= NOTICEABLE;
  if (isBare && !isOtherwise) e.flow.options |= ANSWERED_AT_ONCE;
}

/** The FIN of `e` took less time to the tap, by its sender's clock, than its SYN or SYN-ACK: that was sent earlier. */
export function moveHeldUpOpening(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): void {
  const held = openingHeldUp(c, e, s);
  if (held === 0 || e.syns !== 1) return;
  // Not before the SYN that it answers had passed.
  if (e === c.server) moveBy(timeline, e, SENT_SYN_ACK, -Math.min(held, c.serverHalfMicros / 1e6));
  else {
    moveBy(timeline, e, SENT_SYN, -held);
    e.flow.options &= ~ANSWERED_AT_ONCE;
  }
}

/** The SYN-ACK was held up behind the tap: its answer took longer than any later one. Asked when all is known of `c`. */
export function moveLateSynAck(timeline: Timeline, c: Connection): void {
  const { client, server } = c;
  if ((client.flow.options & ANSWERED_AT_ONCE) === 0 || client.fins === 0 || server.syns !== 1) return;
  // Without a clock of the client, nothing but the load tells which of the two queued.
  if (c.synTsVal === 0 && server.flow.bytes <= client.flow.bytes) return;
  const half = halfBeyond(c, server.flow);
  const late = c.clientHalfMicros / 1e6 - half;
  if (late >= NOTICEABLE) moveBy(timeline, client, RECEIVED_SYN_ACK, late + half / 2);
}

/** Moves the change by `event` by so many seconds, if that is noticeable. */
function moveBy(timeline: Timeline, e: Endpoint, event: number, seconds: number): void {
  if (Math.abs(seconds) < NOTICEABLE) return;
  for (let i = e.change; i >= 0; i = timeline.below(i)) {
    if (timeline.read(i, change).event !== event) continue;
    const moment = after(change, seconds);
    timeline.move(e, event, moment.seconds, moment.nanos, change.frame);
    return;
  }
}
