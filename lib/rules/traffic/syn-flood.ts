import { after, secondsBetween } from '../../facts/moment.ts';
import { at, count, grouped, ipField, percent } from '../../facts/wording.ts';
import { floodWindow } from '../floods.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'syn-flood',
    family: 'traffic',
    scope: 'capture',
    summary: 'A service is sent connection attempts by the hundred that are never completed.',
    why: 'Each half-open connection takes a place in the SYN queue; when it is full, real clients are dropped.',
    likelyCauses: [
      'An attack with forged or many source addresses (see the evidence: sources, networks, retries).',
      'A client or load test that opens connections and drops the answers, or a firewall that lets the SYNs in and blocks the rest.',
    ],
    nextSteps: [
      'On the target: `nstat -az TcpExtListenDrops TcpExtSyncookiesSent TcpExtTCPReqQFullDrop`, and keep `net.ipv4.tcp_syncookies=1`.',
      'If the sources are few, block them; if they are spread and never retry, they are forged: have the provider filter upstream.',
    ],
    confirm:
      'Statistics, I/O graph: `tcp.flags.syn == 1 and tcp.flags.ack == 0` against `tcp.completeness == 7` and above, for this address and port.',
    references: ['RFC 4987 2', 'RFC 4987 3.6'],
    severity: 'error',
    offIn: ['ci'],
    options: {
      handshakes: { default: 100, unit: 'count', description: 'Handshakes not completed within the window.' },
      perSecond: { default: 50, unit: '/s', description: 'The same as a rate.' },
      completedShare: {
        default: 0.2,
        unit: 'ratio',
        description: 'A larger completed share is a busy service, not a flood.',
      },
    },
    needs: [],
    falsePositives: [
      'Load tests that give up at once.',
      'A capture in which the answers are missing: a one-sided capture is recognised and left alone.',
    ],
    others:
      'Suricata’s SYN flood event counts within one 5-tuple; published scripts count SYNs per source, which forged sources defeat.',
  },

  capture(facts, options) {
    const { start, oneSided } = facts;
    if (start === null) return null;
    return facts.traffic.services.flatMap((service) => {
      // Of a service without a single answer in a one-sided capture nothing can be said.
      if (service.answered === 0 && oneSided.connections > 0) return [];
      const window = floodWindow(service, options);
      if (window === null) return [];
      const { incomplete, sources, sourceNetworks } = service;
      const approximately = service.sourcesExact ? '' : 'about ';
      const forged = sources > 50 && incomplete.retriedSyns < incomplete.connections * 0.1;
      const begin = after(start, window.second);
      return {
        confidence: 'high',
        message: `Server ${at(service)} was sent ${count(window.count, 'connection attempt')} in ${window.width} s (${grouped(window.count / window.width)}/s) that were never completed; its clients were ${approximately}${count(sources, 'address', 'addresses')} in ${count(sourceNetworks, 'network')}, and up to ${grouped(service.peakHalfOpen.count)} were half-open at once.`,
        frames: [incomplete.firstFrame, incomplete.lastFrame],
        frameCount: incomplete.connections,
        start: begin,
        end: after(start, Math.min(window.second + window.width, secondsBetween(start, facts.end ?? start))),
        impact: { connections: incomplete.connections },
        evidence: {
          incomplete: incomplete.connections,
          windowSeconds: window.width,
          perSecond: Math.round(window.count / window.width),
          completedShare: percent(service.begun === 0 ? 0 : service.completed / service.begun),
          sources,
          sourceNetworks,
          peakHalfOpen: service.peakHalfOpen.count,
          retriedSyns: incomplete.retriedSyns,
          answeredBySynAck: incomplete.answeredBySynAck,
          distinctTtls: incomplete.distinctTtls,
          looksForged: forged,
          ...(service.cookieSigns === undefined ? {} : { synCookieSigns: service.cookieSigns }),
        },
        endpoints: [{ address: service.address, port: service.port, role: 'server' }],
        connections: incomplete.examples,
        filter: `${ipField(service.address)}.dst == ${service.address} and tcp.dstport == ${service.port} and tcp.flags.syn == 1 and tcp.flags.ack == 0`,
        replaces: ['syn-unanswered', 'handshake-incomplete', 'syn-retransmitted'],
        replacesAt: { address: service.address, port: service.port },
      } as const;
    });
  },
});
