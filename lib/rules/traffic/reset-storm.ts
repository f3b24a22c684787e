import { after } from '../../facts/moment.ts';
import { busiest } from '../rates.ts';
import { defineRule } from '../rule.ts';
import { at, grouped, percent } from '../wording.ts';

const WINDOW_SECONDS = 10;

export default defineRule({
  meta: {
    id: 'reset-storm',
    family: 'traffic',
    scope: 'capture',
    summary: 'Open connections of a service were reset by the dozen.',
    why: 'One event cut many users off at once.',
    likelyCauses: [
      'The service crashed or was restarted.',
      'A failover of a firewall, proxy or load balancer that lost its connection table.',
    ],
    nextSteps: ['Look for a restart or failover at that second, at the server and at everything between.'],
    confirm: 'Statistics, I/O graph of `tcp.flags.reset == 1` for the service.',
    references: ['RFC 9293 3.5.2'],
    severity: 'warning',
    offIn: ['ci'],
    options: {
      times: { default: 20, unit: 'count', description: 'Connections reset within 10 s.' },
      share: { default: 0.2, unit: 'ratio', description: 'Share of all connections of the service.' },
    },
    needs: [],
    falsePositives: ['Scans: where one source did it all, `port-scan` tells it instead.'],
    others: 'Zeek’s RST_storm begins at 1,000.',
  },

  capture({ traffic, start }, options) {
    if (start === null) return null;
    return traffic.services.flatMap((service) => {
      const window = busiest(service.resetPerSecond ?? [], WINDOW_SECONDS);
      const share = service.reset / service.connections;
      if (window.count < options.times || share < options.share) return [];
      return {
        confidence: 'high',
        message: `${grouped(window.count)} connections of server ${at(service)} were reset within ${WINDOW_SECONDS} s; ${percent(share)} of all its connections in this capture.`,
        side: 'server',
        frames: [],
        frameCount: service.reset,
        start: after(start, window.second),
        end: after(start, window.second + WINDOW_SECONDS),
        impact: { connections: service.reset },
        evidence: {
          inWindow: window.count,
          reset: service.reset,
          connections: service.connections,
          share: percent(share),
        },
        endpoints: [{ address: service.address, port: service.port, role: 'server' }],
        filter: `${service.address.includes(':') ? 'ipv6' : 'ip'}.addr == ${service.address} and tcp.port == ${service.port} and tcp.flags.reset == 1`,
        replaces: ['reset-mid-connection', 'abortive-close'],
        replacesAt: { address: service.address, port: service.port },
      } as const;
    });
  },
});
