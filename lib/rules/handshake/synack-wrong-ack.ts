import { secondsBetween } from '../../facts/moment.ts';
import { HANDSHAKE_ODD } from '../../facts/notes.ts';
import { at } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'synack-wrong-ack',
    family: 'handshake',
    scope: 'connection',
    summary: 'The answer to a SYN acknowledges something other than that SYN.',
    why: 'The server still holds an old connection with these addresses and ports; the client must reset it and try again, which takes at least a second, and for ever if the reset is filtered.',
    likelyCauses: [
      'The client reused a port too early: the server is still in TIME_WAIT or ESTABLISHED for the old connection.',
      'The client (or a NAT in front of it) restarted and forgot the old connection.',
      'A middlebox answers in place of the server, or keeps a stale entry.',
    ],
    nextSteps: [
      'See whether the client answers with RST and then succeeds; if the RST does not reach the server, a stateful firewall drops it.',
      'Behind NAT: let the NAT reuse a port no earlier than the server’s TIME_WAIT.',
    ],
    confirm:
      'Show absolute numbers (preference "Relative sequence numbers" off): the answer’s `tcp.ack` is not the SYN’s `tcp.seq` plus 1.',
    references: ['RFC 9293 3.5.1', 'RFC 5961 4', 'RFC 9293 3.10.7.3'],
    severity: 'warning',
    options: {},
    needs: [],
    wakes: HANDSHAKE_ODD,
    falsePositives: ['Answers of SYN proxies that the capture sees on their inner side.'],
    others: 'Zeek reports the weird bad_SYN_ack, Suricata 3whs_synack_with_wrong_ack; neither says what it means.',
  },

  connection(facts) {
    const { handshake, client, server } = facts;
    const wrong = handshake.wrongAck;
    const syn = handshake.syns.findLast(({ frame }) => wrong !== null && frame < wrong.frame) ?? handshake.syns[0];
    if (wrong === null || syn === undefined) return null;
    const end = handshake.ack ?? wrong;
    const recovered = handshake.ack !== null;
    const lost = secondsBetween(syn.time, end.time);
    return {
      confidence: 'high',
      message: `Server ${at(server)} answered the SYN of client ${at(client)} by acknowledging ${wrong.acknowledged} instead of ${wrong.expected}${recovered ? '' : '; this connection was not established'}.`,
      together: `Server ${at(server)} answered the SYN of {connections} from {clients} by acknowledging something else.`,
      side: 'server',
      frames: [syn.frame, wrong.frame, ...(recovered ? [end.frame] : [])],
      start: syn.time,
      end: end.time,
      impact: recovered ? { seconds: lost } : {},
      evidence: { acknowledged: wrong.acknowledged, expected: wrong.expected, recovered },
    };
  },
});
