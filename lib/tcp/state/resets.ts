import { seqDiff } from '../../bytes/seq.ts';
import { HANDSHAKE_INCOMPLETE, REFUSED, RESET } from '../../facts/notes.ts';
import { STATE_NAMES, SYN_SENT } from '../../facts/state.ts';
import type { Segment } from '../../packet/segment.ts';
import { type Connection, type Endpoint, keep } from '../connection.ts';
import type { ResetFit } from './classify.ts';

/** Enters a RST in the connection's facts, with what the tap knew at that moment. */
export function recordReset(
  c: Connection,
  e: Endpoint,
  peer: Endpoint,
  s: Segment,
  fit: ResetFit,
  accepted: boolean,
): void {
  const odd = c.odd();
  const time = { seconds: s.seconds, nanos: s.nanos };
  c.notes |= RESET;
  if (peer.state === SYN_SENT && e.change < 0 && accepted) {
    odd.refused ??= { by: 'rst', frame: s.frame, time };
    c.notes |= REFUSED | HANDSHAKE_INCOMPLETE;
  }
  keep(odd.resets, {
    frame: s.frame,
    time,
    from: e === c.client ? ('client' as const) : ('server' as const),
    fromState: STATE_NAMES[e.state]!,
    toState: STATE_NAMES[peer.state]!,
    fit,
    accepted,
    unacknowledgedFromClient: outstanding(c.client),
    unacknowledgedFromServer: outstanding(c.server),
    ttl: s.ttl,
    usualTtl: e.flow.packets > 1 ? e.ttl : null,
    ipId: s.ipId,
    talkedOn: 0,
  });
}

/** Payload bytes of `e` that passed the tap and were not acknowledged there. */
export function outstanding(e: Endpoint): number {
  const flow = e.flow;
  if (flow.started === 0) return 0;
  const from = flow.ackSeen !== 0 ? flow.acked : (flow.isn + (e.syns > 0 ? 1 : 0)) | 0;
  const bytes = seqDiff(flow.next, from) - (flow.finSent !== 0 ? 1 : 0);
  return Math.max(bytes, 0);
}
