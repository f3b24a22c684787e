import type { Occurrences } from '../../facts/connection.ts';
import { TINY } from '../../facts/notes.ts';
import { at, times } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'silly-window',
    family: 'window',
    scope: 'connection',
    summary: 'Data crept in tiny segments, or the window was opened a few bytes at a time.',
    why: 'Every few bytes carry 40 bytes of headers and cost both ends a packet’s work: throughput collapses while the processors are busy.',
    likelyCauses: [
      'The sender writes in small pieces with TCP_NODELAY on.',
      'The receiver reads in small pieces and its stack announces each freed byte (silly window syndrome).',
    ],
    nextSteps: [
      'Let the sender collect its writes (a buffered stream, writev, TCP_CORK); let the receiver read in larger pieces.',
    ],
    confirm: 'Filter `tcp.stream eq N and tcp.len > 0 and tcp.len < 16`.',
    references: ['RFC 9293 3.8.6.2', 'RFC 813 4', 'RFC 9293 3.7.4'],
    severity: 'warning',
    options: {
      segments: { default: 100, unit: 'count', least: 8, description: 'Tiny segments, or tiny openings, in a row.' },
    },
    needs: [],
    wakes: TINY,
    falsePositives: [
      'Terminals and games, which send small messages by nature, but seldom a hundred in a row back to back.',
    ],
    others: 'wirerust counts runs of 100 segments below 16 bytes; others have nothing.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const told = (what: Occurrences | undefined, words: string) =>
        what === undefined || what.count < options.segments
          ? []
          : [
              {
                confidence: 'medium',
                message: `${capital(side)} ${at(own)} ${words} ${otherSide(side)} ${at(peer)}, ${times(what.count)} in a row.`,
                side,
                ...seenAt(what),
                impact: {},
                evidence: { inARow: what.count },
              } as const,
            ];
      return [
        ...told(own.sillySegments, 'sent tiny segments to'),
        ...told(own.sillyWindows, 'opened its window by a few bytes for'),
      ];
    });
  },
});
