import { MALFORMED } from '../../facts/notes.ts';
import { at, count } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'urgent-data',
    family: 'protocol',
    scope: 'connection',
    summary: 'Urgent data was sent.',
    why: 'Stacks and middleboxes disagree which byte is urgent, and some remove it: a program that relies on it loses a byte now and then.',
    likelyCauses: [
      'Telnet, FTP aborts, rlogin, or a program that uses MSG_OOB.',
      'An attempt to show an inspection device another stream than the receiver sees.',
    ],
    nextSteps: [
      'If it is your program: use a second connection or a message type instead (RFC 6093 tells new programs not to use it).',
    ],
    confirm: 'Filter `tcp.flags.urg == 1`.',
    references: ['RFC 6093 3', 'RFC 9293 3.8.5'],
    severity: 'note',
    options: {},
    needs: [],
    wakes: MALFORMED,
    falsePositives: ['Telnet sessions.'],
    others: 'Zeek: baroque_SYN only with SYN; tcptrace counts urgent packets.',
  },

  connection(facts) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { urgent } = own;
      if (urgent === undefined) return [];
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} sent ${count(urgent.count, 'segment')} of urgent data to ${otherSide(side)} ${at(peer)}.`,
        together: `On {connections} of {clients} with server ${at(facts.server)} the ${side} sent urgent data.`,
        side,
        ...seenAt(urgent),
        impact: {},
        evidence: { segments: urgent.count },
      } as const;
    });
  },
});
