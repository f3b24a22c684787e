/** Numbers that do not belong: outside the window, of an earlier connection, acknowledged before they were sent. */
import { seqDiff, seqGe, seqGt, seqLe } from '../../bytes/seq.ts';
import { REUSED, WINDOW_ODD } from '../../facts/notes.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import type { Flow } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { oddOf } from './endpoint.ts';
import { Seen } from './seen.ts';
import { WATCH_AHEAD } from './watch.ts';

/** Sequence numbers that the connection before used, each side from its SYN to its last byte. */
export interface OldNumbers {
  readonly clientFrom: number;
  readonly clientTo: number;
  readonly serverFrom: number;
  readonly serverTo: number;
}

/** Those of `old`, whose client has the same side in `c` or the other. */
export function oldNumbers(c: Connection, old: Connection): OldNumbers {
  const [client, server] =
    c.clientIsLow === old.clientIsLow ? [old.client.flow, old.server.flow] : [old.server.flow, old.client.flow];
  return { clientFrom: client.isn, clientTo: client.next, serverFrom: server.isn, serverTo: server.next };
}

/** A segment of `flow` that its receiver cannot accept (RFC 9293 3.10.7.4): guessed, or of the connection before. */
export function noteOutside(c: Connection, flow: Flow, s: Segment): void {
  const fromClient = flow === c.client.flow;
  const old = c.oddities?.old ?? null;
  if (old !== null) {
    const [from, to] = fromClient ? [old.clientFrom, old.clientTo] : [old.serverFrom, old.serverTo];
    if (seqGe(s.seq, from) && seqLe(s.seq, to)) {
      const odd = c.odd();
      odd.oldDuplicates ??= new Seen({ from: fromClient ? ('client' as const) : ('server' as const) });
      odd.oldDuplicates.add(s);
      c.notes |= REUSED;
      return;
    }
  }
  const odd = oddOf(c, fromClient ? c.client : c.server);
  odd.outOfWindow ??= new Seen({});
  odd.outOfWindow.add(s);
  c.notes |= WINDOW_ODD;
}

/** The peer acknowledges more of `flow` than was seen of it. */
export function noteAhead(c: Connection, flow: Flow, s: Segment): void {
  const acknowledger = flow === c.client.flow ? c.server : c.client;
  const { frame, seconds, nanos } = s;
  oddOf(c, acknowledger).ahead = { from: flow.next, to: s.ack, frame, seconds, nanos };
  c.watch |= WATCH_AHEAD;
}

/** Less than this after the acknowledgment, seconds, and the capture only mixed the two directions up. */
const MIXED_UP_SECONDS = 0.002;
/** More than this, and it is the timeout of a sender that the acknowledgment did not reach. */
const TIMEOUT_SECONDS = 0.15;

/** Data that the peer had acknowledged already comes now, from its first byte on: it had not been sent then. */
export function fillAhead(c: Connection, e: Endpoint, peer: Endpoint, s: Segment): void {
  const odd = peer === c.client ? c.oddities?.client : c.oddities?.server;
  const ahead = odd?.ahead ?? null;
  if (odd == null || ahead === null || s.length === 0 || s.seq !== ahead.from) return;
  odd.ahead = null;
  const since = elapsed(s, ahead.seconds, ahead.nanos);
  const half = Math.max(e === c.client ? c.clientHalfMicros : c.serverHalfMicros, 0) / 1e6;
  if (since < Math.max(MIXED_UP_SECONDS, half * 0.8) || since > Math.max(TIMEOUT_SECONDS, 3 * half)) return;
  odd.ackedUnsent ??= new Seen({ bytes: 0 });
  odd.ackedUnsent.add(ahead).bytes += seqDiff(ahead.to, ahead.from);
  c.notes |= WINDOW_ODD;
}

/** A RST far beyond all that its receiver offered to take. One with a stale number answers an old segment. */
export function isGuessedReset(e: Endpoint, peer: Endpoint, s: Segment): boolean {
  if (s.seq === 0 || e.flow.started === 0 || peer.flow.maxWindow === 0) return false;
  return seqGt(s.seq, peer.flow.edge) && seqGt(s.seq, e.flow.next);
}
