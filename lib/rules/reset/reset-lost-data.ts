import type { ConnectionFacts, ResetFacts } from '../../facts/connection.ts';
import { secondsBetween } from '../../facts/moment.ts';
import { RESET } from '../../facts/notes.ts';
import { at, list, size } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { capital, otherSide } from '../watching.ts';

/** A connection on which nothing has been sent for so long is idle (see `reset-after-idle`). */
const IDLE_SECONDS = 60;

export default defineRule({
  meta: {
    id: 'reset-lost-data',
    family: 'reset',
    scope: 'connection',
    summary: 'A reset destroyed data that had not been acknowledged.',
    why: 'A reset throws away what is in flight and what is still in the buffers: a request may or may not have been carried out, and nobody can tell.',
    likelyCauses: [
      'The program crashed, was killed, or closed with unread data in its buffer (the kernel then sends RST instead of FIN).',
      'It closed with SO_LINGER 0, or a proxy cut the connection.',
    ],
    nextSteps: [
      'On the side that sent the RST: look for a crash, a restart, an out-of-memory kill or a timeout at that second.',
      'Check whether the request was carried out before it is repeated.',
    ],
    confirm:
      'Before the RST, packets with `tcp.len > 0` that no later `tcp.ack` covers: `tcp.analysis.bytes_in_flight` is not 0.',
    references: ['RFC 9293 3.5.2', 'RFC 1122 4.2.2.13', 'RFC 2525 2.17'],
    severity: 'warning',
    options: {},
    needs: ['bothSides'],
    wakes: RESET,
    falsePositives: [
      'Clients that no longer want the rest of a download.',
      'Messages that want no answer: where all was acknowledged, the confidence is low.',
    ],
    others: 'Wireshark gives every RST the same warning, harmless or not.',
  },

  connection(facts) {
    for (const reset of facts.resets) {
      if (!reset.accepted) continue;
      const peerSide = otherSide(reset.from);
      const own = reset.from === 'client' ? reset.unacknowledgedFromClient : reset.unacknowledgedFromServer;
      const peers = reset.from === 'client' ? reset.unacknowledgedFromServer : reset.unacknowledgedFromClient;
      const unanswered = neverAnswered(facts, reset);
      const certain = own + peers > 0;
      if (!certain && unanswered === null) continue;
      // An earlier one that was lost, or forged, made its sender answer what came later with this one: one reset, told once.
      const first = facts.resets.find(({ accepted, from }) => accepted && from === reset.from)!;
      const lost = certain
        ? [
            ...(peers > 0 ? [`${size(peers)} from ${peerSide} ${at(facts[peerSide])}`] : []),
            ...(own > 0 ? [`${size(own)} of its own`] : []),
          ]
        : [
            `perhaps ${unanswered} from ${peerSide} ${at(facts[peerSide])}, acknowledged but never answered, and maybe not read`,
          ];
      return {
        severity: severityOf(facts, reset),
        confidence: certain ? 'high' : 'low',
        message: `${capital(reset.from)} ${at(facts[reset.from])} reset the connection and destroyed ${list(lost)}.`,
        together: `Resets by the ${reset.from} ${certain ? 'destroyed' : 'may have destroyed'} data on {connections} of {clients} with server ${at(facts.server)}.`,
        side: reset.from,
        frames: first === reset ? [reset.frame] : [first.frame, reset.frame],
        start: first.time,
        end: reset.time,
        impact: { bytes: own + peers },
        evidence: {
          unacknowledgedOfPeer: peers || null,
          unacknowledgedOwn: own || null,
          neverAnswered: certain || facts.server.uniqueBytes > 0 ? null : facts.client.uniqueBytes,
          from: reset.from,
        },
        replaces: ['reset-mid-connection', 'abortive-close'],
        replacesEitherSide: true,
      };
    }
    return null;
  },
});

/**
 * What the server acknowledged and answered by nothing but the reset, in words: its program may not have read it. Once it
 * had answered something, nobody waits any more when the connection has become idle.
 */
function neverAnswered({ client, server }: ConnectionFacts, { from, time, requestPending }: ResetFacts): string | null {
  if (from !== 'server' || client.lastNewData === null) return null;
  if (server.uniqueBytes === 0) return size(client.uniqueBytes);
  return requestPending === true && secondsBetween(client.lastNewData.time, time) < IDLE_SECONDS ? 'a request' : null;
}

/** A request that never got an answer is the worst; a sender that had already closed, or a TLS farewell, the least. */
function severityOf(facts: ConnectionFacts, reset: ResetFacts): 'error' | 'warning' | 'note' {
  const fin = facts[reset.from].fin;
  if ((fin !== null && fin.first.frame < reset.frame) || reset.onlyTlsAlert === true) return 'note';
  const requestUnanswered =
    reset.from === 'server' && reset.unacknowledgedFromClient > 0 && facts.server.uniqueBytes === 0;
  return requestUnanswered ? 'error' : 'warning';
}
