/**
 * A capture that holds one direction only: what the other end did shows in what this one acknowledges. A FIN takes one
 * sequence number (RFC 9293 3.4), so an acknowledgment that moves by one, with the connection closing, answers a FIN.
 */
import { seqDiff } from '../../bytes/seq.ts';
import { ESTABLISHED, FIN_WAIT_1 } from '../../facts/state.ts';
import { FIN, type Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { PROVEN_FIN, RECEIVED_ACK_OF_FIN, RECEIVED_FIN } from './events.ts';
import type { Timeline } from './timeline.ts';

/** What the state machine lends. */
interface Moves {
  readonly timeline: Timeline;
  apply(e: Endpoint, event: number): boolean;
}

/** `e` sent an ordinary segment, and of its peer the capture holds nothing. True if it answers the peer's FIN. */
export function followUnseenPeer(c: Connection, e: Endpoint, peer: Endpoint, s: Segment, m: Moves): boolean {
  const step = e.ackSent === 0 ? 0 : seqDiff(s.ack, e.ackSent);
  e.ackSent = s.ack;
  if (step !== 0) e.ackedOne = step === 1 ? 1 : 0;
  if (step === 1) c.odd().ackedOneWith = { seconds: s.seconds, nanos: s.nanos, frame: s.frame };
  if (e.ackedOne === 0) return false;
  if (e.state === FIN_WAIT_1) {
    // It closed first; the peer's FIN came with, or after, the ACK of its own.
    e.ackedOne = 0;
    m.apply(e, RECEIVED_ACK_OF_FIN);
    m.apply(peer, PROVEN_FIN);
    m.apply(e, RECEIVED_FIN);
    m.apply(peer, RECEIVED_ACK_OF_FIN);
    return true;
  }
  if (e.state === ESTABLISHED && (s.flags & FIN) !== 0) {
    e.ackedOne = 0;
    m.apply(peer, PROVEN_FIN);
    m.apply(e, RECEIVED_FIN);
    m.apply(peer, RECEIVED_ACK_OF_FIN);
    // It had acknowledged the FIN before it closed.
    const { seconds, nanos, frame } = c.odd().ackedOneWith!;
    m.timeline.move(peer, PROVEN_FIN, seconds, nanos, frame);
    m.timeline.move(e, RECEIVED_FIN, seconds, nanos, frame);
    m.timeline.move(peer, RECEIVED_ACK_OF_FIN, seconds, nanos, frame);
    return true;
  }
  return false;
}
