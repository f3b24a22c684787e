import { CLOSE_LINGERS, CLOSE_ODD } from '../../facts/notes.ts';
import { defineRule } from '../rule.ts';
import { stuckFins } from '../stuck-fins.ts';

export default defineRule({
  meta: {
    id: 'fin-wait-1-stuck',
    family: 'teardown',
    scope: 'connection',
    summary: 'An endpoint that closes first repeats its FIN and gets no acknowledgment.',
    why: 'The socket stays in FIN_WAIT_1 with its unsent data until the retries are used up (on Linux about a minute and a half).',
    likelyCauses: [
      'The peer is gone: crashed, powered off, or its address moved.',
      'The path lost the connection: a route change, or a firewall that forgot it.',
    ],
    nextSteps: [
      'Look whether the peer answered anything shortly before: the last answer tells when it, or the path, went away.',
    ],
    confirm:
      'Filter `tcp.flags.fin == 1 and tcp.stream eq N`: the same FIN again and again, and nothing from the peer after the first.',
    references: ['RFC 9293 3.6', 'RFC 9293 3.8.1'],
    severity: 'warning',
    options: { tries: { default: 3, unit: 'count', description: 'FINs sent without an acknowledgment.' } },
    needs: ['bothSides'],
    wakes: CLOSE_LINGERS | CLOSE_ODD,
    falsePositives: ['A one-sided view of the last seconds: the rule needs both sides.'],
    others: 'Wireshark marks each repeat as a retransmission; no tool says that the close itself is stuck.',
  },

  connection: (facts, options, capture) => stuckFins(facts, ['FIN_WAIT_1', 'CLOSING'], options, capture),
});
