/** FINs that were held up on their way: they left, or arrived, at another time than they passed the tap. */
import { after } from '../../facts/moment.ts';
import { CLOSING, TIME_WAIT } from '../../facts/state.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { elapsed } from '../timing/elapsed.ts';
import { heldUp, NOTICEABLE } from '../timing/held-up.ts';
import { halfBeyond } from '../timing/vantage.ts';
import { LEAST_TIMEOUT } from '../verdict/recovery.ts';
import { RECEIVED_ACK_OF_FIN, RECEIVED_FIN, SENT_FIN } from './events.ts';
import { Change, type Timeline } from './timeline.ts';

const change = new Change();
/** Whoever has data to acknowledge may wait so long. Seconds. */
const DELAYED_ACK = 0.05;

/** By how much round trips have lately been longer than the shortest, where no loss made them so. Seconds. */
function queueing({ flow }: Endpoint): number {
  const { samples, smoothed, min } = flow.roundTrips;
  return samples === 0 || (flow.detail?.retransmissions ?? 0) > 0 ? 0 : (smoothed - min) / 1e6;
}

/** By its sender's clock this FIN, which has just been entered, was sent earlier. Not before what is known of `e` already. */
export function moveHeldUpFin(timeline: Timeline, c: Connection, e: Endpoint, s: Segment): void {
  const held = heldUp(c, e, s);
  if (held === 0 || timeline.topEvent(e) !== SENT_FIN) return;
  const below = timeline.below(e.change);
  if (below >= 0) {
    const { seconds, nanos } = timeline.read(below, change);
    if (elapsed(s, seconds, nanos) < held) {
      timeline.move(e, SENT_FIN, seconds, nanos, s.frame);
      return;
    }
  }
  const { seconds, nanos } = after(s, -held);
  timeline.move(e, SENT_FIN, seconds, nanos, s.frame);
}

/**
 * `e` acknowledges the peer's FIN. Whoever has closed before does so at once (RFC 9293 3.10.7.4, eighth): where it took longer
 * than tap to `e` and back ever took, without the way back, the FIN had been held up behind the tap. Others may wait
 * (RFC 9293 3.8.6.3): it was, if what was sent before it was held up as well, and by more than such a wait.
 */
export function moveLateFin(timeline: Timeline, c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
  if (peer.fins !== 1 || timeline.topEvent(e) !== RECEIVED_FIN || timeline.isTopConfirmed(e)) return;
  const half = halfBeyond(c, peer.flow);
  // Without a clock of its sender, nothing but the load tells which of the two queued.
  if (half === 0 || (!s.hasTimestamps && peer.flow.bytes <= e.flow.bytes)) return;
  const spent = timeline.sinceTop(e, s.seconds, s.nanos) - half - heldUp(c, e, s);
  const atOnce = e.state === TIME_WAIT || e.state === CLOSING;
  const late = atOnce ? spent : Math.min(spent, queueing(peer));
  if (late < (atOnce ? NOTICEABLE : DELAYED_ACK) || late > LEAST_TIMEOUT) return;
  const { frame, seconds: had, nanos: hadNanos } = timeline.read(e.change, change);
  // The answer took its half of the way back.
  const later = late + half / 2;
  const { seconds, nanos } = after({ seconds: had, nanos: hadNanos }, later);
  timeline.move(e, RECEIVED_FIN, seconds, nanos, frame);
  // So had the ACK of the FIN of `e`, if it queued before this: it came as late, or with it.
  const below = timeline.below(e.change);
  if (below < 0 || timeline.read(below, change).event !== RECEIVED_ACK_OF_FIN) return;
  if (elapsed({ seconds: had, nanos: hadNanos }, change.seconds, change.nanos) >= late) return;
  const came = after(change, later);
  timeline.move(e, RECEIVED_ACK_OF_FIN, came.seconds, came.nanos, change.frame);
}
