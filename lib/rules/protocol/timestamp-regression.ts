import { MALFORMED } from '../../facts/notes.ts';
import { at, grouped, times } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'timestamp-regression',
    family: 'protocol',
    scope: 'connection',
    summary: 'A sender’s TCP timestamp went backwards.',
    why: 'The receiver takes such a segment for an old duplicate and drops it (PAWS): it looks like loss that no network explains.',
    likelyCauses: [
      'Two machines behind one address (a NAT or a cluster) use the same connection.',
      'A virtual machine was restored or moved, and its clock stepped back.',
      'Injected packets.',
    ],
    nextSteps: ['Compare TTL and IP ID of the segments before and after: two series mean two machines.'],
    confirm: 'Add `tcp.options.timestamp.tsval` as a column: it falls.',
    references: ['RFC 7323 5', 'RFC 7323 5.3'],
    severity: 'note',
    options: {},
    needs: [],
    wakes: MALFORMED,
    falsePositives: ['Reordering and resets are left out.'],
    others: 'Suricata: pkt_invalid_timestamp, on any late segment.',
  },

  connection(facts) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { timestampRegressions: steps } = own;
      if (steps === undefined) return [];
      return {
        confidence: 'medium',
        message: `The timestamps of ${side} ${at(own)} to ${otherSide(side)} ${at(peer)} went backwards ${times(steps.count)}, by up to ${grouped(steps.worst)} ticks.`,
        together: `Timestamps of the ${side} went backwards on {connections} of {clients} with server ${at(facts.server)}.`,
        side,
        ...seenAt(steps),
        impact: {},
        evidence: { times: steps.count, worstTicks: steps.worst },
      } as const;
    });
  },
});
