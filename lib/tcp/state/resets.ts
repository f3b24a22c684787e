import { seqDiff } from '../../bytes/seq.ts';
import { HANDSHAKE_INCOMPLETE, REFUSED, RESET } from '../../facts/notes.ts';
import { STATE_NAMES, SYN_SENT } from '../../facts/state.ts';
import type { Segment } from '../../packet/segment.ts';
import { type Connection, type Endpoint, keep } from '../connection.ts';
import { isGuessedReset, noteOutside } from '../oddities/numbers.ts';
import { MOST_ALERT_BYTES } from '../oddities/small.ts';
import { ASKED } from '../oddities/watch.ts';
import { counts } from '../verdict/sending-order.ts';
import type { ResetFit } from './classify.ts';

/** Steps of the IP ID that make a counter, and how far a RST's may lie from it. */
const COUNTED = 8;
const PLAUSIBLE_STEP = 4096;

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
  if (fit !== 'exact' && !accepted && isGuessedReset(e, peer, s)) noteOutside(c, e.flow, s);
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
    ipIdFits: ipIdFits(e, s),
    onlyTlsAlert: onlyAlert(c.client, c.server),
    requestPending: e === c.server && (c.watch & ASKED) !== 0 && !saidFarewell(c.client),
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

/** Its IP ID continues what its alleged sender counts; null where that says nothing (0, IPv6, a stack that does not count). */
function ipIdFits(e: Endpoint, s: Segment): boolean | null {
  const { flow } = e;
  if (s.ipId <= 0 || flow.ipId < 0 || flow.ipIdJumps > 0 || flow.ipIdSteps < COUNTED || !counts(flow)) return null;
  const step = ((s.ipId - flow.ipId) << 16) >> 16;
  return step > -PLAUSIBLE_STEP && step < PLAUSIBLE_STEP;
}

/** All that was under way is a TLS farewell: nobody misses it. */
function onlyAlert(client: Endpoint, server: Endpoint): boolean {
  const lost = outstanding(client) + outstanding(server);
  return lost > 0 && lost === alertBytes(client) + alertBytes(server);
}

/** The last that `e` sent was a TLS alert, which needs no answer. */
function saidFarewell(e: Endpoint): boolean {
  return e.alerted && seqDiff(e.flow.next, e.alertAt) <= MOST_ALERT_BYTES + 1;
}

/** Bytes under way from `e`, if they are one TLS alert. */
function alertBytes(e: Endpoint): number {
  const bytes = outstanding(e);
  if (bytes === 0 || !e.alerted) return 0;
  const since = seqDiff(e.flow.next, e.alertAt) - (e.flow.finSent !== 0 ? 1 : 0);
  return since === bytes ? bytes : 0;
}
