import { defineRule } from '../rule.ts';
import { scans } from '../scans.ts';

export default defineRule({
  meta: {
    id: 'port-scan',
    family: 'traffic',
    scope: 'capture',
    summary: 'One source tried many ports of one host.',
    why: 'Somebody looks for what can be attacked; even a friendly scan fills logs and connection tables.',
    likelyCauses: [
      'A scanner: an attacker, a security audit, or a worm.',
      'A program that searches for its server on a range of ports.',
    ],
    nextSteps: ['Find out who runs the source; look at the ports that were open for what happened next.'],
    confirm: 'Statistics, Conversations, TCP, sorted by address A: one source, many ports B.',
    references: ['RFC 9293 3.10.7.1'],
    severity: 'warning',
    offIn: ['ci'],
    options: {
      tried: { default: 20, unit: 'count', least: 10, description: 'Distinct ports tried within 60 s.' },
      failedShare: { default: 0.8, unit: 'ratio', description: 'Share of them unanswered or refused.' },
    },
    needs: ['bothSides'],
    falsePositives: ['Monitoring and inventory systems, peer-to-peer programs.'],
    others: 'nDPI and flow tools count ports per source; clients that retry one port are no scan.',
  },

  capture: (facts, options) => scans(facts, 'ports', options),
});
