import { secondsBetween } from '../../facts/moment.ts';
import { CLOSE_LINGERS, CLOSE_ODD } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'half-close',
    family: 'teardown',
    scope: 'connection',
    summary: 'One direction was closed, and the other went on with data.',
    why: 'Legal and sometimes meant (shutdown); many proxies and firewalls do not understand it and cut the rest off.',
    likelyCauses: ['The program said "end of request" with shutdown() and still reads the answer.'],
    nextSteps: ['If answers are cut off, look for a proxy that closes both directions at the first FIN.'],
    confirm: 'After one side’s FIN was acknowledged, packets with `tcp.len > 0` still come from the other.',
    references: ['RFC 9293 3.6', 'RFC 1122 4.2.2.13'],
    severity: 'note',
    offIn: ['recommended', 'strict', 'ci', 'security'],
    options: { seconds: { default: 0.1, unit: 's', description: 'Data this long after the FIN’s acknowledgment.' } },
    needs: ['bothSides'],
    wakes: CLOSE_LINGERS | CLOSE_ODD,
    falsePositives: [],
    others: 'Wireshark calls the first FIN "active close" and stops there.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const acked = own.fin?.acknowledged ?? null;
      const last = peer.lastNewData;
      if (acked === null || last === null) return [];
      const seconds = secondsBetween(acked.time, last.time);
      if (seconds < options.seconds) return [];
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} closed its direction; ${otherSide(side)} ${at(peer)} went on to send data for ${duration(seconds)}.`,
        together: `{connections} of {clients} with server ${at(facts.server)} were half-closed by the ${side} and went on with data.`,
        side,
        frames: [own.fin!.first.frame, acked.frame, last.frame],
        start: own.fin!.first.time,
        end: last.time,
        impact: {},
        evidence: { secondsOfData: Number(seconds.toFixed(6)) },
      };
    });
  },
});
