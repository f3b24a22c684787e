import { at, count, times } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'accept-queue-overflow',
    family: 'traffic',
    scope: 'capture',
    summary: 'A listener ignored the final ACK of several clients: its accept queue is full.',
    why: 'Clients believe they are connected and send; the server throws it away and asks again. They wait a second, three, seven, and some are reset in the end.',
    likelyCauses: [
      'The program accepts too slowly: blocked in its accept loop, out of threads or processor time.',
      'The listen backlog (or `net.core.somaxconn`) is too small for the bursts that arrive.',
      'The listener defers the accept until data comes (TCP_DEFER_ACCEPT), and these clients sent none.',
    ],
    nextSteps: [
      'On the server: `ss -ltn` (Recv-Q at Send-Q is full) and `nstat -az TcpExtListenOverflows TcpExtListenDrops`.',
      'Find what keeps the program from accept(); then raise backlog and somaxconn together.',
    ],
    confirm: 'Filter `tcp.flags == 0x012 and tcp.analysis.retransmission` for this service.',
    references: ['RFC 9293 3.5', 'RFC 9293 3.10.7.4'],
    severity: 'warning',
    options: {
      connections: {
        default: 3,
        unit: 'count',
        description:
          'Connections of one listener whose final ACK was ignored (two at least), or whose SYN got no answer.',
      },
    },
    needs: ['bothSides'],
    falsePositives: ['Listeners with TCP_DEFER_ACCEPT, as long as no data was ignored.'],
    others: 'No other tool names it; Wireshark labels the SYN-ACKs retransmissions.',
  },

  capture({ traffic }, options) {
    return traffic.services.flatMap((service) => {
      const { ignoredAcks: ignored, incomplete } = service;
      if (ignored === undefined) return [];
      // A listener whose queue is full drops further SYNs as well, without a word.
      const silent = ignored.connections < 2 ? 0 : incomplete.connections - incomplete.answeredBySynAck;
      if (ignored.connections + silent < options.connections) return [];
      const harm = [
        ...(silent > 0 ? [`${count(silent, 'more attempt')} got no answer`] : []),
        ...(ignored.dataIgnored > 0 ? [`data ignored on ${ignored.dataIgnored}`] : []),
        ...(ignored.reset > 0 ? [`${ignored.reset} reset in the end`] : []),
      ];
      const told = harm.length === 0 ? '' : `; ${harm.join(', ')}`;
      return {
        severity: ignored.dataIgnored + ignored.reset > 0 ? 'error' : 'warning',
        confidence: ignored.dataIgnored > 0 ? 'high' : 'medium',
        message: `Server ${at(service)} ignored the final ACK of ${count(ignored.connections, 'connection')} and repeated its SYN-ACK ${times(ignored.repeats)}${told}: its accept queue is full.`,
        side: 'server',
        frames: [ignored.firstFrame, ignored.lastFrame],
        frameCount: ignored.repeats,
        start: ignored.start,
        end: ignored.end,
        impact: { connections: ignored.connections + silent },
        evidence: {
          connections: ignored.connections,
          synAckRepeats: ignored.repeats,
          unanswered: silent,
          dataIgnored: ignored.dataIgnored,
          reset: ignored.reset,
        },
        endpoints: [{ address: service.address, port: service.port, role: 'server' }],
        connections: ignored.examples,
        replaces: ['final-ack-lost', 'syn-unanswered'],
        replacesAt: { address: service.address, port: service.port },
      } as const;
    });
  },
});
