import { RETRANSMITTED } from '../../facts/notes.ts';
import { at, count, percent, size } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'retransmission-rate',
    family: 'loss',
    scope: 'connection',
    summary: 'A large share of what was sent had to be sent again.',
    why: 'Congestion control takes every loss for congestion: at 1 % loss a long transfer gets a small part of the link, at 5 % next to nothing.',
    likelyCauses: [
      'A link that is full, or a rate limit that drops instead of queueing.',
      'A damaged cable or optic, weak radio, a duplex mismatch.',
      'Retransmissions that were not needed, because the path reorders or delays in bursts.',
    ],
    nextSteps: [
      'See `spurious-retransmission` first: if many were needless, the path reorders rather than loses.',
      'Read drop and error counters hop by hop; compare with another direction and another time of day.',
    ],
    confirm:
      'Statistics, Conversations, TCP: compare bytes with the highest relative sequence number; `tcp.analysis.retransmission`.',
    references: ['RFC 5681 3', 'RFC 9438 1'],
    severity: 'warning',
    options: {
      warningShare: { default: 0.01, unit: 'ratio', description: 'Retransmitted bytes over unique bytes: a warning.' },
      errorShare: { default: 0.05, unit: 'ratio', description: 'The same: an error.' },
      segments: { default: 100, unit: 'count', description: 'Data segments below which no rate is judged.' },
    },
    needs: ['bothSides'],
    wakes: RETRANSMITTED,
    falsePositives: ['A capture that lost packets itself makes the unique bytes look fewer.'],
    others: 'ntopng wants 5 and 10 %; most tools count packets, and count a fast retransmission twice.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      // Beside a card that cuts or joins segments the capture shows fewer than were on the way.
      const segments = Math.max(own.dataSegments, own.uniqueBytes / (peer.mss ?? Number.POSITIVE_INFINITY));
      if (segments < options.segments || own.uniqueBytes === 0) return [];
      const share = own.retransmittedBytes / own.uniqueBytes;
      // What had arrived was not lost: without it, the rate may be no error.
      const lost = share * (1 - own.spurious / Math.max(1, own.retransmissions));
      if (share < options.warningShare) return [];
      const needless = own.spurious > 0 ? `, ${own.spurious} of them needlessly` : '';
      return {
        severity: lost >= options.errorShare ? 'error' : 'warning',
        confidence: 'high',
        message: `${capital(side)} ${at(own)} sent ${percent(share)} of its data to ${otherSide(side)} ${at(peer)} again: ${size(own.retransmittedBytes)} in ${count(own.retransmissions, 'segment')}${needless}.`,
        side,
        frames: own.retransmissionRuns.flatMap(({ frames }) => frames),
        frameCount: own.retransmissions,
        start: facts.start,
        end: facts.end,
        impact: { bytes: own.retransmittedBytes },
        evidence: {
          share: percent(share),
          lostShare: percent(lost),
          retransmittedBytes: own.retransmittedBytes,
          uniqueBytes: own.uniqueBytes,
          retransmissions: own.retransmissions,
          spurious: own.spurious,
        },
      } as const;
    });
  },
});
