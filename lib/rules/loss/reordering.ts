import { REORDERED } from '../../facts/notes.ts';
import { at, count, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'reordering',
    family: 'loss',
    scope: 'connection',
    summary: 'Segments arrived in another order than they were sent.',
    why: 'A little does no harm; beyond three segments or a quarter of a round trip the sender takes it for loss, repeats data and slows down.',
    likelyCauses: [
      'Packets of one connection spread over several links or queues (per-packet load balancing, bonding in round-robin mode).',
      'A router or network card that handles one connection on several cores.',
    ],
    nextSteps: [
      'Make load balancing hash by connection, not by packet; look at bonding mode and receive-side scaling.',
    ],
    confirm:
      '`tcp.analysis.out_of_order`; compare `ip.id` and `tcp.options.timestamp.tsval` with the packets before: smaller means sent earlier.',
    references: ['RFC 4737 3', 'RFC 5236 3', 'RFC 8985 3.3'],
    severity: 'note',
    options: {},
    needs: ['bothSides'],
    wakes: REORDERED,
    falsePositives: ['Captures on several interfaces or merged from several files, whose clocks or buffers differ.'],
    others:
      'Wireshark decides by 3 ms or one RTT, and so confuses it with retransmission; nobody reports its extent (RFC 4737).',
  },

  connection(facts) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { reorderings: late } = own;
      // Nothing overtook it: the hole was there for another reason.
      if (late === null || late.extentSegments === 0) return [];
      const caused = late.causedRetransmissions;
      const harm = caused === 0 ? '' : `; it caused ${count(caused, 'needless retransmission')}`;
      return {
        severity: caused > 0 ? 'warning' : 'note',
        confidence: 'high',
        message: `${count(late.segments, 'segment')} from ${side} ${at(own)} reached the tap late on the way to ${otherSide(side)} ${at(peer)}, by up to ${count(late.extentSegments, 'segment')} or ${duration(late.extentSeconds)}${harm}.`,
        together: `Segments of the ${side} came out of order on {connections} of {clients} with server ${at(facts.server)}, by up to ${count(late.extentSegments, 'segment')}.`,
        side,
        frames: late.frames,
        frameCount: late.segments,
        start: facts.start,
        end: facts.end,
        impact: {},
        evidence: {
          segments: late.segments,
          extentSegments: late.extentSegments,
          extentSeconds: Number(late.extentSeconds.toFixed(6)),
          causedRetransmissions: caused,
        },
      } as const;
    });
  },
});
