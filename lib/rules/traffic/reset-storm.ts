import { defineRule } from '../rule.ts';
import { STORM_OPTIONS, storms } from '../storms.ts';

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
    options: STORM_OPTIONS,
    needs: [],
    falsePositives: ['Scans: where one source did it all, `port-scan` tells it instead.'],
    others: 'Zeek’s RST_storm begins at 1,000.',
  },

  capture: (facts, options) => storms(facts, 'reset', options),
});
