import { CLOSE_LINGERS, CLOSE_ODD } from '../../facts/notes.ts';
import { defineRule } from '../rule.ts';
import { stuckFins } from '../stuck-fins.ts';

export default defineRule({
  meta: {
    id: 'last-ack-stuck',
    family: 'teardown',
    scope: 'connection',
    summary: 'The endpoint that closes second repeats its FIN and never gets the last ACK.',
    why: 'The socket stays in LAST_ACK until the retries are used up; the peer has often forgotten the connection long before.',
    likelyCauses: [
      'The peer left TIME_WAIT or FIN_WAIT_2 (its timer ran out) and its firewall drops what is no longer known.',
      'The path lost the connection: a route change, or a firewall that forgot it.',
    ],
    nextSteps: [
      'If the peer answers with nothing, not even RST, look for a firewall that drops packets of unknown connections.',
    ],
    confirm:
      'Filter `tcp.flags.fin == 1 and tcp.stream eq N`: the second closer repeats its FIN; the peer’s last packet is older than the first of them.',
    references: ['RFC 9293 3.6', 'RFC 9293 3.8.1'],
    severity: 'warning',
    options: { tries: { default: 3, unit: 'count', description: 'FINs sent without an acknowledgment.' } },
    needs: ['bothSides'],
    wakes: CLOSE_LINGERS | CLOSE_ODD,
    falsePositives: ['A one-sided view of the last seconds: the rule needs both sides.'],
    others: 'Wireshark marks each repeat as a retransmission; no tool says that the close itself is stuck.',
  },

  connection: (facts, options, capture) => stuckFins(facts, ['LAST_ACK'], options, capture),
});
