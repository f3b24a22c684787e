import { defineRule } from '../rule.ts';
import { scans } from '../scans.ts';

export default defineRule({
  meta: {
    id: 'host-sweep',
    family: 'traffic',
    scope: 'capture',
    summary: 'One source tried one port on many hosts of a network.',
    why: 'Worms and attackers look for one weak service everywhere; what answers is tried next.',
    likelyCauses: [
      'A scanner: an attacker, a security audit, or a worm.',
      'A management or monitoring system that searches for its agents.',
    ],
    nextSteps: ['Find out who runs the source; look at the hosts that answered for what happened next.'],
    confirm: 'Statistics, Conversations, TCP, sorted by port B: one source, many addresses B.',
    references: ['RFC 9293 3.10.7.1'],
    severity: 'warning',
    offIn: ['ci'],
    options: {
      tried: { default: 20, unit: 'count', least: 10, description: 'Distinct hosts tried within 60 s.' },
      failedShare: { default: 0.8, unit: 'ratio', description: 'Share of them unanswered or refused.' },
    },
    needs: ['bothSides'],
    falsePositives: ['Monitoring and inventory systems, peer-to-peer programs.'],
    others: 'nDPI and flow tools count hosts per source; clients that retry one port are no scan.',
  },

  capture: (facts, options) => scans(facts, 'hosts', options),
});
