import { WINDOW_ODD } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'out-of-window',
    family: 'protocol',
    scope: 'connection',
    summary: 'Segments came whose sequence numbers the receiver cannot accept.',
    why: 'A few are strays. Many mean that somebody guesses sequence numbers to cut or inject, or that a NAT mixes connections up.',
    likelyCauses: [
      'A blind attacker who tries sequence numbers.',
      'A NAT or load balancer that gave two connections the same addresses and ports.',
      'A middlebox that rewrites sequence numbers and lost its offset.',
    ],
    nextSteps: [
      'Compare TTL and IP ID of these segments with the sender’s others: a difference means another machine.',
    ],
    confirm: 'With relative numbers, `tcp.seq` far from the neighbours of the same side.',
    references: ['RFC 9293 3.10.7.4', 'RFC 5961 5'],
    severity: 'note',
    options: { segments: { default: 10, unit: 'count', description: 'Segments that make it a warning.' } },
    needs: ['handshake', 'bothSides'],
    wakes: WINDOW_ODD,
    falsePositives: ['Without the handshake the window scale is unknown: the rule is skipped there.'],
    others: 'Suricata raises one event a packet: a production sensor logged 882 million of them.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { outOfWindow: odd } = own;
      if (odd === undefined) return [];
      return {
        severity: odd.count >= options.segments ? 'warning' : 'note',
        confidence: 'medium',
        message: `${count(odd.count, 'segment')} in the name of ${side} ${at(own)} had sequence numbers that ${otherSide(side)} ${at(peer)} cannot accept.`,
        together: `{connections} of {clients} with server ${at(facts.server)} met segments in the name of the ${side} outside the window.`,
        side,
        ...seenAt(odd),
        impact: {},
        evidence: { segments: odd.count },
      } as const;
    });
  },
});
