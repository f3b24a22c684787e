import { RESET } from '../../facts/notes.ts';
import { at } from '../../facts/wording.ts';
import { firstOf } from '../repeated-resets.ts';
import { defineRule } from '../rule.ts';
import { capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'abortive-close',
    family: 'reset',
    scope: 'connection',
    summary: 'The close was cut short: RST in place of a FIN, or right after one.',
    why: 'Usually harmless, and a habit of some programs; the other side may see an error where the end was expected.',
    likelyCauses: [
      'The program closed with data still unread, or with SO_LINGER 0.',
      'A load balancer or browser that saves itself the TIME_WAIT.',
    ],
    nextSteps: ['If users see errors: let the program read to the end before it closes.'],
    confirm:
      'Filter `(tcp.flags.fin == 1 or tcp.flags.reset == 1) and tcp.stream eq N`: a FIN, and an RST where the second FIN should be.',
    references: ['RFC 9293 3.6', 'RFC 1122 4.2.2.13', 'RFC 2525 2.17'],
    severity: 'note',
    options: {},
    needs: ['bothSides'],
    wakes: RESET,
    falsePositives: ['Expected from Windows clients and many load balancers.'],
    others: 'Wireshark warns of it like of any RST.',
  },

  connection(facts) {
    for (const reset of facts.resets) {
      // Who has just reset is closed, and answers so what comes late.
      if (!reset.accepted || firstOf(facts, reset) !== reset) continue;
      const peerSide = otherSide(reset.from);
      const [own, peer] = [facts[reset.from], facts[peerSide]];
      const ownFin = own.fin !== null && own.fin.first.frame < reset.frame;
      const peerFin = peer.fin !== null && peer.fin.first.frame < reset.frame;
      if (!ownFin && !peerFin) continue;
      // Both FINs acknowledged: the connection was over, and the RST answers something else.
      if (ownFin && peerFin && own.fin?.acknowledged != null && peer.fin?.acknowledged != null) continue;
      return {
        confidence: 'high',
        message: `${capital(reset.from)} ${at(own)} sent RST ${ownFin ? 'after' : 'in place of'} its FIN, to ${peerSide} ${at(peer)}.`,
        together: `{connections} of {clients} with server ${at(facts.server)} were ended by the ${reset.from} with RST ${ownFin ? 'after' : 'in place of'} a FIN.`,
        side: reset.from,
        frames: [(ownFin ? own : peer).fin!.first.frame, reset.frame],
        start: reset.time,
        end: reset.time,
        impact: {},
        evidence: { from: reset.from, place: ownFin ? 'after its FIN' : 'in place of its FIN' },
      };
    }
    return null;
  },
});
