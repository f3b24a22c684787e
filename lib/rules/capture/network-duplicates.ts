import { count, percent } from '../../facts/wording.ts';
import { copiesIn } from '../copies.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'network-duplicates',
    family: 'capture',
    scope: 'capture',
    summary: 'The network delivered packets twice: the receiver says so itself.',
    why: 'Each copy takes its share of the link; in numbers it points to a loop or a link layer that repeats too eagerly.',
    likelyCauses: [
      'A layer-2 loop or a bonding or failover pair that both forward.',
      'A wireless link whose acknowledgments are lost.',
    ],
    nextSteps: ['Compare TTL and MAC of the copies: equal TTL points to layer 2, a different one to two routes.'],
    confirm: 'Two packets with equal `ip.id`, and `tcp.options.sack.dsack` in the answer.',
    references: ['RFC 2883 4'],
    severity: 'note',
    options: {
      share: { default: 0.01, unit: 'ratio', description: 'Share of all segments that makes it a warning,' },
      segments: { default: 4, unit: 'count', description: 'if they are at least so many.' },
    },
    needs: [],
    falsePositives: [],
    others: 'No other tool tells it from a retransmission.',
  },

  capture(facts, options) {
    const { networkDuplicates: copies } = facts;
    const found = copiesIn(facts, copies);
    if (found === null) return null;
    return {
      ...found.draft,
      severity: found.share >= options.share && copies.segments >= options.segments ? 'warning' : 'note',
      message: `The network delivered ${count(copies.segments, 'segment')} (${percent(found.share)} of all) twice: the receivers reported or answered the copies.`,
    };
  },
});
