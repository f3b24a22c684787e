import type { EndpointFacts, Sighting } from '../../facts/connection.ts';
import { isBefore, secondsBetween } from '../../facts/moment.ts';
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
    likelyCauses: [
      'The FIN was lost.',
      'The acknowledgment of the FIN was lost, for which TIME_WAIT exists, or came later than the sender’s timer.',
    ],
    nextSteps: ['Compare with losses of other connections at that time.'],
    confirm: 'Filter `tcp.flags.fin == 1 and tcp.stream eq N`: two FINs of one side with the same sequence number.',
    references: ['RFC 9293 3.6', 'RFC 9293 3.8.1'],
    severity: 'note',
    options: {},
    needs: ['bothSides'],
    wakes: CLOSE_ODD,
    falsePositives: ['Where FINs cross, BSD’s stacks send theirs again with the ACK of the other: that is recognised.'],
    others: 'Wireshark prints "initiates closing" a second time for a repeated FIN.',
  },

  connection(facts) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { fin } = own;
      if (fin === null || fin.count < 2 || fin.acknowledged === null || onlyCrossed(own, peer)) return [];
      const acked = fin.acknowledged;
      const seconds = secondsBetween(fin.first.time, acked.time);
      const whose = `${otherSide(side)} ${at(peer)}`;
      const lost = lostOf(own);
      const why = {
        FIN: `the first was lost, or its ACK before the tap; acknowledged after ${duration(seconds)}`,
        'ACK of FIN': `the first had arrived, but the ACK of ${whose} was lost or came late; acknowledged after ${duration(seconds)}`,
        'not known': `the last time with data that it sent again; acknowledged after ${duration(seconds)}`,
      };
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} sent its FIN ${times(fin.count)}: ${why[lost]}.`,
        together: `{connections} of {clients} with server ${at(facts.server)} needed a second FIN from the ${side}.`,
        side,
        frames: [...fin.frames, acked.frame].sort((a, b) => a - b),
        frameCount: fin.count,
        start: fin.first.time,
        end: acked.time,
        impact: { seconds },
        evidence: { fins: fin.count, lost },
      };
    });
  },
});

function bareFins({ repeatChains }: EndpointFacts): readonly Sighting[] {
  return repeatChains.find(({ what }) => what === 'fin')?.sent ?? [];
}

/**
 * FINs crossed, and the acknowledgment of the peer's bears the own once more, as BSD's stacks do while theirs is not
 * acknowledged: nothing was lost.
 */
function onlyCrossed(own: EndpointFacts, peer: EndpointFacts): boolean {
  const [first, second] = bareFins(own);
  const crossed = [own, peer].some(({ spells }) => spells.some(({ state }) => state === 'CLOSING'));
  if (!crossed || own.fin?.count !== 2 || first === undefined || second === undefined || peer.fin === null)
    return false;
  const other = peer.fin.first;
  if (other.frame > second.frame) return false;
  const later = isBefore(first.time, other.time) ? other.time : first.time;
  // No timer repeats sooner, nor before the answer can have come.
  return secondsBetween(later, second.time) < Math.max(0.19, own.rtt?.p50 ?? 0);
}

/** What was lost, if anything, as far as the tap can tell. */
function lostOf(own: EndpointFacts): 'ACK of FIN' | 'FIN' | 'not known' {
  const last = bareFins(own).at(-1);
  if (last === undefined) return 'not known';
  const arrived = own.retransmissionRuns.some(({ by, spurious }) => (by.fin ?? 0) > 0 && spurious > 0);
  return arrived || own.fin!.acknowledged!.frame < last.frame ? 'ACK of FIN' : 'FIN';
}
