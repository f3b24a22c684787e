import { secondsBetween } from '../../facts/moment.ts';
import { HANDSHAKE_INCOMPLETE } from '../../facts/notes.ts';
import { at, duration, times } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { watchedLongEnough } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'handshake-incomplete',
    family: 'handshake',
    scope: 'connection',
    summary: 'The server answered the SYN, and the client never finished the handshake.',
    why: 'The server keeps a half-open connection and repeats its SYN-ACK until it gives up: the client sees a timeout, the server a full SYN queue.',
    likelyCauses: [
      'The SYN-ACK does not reach the client (asymmetric routing, a stateful firewall that saw only one direction).',
      'The SYN came from a forged address or a scanner that never meant to connect.',
    ],
    nextSteps: [
      'Capture at the client: if the SYN-ACK does not arrive there, follow the path back from the server.',
      'Look at the source: one that does this on many ports is a scan.',
    ],
    confirm: 'Filter `tcp.completeness == 3`: SYN and SYN-ACK, no ACK.',
    references: ['RFC 9293 3.5', 'RFC 4987 2'],
    severity: 'warning',
    options: {},
    needs: ['handshake', 'bothSides'],
    wakes: HANDSHAKE_INCOMPLETE,
    falsePositives: ['Health checks of load balancers that send SYN, wait for the SYN-ACK and reset.'],
    others: 'Zeek has S1-like states without a cause; Suricata counts SYN-ACK repeats within one connection.',
  },

  connection(facts, _options, capture) {
    const { handshake, client, server } = facts;
    const synAck = handshake.synAcks[0];
    if (synAck === undefined || handshake.ack !== null || handshake.refused !== null) return null;
    if (handshake.wrongAck !== null || handshake.simultaneous || handshake.synAcksAfterAck > 0) return null;
    const reset = facts.resets.find(({ from, time }) => from === 'client' && secondsBetween(synAck.time, time) >= 0);
    if (reset === undefined && !watchedLongEnough(synAck.time, capture.end)) return null;

    const last = reset ?? handshake.synAcks.at(-1)!;
    const waited = secondsBetween(synAck.time, last.time);
    const how =
      reset === undefined
        ? `never acknowledged it${handshake.synAckCount > 1 ? `, though it was sent ${times(handshake.synAckCount)} over ${duration(waited)}` : ''}`
        : 'reset the connection instead: a half-open scan or a health check';
    return {
      confidence: 'high',
      message: `Server ${at(server)} answered the SYN of client ${at(client)} with a SYN-ACK; the client ${how}.`,
      together: `{connections} from {clients} to server ${at(server)} were left half-open: no final ACK.`,
      side: 'client',
      frames: [...handshake.syns, ...handshake.synAcks, ...(reset === undefined ? [] : [reset])]
        .map(({ frame }) => frame)
        .sort((a, b) => a - b),
      start: synAck.time,
      end: last.time,
      lowerBound: reset === undefined,
      impact: waited > 0 ? { seconds: waited } : {},
      evidence: { synAcks: handshake.synAckCount, endedBy: reset === undefined ? 'silence' : 'reset by client' },
      ...(reset === undefined
        ? {}
        : { likelyCauses: ['A SYN scan, or a health check that only wants to see the port open.'] }),
    };
  },
});
