import { count, percent } from '../../facts/wording.ts';
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

  capture({ networkDuplicates: copies, segments, start, end }, options) {
    if (copies.segments === 0 || start === null || end === null) return null;
    const share = copies.segments / segments;
    return {
      severity: share >= options.share && copies.segments >= options.segments ? 'warning' : 'note',
      confidence: 'high',
      message: `The network delivered ${count(copies.segments, 'segment')} (${percent(share)} of all) twice: the receivers reported or answered the copies.`,
      frames: copies.examples,
      frameCount: copies.segments,
      start,
      end,
      impact: {},
      evidence: { copies: copies.segments, segments, share: percent(share) },
      filter: `frame.number == ${copies.firstFrame}`,
    };
  },
});
