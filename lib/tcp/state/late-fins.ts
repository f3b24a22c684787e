/** FINs that were held up on their way: they left, or arrived, at another time than they passed the tap. */
import { CLOSING, TIME_WAIT } from '../../facts/state.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { before } from '../timing/elapsed.ts';
import { heldUp, NOTICEABLE } from '../timing/held-up.ts';
import { halfBeyond } from '../timing/vantage.ts';
import { LEAST_TIMEOUT } from '../verdict/recovery.ts';
import { RECEIVED_ACK_OF_FIN, RECEIVED_FIN, SENT_FIN } from './events.ts';
import { Change, type Timeline } from './timeline.ts';

const change = new Change();

/** By its sender's clock this FIN, which has just been entered, was sent earlier. Not before what is known of `e` already. */
export function moveHeldUpFin(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): void {
  const held = heldUp(c, e, s);
  if (held === 0 || timeline.topEvent(e) !== SENT_FIN) return;
  const below = timeline.below(e.change);
  if (below >= 0) {
    const { seconds, nanos } = timeline.read(below, change);
    const since = s.seconds - seconds + (s.nanos - nanos) / 1e9;
    if (since < held) {
      timeline.move(e, SENT_FIN, seconds, nanos, s.frame);
      return;
    }
  }
  const { seconds, nanos } = before(s, held);
  timeline.move(e, SENT_FIN, seconds, nanos, s.frame);
}

/**
 * `e`, which had closed before, acknowledges the peer's FIN. That is done at once (RFC 9293 3.10.7.4, eighth): where it took
 * longer than tap to `e` and back ever took, without the way back, the FIN had been held up behind the tap.
 */
export function moveLateFin(timeline: Timeline, c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
  if (e.state !== TIME_WAIT && e.state !== CLOSING) return;
  if (peer.fins !== 1 || timeline.topEvent(e) !== RECEIVED_FIN || timeline.isTopConfirmed(e)) return;
  const half = halfBeyond(c, peer.flow);
  if (half === 0 || !s.hasTimestamps) return;
  const late = timeline.sinceTop(e, s.seconds, s.nanos) - half - heldUp(c, e, s);
  if (late < NOTICEABLE || late > LEAST_TIMEOUT) return;
  const { frame, seconds: had, nanos: hadNanos } = timeline.read(e.change, change);
  const { seconds, nanos } = before({ seconds: had, nanos: hadNanos }, -late);
  timeline.move(e, RECEIVED_FIN, seconds, nanos, frame);
  // So had the ACK of the FIN of `e`, if it queued before this: it came as late, or with it.
  const below = timeline.below(e.change);
  if (below < 0 || timeline.read(below, change).event !== RECEIVED_ACK_OF_FIN) return;
  const ahead = had - change.seconds + (hadNanos - change.nanos) / 1e9;
  if (ahead >= late) return;
  const came = before(change, -late);
  timeline.move(e, RECEIVED_ACK_OF_FIN, came.seconds, came.nanos, change.frame);
}
