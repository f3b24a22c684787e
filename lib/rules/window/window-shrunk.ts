import { WINDOW_ODD } from '../../facts/notes.ts';
import { at, size, times } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'window-shrunk',
    family: 'window',
    scope: 'connection',
    summary: 'A receiver took back window that it had offered: its right edge moved left.',
    why: 'The sender may already have used what is taken back: its data is then outside the window, is dropped, and must be sent again.',
    likelyCauses: [
      'The receiver is short of memory and gives up buffer (Linux under memory pressure since 6.1).',
      'A middlebox that rewrites the window to slow a connection down.',
    ],
    nextSteps: [
      'On the receiver: `nstat -az TcpExtTCPRcvQDrop TcpExtPruneCalled TcpExtRcvPruned`; look at its memory.',
    ],
    confirm: '`tcp.ack` plus `tcp.window_size` of one side becomes smaller from one packet to the next.',
    references: ['RFC 9293 3.8.6', 'RFC 7323 2.4'],
    severity: 'warning',
    options: {},
    needs: ['bothSides'],
    wakes: WINDOW_ODD,
    falsePositives: ['Rounding by one scale unit is allowed for.'],
    others: 'Zeek: window_recision; Suricata: pkt_bad_window_update.',
  },

  connection(facts) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { windowShrinks: shrinks } = own;
      if (shrinks === undefined) return [];
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} took back window it had offered ${otherSide(side)} ${at(peer)}, ${times(shrinks.count)}, by up to ${size(shrinks.bytes)}.`,
        side,
        ...seenAt(shrinks),
        impact: {},
        evidence: { times: shrinks.count, mostBytes: shrinks.bytes },
      } as const;
    });
  },
});
