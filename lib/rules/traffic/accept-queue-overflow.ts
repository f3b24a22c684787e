import { fullQueue, hungListener } from '../accept-queues.ts';
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

  capture(facts, { connections }) {
    return facts.traffic.services.flatMap((service) => {
      const told =
        service.ignoredAcks === undefined ? hungListener(service, facts, connections) : fullQueue(service, connections);
      if (told === null) return [];
      return {
        ...told,
        side: 'server',
        endpoints: [{ address: service.address, port: service.port, role: 'server' }],
        // What a hung program leaves unanswered is told here.
        replaces: ['final-ack-lost', 'syn-unanswered', ...(service.ignoredAcks === undefined ? ['slow-response'] : [])],
        replacesAt: { address: service.address, port: service.port },
      } as const;
    });
  },
});
