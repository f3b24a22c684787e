import { DUP_ACKS } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide, seenAt } from '../watching.ts';

/** Where data flowed and was sent again: no loop. */
const BEHIND_A_LOSS = {
  likelyCauses: ['Segments were lost in a large window: every later one is answered by a duplicate ACK.'],
  nextSteps: ['See what the loss rules say of the same connection: the duplicate ACKs follow from it.'],
} as const;

export default defineRule({
  meta: {
    id: 'duplicate-ack-storm',
    family: 'loss',
    scope: 'connection',
    summary: 'An endpoint repeated the same acknowledgment a hundred times and more within a second.',
    why: 'Either very much arrived behind one hole, or two endpoints answer each other’s acknowledgments for ever: an ACK loop eats a link and two processors.',
    likelyCauses: [
      'A large window with one early loss: every later segment is answered by a duplicate ACK.',
      'An ACK loop: the two ends disagree on sequence numbers after an injected packet or a broken NAT.',
    ],
    nextSteps: [
      'If no data flows while the ACKs do, it is a loop: see whose sequence numbers are outside the window (`out-of-window`).',
    ],
    confirm: 'Statistics, I/O graph of `tcp.analysis.duplicate_ack and tcp.stream eq N` per second.',
    references: ['RFC 5681 2', 'RFC 5961 7', 'RFC 9293 3.10.7.4'],
    severity: 'warning',
    options: { perSecond: { default: 100, unit: '/s', least: 8, description: 'Duplicate ACKs in one second.' } },
    needs: [],
    wakes: DUP_ACKS,
    falsePositives: ['Fast, long paths with large windows, where hundreds of segments follow one loss.'],
    others: 'Wireshark numbers duplicate ACKs one by one, on idle connections too.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { duplicateAcks: acks } = own;
      if (acks === undefined || acks.densest < options.perSecond) return [];
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} sent ${otherSide(side)} ${at(peer)} up to ${count(acks.densest, 'duplicate ACK')} in one second, ${acks.count} in all.`,
        side,
        ...seenAt(acks),
        impact: {},
        ...(peer.retransmissions > 0 && peer.dataSegments > acks.count ? BEHIND_A_LOSS : {}),
        evidence: { densest: acks.densest, duplicateAcks: acks.count },
      } as const;
    });
  },
});
