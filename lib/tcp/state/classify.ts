/** Numbers into symbols: what a segment is to either end. Pure predicates over what the tap saw (RFC 9293 3.4, 3.10.7). */
import { seqDiff } from '../../bytes/seq.ts';
import { CLOSE_WAIT, CLOSED, CLOSING, LAST_ACK, SYN_SENT, UNKNOWN } from '../../facts/state.ts';
import { ACK, type Segment } from '../../packet/segment.ts';
import type { Endpoint } from '../connection.ts';

/** The segment acknowledges the SYN of `e`. */
export function acksSyn(e: Endpoint, s: Segment): boolean {
  return e.syns > 0 && e.flow.started !== 0 && seqDiff(s.ack, e.flow.isn) > 0 && seqDiff(s.ack, e.flow.next) <= 0;
}

/** The segment acknowledges the FIN of `e`, and so everything before it. */
export function acksFin(e: Endpoint, s: Segment): boolean {
  return e.flow.finSent !== 0 && seqDiff(s.ack, e.flow.fin) === 1;
}

/** The segment acknowledges data of `e` that the tap has seen. */
export function acksData(e: Endpoint, s: Segment): boolean {
  return e.flow.bytes > 0 && seqDiff(s.ack, e.flow.isn) > 0;
}

/** All that `e` sent before its FIN has passed the tap, so the FIN can be taken (RFC 9293 3.10.7.4, eighth). */
export function finInOrder(e: Endpoint): boolean {
  return e.flow.finSent !== 0 && seqDiff(e.flow.contiguous, e.flow.fin) > 0;
}

/** A FIN of the sender's own stream, not of a stray segment. */
export function isOwnFin(e: Endpoint, s: Segment): boolean {
  return e.flow.finSent !== 0 && seqDiff(s.seq + s.length, e.flow.fin) === 0;
}

export type ResetFit = 'exact' | 'window' | 'outside' | 'unknown';

/**
 * Where the sequence number of a RST lies for its receiver. `exact`: somewhere in what is sent and not acknowledged, so
 * the receiver may be waiting for just that number; `window`: beyond what was sent (a challenge ACK is the answer to
 * such, RFC 9293 3.10.7.4 first check); `outside`: elsewhere.
 */
export function resetFit(e: Endpoint, peer: Endpoint, s: Segment): ResetFit {
  const flow = e.flow;
  if (peer.state === SYN_SENT && (flow.started === 0 || e.state === CLOSED)) {
    // Answering a SYN, a RST carries no number of its own but acknowledges the SYN (RFC 9293 3.10.7.3).
    return (s.flags & ACK) !== 0 && seqDiff(s.ack, peer.flow.isn) > 0 && seqDiff(s.ack, peer.flow.next) <= 0
      ? 'exact'
      : 'outside';
  }
  if (flow.started === 0) {
    // The capture holds nothing else of its sender: what the peer acknowledged last is all there is to go by.
    if (flow.ackSeen === 0) return 'unknown';
    return seqDiff(s.seq, flow.acked) === 0 ? 'exact' : 'unknown';
  }
  // Linux takes one with the number of the FIN for news as well: a host that has dropped its connection right after the FIN.
  if (flow.finSent !== 0 && seqDiff(s.seq, flow.fin) === 0 && hasTakenFin(peer.state)) return 'exact';
  const low = flow.ackSeen !== 0 && e.state !== SYN_SENT ? flow.acked : flow.isn;
  const below = seqDiff(s.seq, low);
  const beyond = seqDiff(s.seq, flow.next);
  if (below >= 0 && beyond <= 0) return 'exact';
  return below >= 0 && beyond < 0x100000 ? 'window' : 'outside';
}

function hasTakenFin(state: number): boolean {
  return state === CLOSE_WAIT || state === LAST_ACK || state === CLOSING;
}

/** The receiver of this RST drops the connection. */
export function acceptsReset(peer: Endpoint, fit: ResetFit): boolean {
  if (peer.state === UNKNOWN) return fit !== 'outside';
  return fit === 'exact' || fit === 'unknown';
}
