import { defineRule } from '../rule.ts';
import { STORM_OPTIONS, storms } from '../storms.ts';

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
    options: STORM_OPTIONS,
    needs: [],
    falsePositives: ['Scans: where one source did it all, `port-scan` tells it instead.'],
    others: 'Zeek’s RST_storm begins at 1,000.',
  },

  capture: (facts, options) => storms(facts, 'refused', options),
});
