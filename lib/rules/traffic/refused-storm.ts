import { after } from '../../facts/moment.ts';
import { busiest } from '../rates.ts';
import { defineRule } from '../rule.ts';
import { at, grouped, percent } from '../wording.ts';

const WINDOW_SECONDS = 10;

export default defineRule({
  meta: {
    id: 'refused-storm',
    family: 'traffic',
    scope: 'capture',
    summary: 'A service refused connections by the dozen.',
    why: 'The service is down or restarting while its clients keep trying: each of them fails at once, and many hammer on.',
    likelyCauses: [
      'The service is stopped or restarting, or its port changed.',
      'A load balancer still sends to an instance that is gone.',
    ],
    nextSteps: ['On the server: `ss -ltn` for the port; look at the load balancer’s health checks.'],
    confirm: 'Statistics, I/O graph of `tcp.completeness == 37` (or RST+ACK with `tcp.ack == 1`) for the service.',
    references: ['RFC 9293 3.5.2'],
    severity: 'warning',
    offIn: ['ci'],
    options: {
      times: { default: 20, unit: 'count', description: 'Connections refused within 10 s.' },
      share: { default: 0.2, unit: 'ratio', description: 'Share of all connections of the service.' },
    },
    needs: [],
    falsePositives: ['Scans: where one source did it all, `port-scan` tells it instead.'],
    others: 'Zeek’s RST_storm begins at 1,000.',
  },

  capture({ traffic, start }, options) {
    if (start === null) return null;
    return traffic.services.flatMap((service) => {
      const window = busiest(service.refusedPerSecond ?? [], WINDOW_SECONDS);
      const share = service.refused / service.connections;
      if (window.count < options.times || share < options.share) return [];
      return {
        confidence: 'high',
        message: `${grouped(window.count)} connections of server ${at(service)} were refused within ${WINDOW_SECONDS} s; ${percent(share)} of all its connections in this capture.`,
        side: 'server',
        frames: [],
        frameCount: service.refused,
        start: after(start, window.second),
        end: after(start, window.second + WINDOW_SECONDS),
        impact: { connections: service.refused },
        evidence: {
          inWindow: window.count,
          refused: service.refused,
          connections: service.connections,
          share: percent(share),
        },
        endpoints: [{ address: service.address, port: service.port, role: 'server' }],
        filter: `${service.address.includes(':') ? 'ipv6' : 'ip'}.addr == ${service.address} and tcp.port == ${service.port} and tcp.flags.reset == 1`,
        replaces: ['connection-refused'],
        replacesAt: { address: service.address, port: service.port },
      } as const;
    });
  },
});
