import type { CaptureFacts, ServiceFacts } from '../../facts/capture.ts';
import { at, count, times } from '../../facts/wording.ts';
import { type Draft, defineRule } from '../rule.ts';

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
      const told = service.ignoredAcks === undefined ? hung(service, facts, connections) : full(service, connections);
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

/** A listener whose queue is full drops further SYNs without a word. */
function silentAttempts({ incomplete }: ServiceFacts): number {
  return incomplete.connections - incomplete.answeredBySynAck;
}

/** It repeats its SYN-ACK as if the final ACK had not come. */
function full(service: ServiceFacts, least: number): Draft | null {
  const ignored = service.ignoredAcks!;
  const silent = ignored.connections < 2 ? 0 : silentAttempts(service);
  if (ignored.connections + silent < least) return null;
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
    connections: ignored.examples,
  };
}

/** It acknowledges what connections send and answers none; repeated SYNs of others get no answer at all. */
function hung(service: ServiceFacts, { start, end }: CaptureFacts, least: number): Draft | null {
  const { incomplete, responses, unheard = 0 } = service;
  const silent = silentAttempts(service);
  if (unheard < 2 || responses !== undefined || silent < least || incomplete.retriedSyns < least) return null;
  if (start === null || end === null) return null;
  return {
    confidence: 'low',
    message: `Server ${at(service)} acknowledged what ${count(unheard, 'connection')} sent it, answered none of them, and left ${count(silent, 'further attempt')} without an answer: its accept queue may be full.`,
    frames: [incomplete.firstFrame, incomplete.lastFrame],
    frameCount: incomplete.connections,
    start,
    end,
    impact: { connections: unheard + silent },
    evidence: { connections: unheard, unanswered: silent },
    likelyCauses: [
      'The program hangs: connections wait in its accept queue, and when that is full Linux drops further SYNs.',
      'The host went down or was cut off while these connections were open.',
    ],
    connections: incomplete.examples,
  };
}
