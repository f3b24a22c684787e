import { WINDOW_ODD } from '../../facts/notes.ts';
import { at, count, size } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'ack-of-unsent',
    family: 'protocol',
    scope: 'connection',
    summary: 'An endpoint acknowledged bytes that its peer had not sent yet.',
    why: 'It makes the sender go faster than the path allows (an optimistic ACK attack), or shows a stack that has lost count.',
    likelyCauses: [
      'A client that acknowledges ahead to get more than its share.',
      'A broken stack or a middlebox that rewrites acknowledgments.',
    ],
    nextSteps: ['See whether the bytes come later at once: then the capture recorded the two directions out of order.'],
    confirm: '`tcp.analysis.ack_lost_segment`, and the bytes come in a later frame.',
    references: ['RFC 9293 3.10.7.4', 'RFC 5961 5'],
    severity: 'warning',
    options: {},
    needs: ['bothSides'],
    wakes: WINDOW_ODD,
    falsePositives: ['Taps that merge two directions with different delay.'],
    others: 'Wireshark says "ACKed segment that wasn’t captured" for this and for capture loss alike.',
  },

  connection(facts) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { ackedUnsent: acks } = own;
      if (acks === undefined) return [];
      return {
        confidence: 'medium',
        message: `${capital(side)} ${at(own)} acknowledged ${size(acks.bytes)} that ${otherSide(side)} ${at(peer)} sent only later, in ${count(acks.count, 'segment')}.`,
        side,
        ...seenAt(acks),
        impact: {},
        evidence: { acknowledgments: acks.count, bytesAhead: acks.bytes },
      } as const;
    });
  },
});
