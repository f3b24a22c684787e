import { secondsBetween } from '../../facts/moment.ts';
import { CLOSE_ODD } from '../../facts/notes.ts';
import { at, duration, times } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'fin-retransmitted',
    family: 'teardown',
    scope: 'connection',
    summary: 'A FIN had to be sent again before the close went through.',
    why: 'The close took longer, nothing else; but a lost packet at the end tells of a lossy path as much as one in the middle.',
    likelyCauses: ['The FIN was lost.', 'The acknowledgment of the FIN was lost: TIME_WAIT exists for that case.'],
    nextSteps: ['Compare with losses of other connections at that time.'],
    confirm: 'Filter `tcp.flags.fin == 1 and tcp.stream eq N`: two FINs of one side with the same sequence number.',
    references: ['RFC 9293 3.6', 'RFC 9293 3.8.1'],
    severity: 'note',
    options: {},
    needs: ['bothSides'],
    wakes: CLOSE_ODD,
    falsePositives: [],
    others: 'Wireshark prints "initiates closing" a second time for a repeated FIN.',
  },

  connection(facts) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { fin } = own;
      if (fin === null || fin.count < 2 || fin.acknowledged === null) return [];
      const acked = fin.acknowledged;
      const lastFin = fin.frames.at(-1) ?? fin.first.frame;
      // Acknowledged at the tap and sent again all the same, or known to have arrived: it was the ACK that got lost.
      const arrived = own.retransmissionRuns.some(({ by, spurious }) => (by.fin ?? 0) > 0 && spurious > 0);
      const ackLost = arrived || acked.frame < lastFin;
      const seconds = secondsBetween(fin.first.time, acked.time);
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} sent its FIN ${times(fin.count)}: ${ackLost ? `the ACK of ${otherSide(side)} ${at(peer)} was lost` : `the first was lost, or its ACK before the tap; acknowledged after ${duration(seconds)}`}.`,
        together: `{connections} of {clients} with server ${at(facts.server)} needed a second FIN from the ${side}.`,
        side,
        frames: [...fin.frames, acked.frame].sort((a, b) => a - b),
        frameCount: fin.count,
        start: fin.first.time,
        end: acked.time,
        impact: { seconds },
        evidence: { fins: fin.count, lost: ackLost ? 'ACK of FIN' : 'FIN' },
      };
    });
  },
});
