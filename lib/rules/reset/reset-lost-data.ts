import type { ConnectionFacts, ResetFacts } from '../../facts/connection.ts';
import { RESET } from '../../facts/notes.ts';
import { at, list, size } from '../../facts/wording.ts';
import { destroyedBy } from '../destroyed.ts';
import { firstOf } from '../repeated-resets.ts';
import { defineRule } from '../rule.ts';
import { capital, otherSide } from '../watching.ts';

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
      const destroyed = reset.accepted ? destroyedBy(facts, reset) : null;
      if (destroyed === null) continue;
      const { own, peers, unread } = destroyed;
      const certain = unread === null;
      const peer = `${otherSide(reset.from)} ${at(facts[otherSide(reset.from)])}`;
      // An earlier one that was lost, or forged, made its sender answer what came later with this one: one reset, told once.
      const first = firstOf(facts, reset);
      const lost = certain
        ? [...(peers > 0 ? [`${size(peers)} from ${peer}`] : []), ...(own > 0 ? [`${size(own)} of its own`] : [])]
        : [`perhaps ${unread} from ${peer}, acknowledged but never answered, and maybe not read`];
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

/** A request that never got an answer is the worst; a sender that had already closed, or a TLS farewell, the least. */
function severityOf(facts: ConnectionFacts, reset: ResetFacts): 'error' | 'warning' | 'note' {
  const fin = facts[reset.from].fin;
  if ((fin !== null && fin.first.frame < reset.frame) || reset.onlyTlsAlert === true) return 'note';
  const requestUnanswered =
    reset.from === 'server' && reset.unacknowledgedFromClient > 0 && facts.server.uniqueBytes === 0;
  return requestUnanswered ? 'error' : 'warning';
}
