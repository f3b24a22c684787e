import type { ConnectionFacts, ResetFacts } from '../facts/connection.ts';
import { secondsBetween } from '../facts/moment.ts';
import { size } from '../facts/wording.ts';

/** What a reset destroyed, or may have. */
export interface Destroyed {
  /** Bytes of its sender and of the peer that had not been acknowledged. */
  readonly own: number;
  readonly peers: number;
  /** Where there were none: what the server had acknowledged and may not have read, in words. */
  readonly unread: string | null;
}

/** Null for a reset that met a connection on which nothing was under way. */
export function destroyedBy(facts: ConnectionFacts, reset: ResetFacts): Destroyed | null {
  const { from, unacknowledgedFromClient, unacknowledgedFromServer } = reset;
  const [own, peers] =
    from === 'client'
      ? [unacknowledgedFromClient, unacknowledgedFromServer]
      : [unacknowledgedFromServer, unacknowledgedFromClient];
  const unread = own + peers > 0 ? null : neverAnswered(facts, reset);
  return own + peers > 0 || unread !== null ? { own, peers, unread } : null;
}

/** A connection on which nothing has been sent for so long is idle (see `reset-after-idle`). */
const IDLE_SECONDS = 60;

/**
 * What the server acknowledged and answered by nothing but the reset, in words: its program may not have read it. Once it
 * had answered something, nobody waits any more when the connection has become idle.
 */
function neverAnswered({ client, server }: ConnectionFacts, { from, time, requestPending }: ResetFacts): string | null {
  if (from !== 'server' || client.lastNewData === null) return null;
  if (server.uniqueBytes === 0) return size(client.uniqueBytes);
  return requestPending === true && secondsBetween(client.lastNewData.time, time) < IDLE_SECONDS ? 'a request' : null;
}
