import { count, percent } from '../../facts/wording.ts';
import { copiesIn } from '../copies.ts';
import { defineRule } from '../rule.ts';

export default defineRule({
  meta: {
    id: 'capture-duplicates',
    family: 'capture',
    scope: 'capture',
    summary: 'Packets were recorded twice: the capture saw one transmission at two places.',
    why: 'Tools that take the copies for retransmissions report loss that never was; here they are left out of every count of loss.',
    likelyCauses: [
      'A mirror port that copies both the incoming and the outgoing side of the same path.',
      'A capture on `any`, or on a bridge and its members at once.',
    ],
    nextSteps: [
      'Mirror one direction per port, or capture on one interface; `editcap -d` removes only byte-identical copies.',
    ],
    confirm:
      'Two packets microseconds apart with equal `ip.id`, `tcp.seq`, `tcp.ack` and length; `ip.ttl` or the MACs may differ.',
    references: [],
    severity: 'warning',
    options: {
      share: { default: 0.01, unit: 'ratio', description: 'Share of all segments from which on it is told.' },
      segments: { default: 4, unit: 'count', description: 'Copies below which it is no pattern.' },
    },
    needs: [],
    falsePositives: [],
    others: 'Wireshark and tcptrace count such copies as retransmissions; Zeek wrote them as such until lately.',
  },

  capture(facts, options) {
    const { captureDuplicates: copies } = facts;
    const found = copiesIn(facts, copies);
    if (found === null || found.share < options.share || copies.segments < options.segments) return null;
    return {
      ...found.draft,
      message: `${count(copies.segments, 'segment')} (${percent(found.share)} of all) are copies of others: the capture recorded one transmission twice.`,
    };
  },
});
