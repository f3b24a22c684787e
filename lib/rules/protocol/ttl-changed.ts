import { MALFORMED } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'ttl-changed',
    family: 'protocol',
    scope: 'connection',
    summary: 'The TTL of an endpoint’s packets changed within one connection.',
    why: 'The path changed under way, or some of the packets come from another machine.',
    likelyCauses: [
      'A route change, or load balancing over paths of different length.',
      'A middlebox that answers in the endpoint’s name, or an injector.',
    ],
    nextSteps: [
      'See which packets differ: all from some moment on means a route; single ones, RSTs above all, mean a second sender.',
    ],
    confirm: 'Add `ip.ttl` (`ipv6.hlim`) as a column for one side.',
    references: ['RFC 791 3.2', 'RFC 8200 3'],
    severity: 'note',
    options: {
      hops: {
        default: 3,
        unit: 'count',
        description: 'Changes of fewer hops are ordinary: load balancing over the paths of one network.',
      },
    },
    needs: [],
    wakes: MALFORMED,
    falsePositives: ['Captures that see the same packet before and after a router: such copies are left out.'],
    others: 'argus and tstat print the smallest and largest TTL and leave the reader to wonder.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { ttlChanges: changes } = own;
      if (changes === undefined || Math.abs(changes.usual - changes.other) < options.hops) return [];
      // Nobody forwards what comes with 1: the sender set it so (RFC 5082), and another one when it began.
      if (changes.usual === 1 || changes.other === 1) return [];
      return {
        confidence: 'medium',
        message: `The TTL of ${side} ${at(own)} to ${otherSide(side)} ${at(peer)} changed from ${changes.usual} to ${changes.other}, in ${count(changes.count, 'packet')}.`,
        together: `The TTL of the ${side} changed on {connections} of {clients} with server ${at(facts.server)}.`,
        side,
        ...seenAt(changes),
        impact: {},
        evidence: { usual: changes.usual, other: changes.other, packets: changes.count },
      } as const;
    });
  },
});
