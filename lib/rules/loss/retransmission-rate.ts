import type { EndpointFacts } from '../../facts/connection.ts';
import { RETRANSMITTED } from '../../facts/notes.ts';
import { at, count, percent, size } from '../../facts/wording.ts';
import { isOutage, kindsOf, kindsOfAll, OUTAGE } from '../retransmissions.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

const FULL = 'A link that is full, or a rate limit that drops instead of queueing.';
const BAD = 'A damaged cable or optic, weak radio, a duplex mismatch.';
const NEEDLESS = 'Retransmissions that were not needed, because the path reorders or delays in bursts.';
const COUNTERS = 'Read drop and error counters hop by hop; compare with another direction and another time of day.';
const SEE_SPURIOUS = 'See `spurious-retransmission` first: if many were needless, the path reorders rather than loses.';

/** How many were not needed: the original had arrived, or came late. */
function needlessOf({ spurious, reorderings }: EndpointFacts): number {
  return Math.max(spurious, reorderings?.causedRetransmissions ?? 0);
}

/** What most of the retransmissions point to. */
function adviceOf({ retransmissions, retransmissionRuns }: EndpointFacts, needless: number) {
  if (needless * 2 > retransmissions) return { likelyCauses: [NEEDLESS], nextSteps: [SEE_SPURIOUS] };
  if (retransmissionRuns.some((run) => isOutage(run) && run.segments * 2 > retransmissions)) return OUTAGE;
  return { likelyCauses: [FULL, BAD], nextSteps: [COUNTERS] };
}

export default defineRule({
  meta: {
    id: 'retransmission-rate',
    family: 'loss',
    scope: 'connection',
    summary: 'A large share of what was sent had to be sent again.',
    why: 'Congestion control takes every loss for congestion: at 1 % loss a long transfer gets a small part of the link, at 5 % next to nothing.',
    likelyCauses: [FULL, BAD, NEEDLESS],
    nextSteps: [SEE_SPURIOUS, COUNTERS],
    confirm:
      'Statistics, Conversations, TCP: compare bytes with the highest relative sequence number; `tcp.analysis.retransmission`.',
    references: ['RFC 5681 3', 'RFC 9438 1'],
    severity: 'warning',
    options: {
      warningShare: { default: 0.01, unit: 'ratio', description: 'Retransmitted bytes over unique bytes: a warning.' },
      errorShare: { default: 0.05, unit: 'ratio', description: 'The same, without what had arrived: an error.' },
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
      if (share < options.warningShare) return [];
      const { retransmissionRuns: runs, retransmissions } = own;
      const needless = needlessOf(own);
      // What had arrived was not lost: without it, the rate may be no error.
      const lost = share * (1 - needless / Math.max(1, retransmissions));
      const kinds = kindsOf({ by: kindsOfAll(runs), segments: retransmissions, spurious: needless });
      return {
        severity: lost >= options.errorShare ? 'error' : 'warning',
        confidence: 'high',
        message: `${capital(side)} ${at(own)} sent ${percent(share)} of its data to ${otherSide(side)} ${at(peer)} again: ${size(own.retransmittedBytes)} in ${count(retransmissions, 'segment')}, ${kinds}.`,
        side,
        frames: runs.flatMap(({ frames }) => frames),
        frameCount: retransmissions,
        start: facts.start,
        end: facts.end,
        impact: { bytes: own.retransmittedBytes },
        ...adviceOf(own, needless),
        evidence: {
          share: percent(share),
          lostShare: percent(lost),
          retransmittedBytes: own.retransmittedBytes,
          uniqueBytes: own.uniqueBytes,
          retransmissions,
          spurious: needless,
        },
      } as const;
    });
  },
});
