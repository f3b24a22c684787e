import { MALFORMED } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'ecn-broken',
    family: 'protocol',
    scope: 'connection',
    summary: 'A congestion mark (ECN) was not echoed, or its echo not answered.',
    why: 'The sender never learns of the congestion, or is told for ever: the mark should have replaced a loss, and replaced nothing.',
    likelyCauses: ['A stack or middlebox that agreed to ECN and ignores or clears its bits.'],
    nextSteps: [
      'Compare the IP and TCP bits before and after each middlebox; turn ECN off at that endpoint until it is mended.',
    ],
    confirm: '`ip.dsfield.ecn == 3` on data, and no `tcp.flags.ece == 1` from the receiver after it.',
    references: ['RFC 3168 6.1.2', 'RFC 3168 6.1.3'],
    severity: 'note',
    options: {},
    needs: ['handshake', 'bothSides'],
    wakes: MALFORMED,
    falsePositives: ['Accurate ECN (RFC 9768) counts marks in other bits, and is left out.'],
    others: 'No other tool looks for a missing echo.',
  },

  connection(facts) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { ecnIgnored: ignored } = own;
      if (ignored === undefined) return [];
      const what =
        ignored.what === 'CE not echoed'
          ? `did not echo ${count(ignored.count, 'congestion mark')} on packets of`
          : `never answered (CWR) the congestion echo of`;
      return {
        confidence: 'medium',
        message: `${capital(side)} ${at(own)} ${what} ${otherSide(side)} ${at(peer)}.`,
        together: `On {connections} of {clients} with server ${at(facts.server)} the ${side} ignored congestion marks.`,
        side,
        ...seenAt(ignored),
        impact: {},
        evidence: { what: ignored.what, packets: ignored.count },
      } as const;
    });
  },
});
