import { TINY } from '../../facts/notes.ts';
import { at, duration, times } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide, seenAt } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'nagle-delayed-ack',
    family: 'window',
    scope: 'connection',
    summary: 'Small writes waited for delayed acknowledgments, again and again.',
    why: 'Nagle’s algorithm holds the next small segment until the last is acknowledged; the receiver delays that acknowledgment by 40 to 200 ms: each message pays it.',
    likelyCauses: ['The program writes a message in two or more pieces (header, then body) and waits for the answer.'],
    nextSteps: ['Write each message with one call (a buffer, writev), or set TCP_NODELAY.'],
    confirm: 'Small data, then 40 to 200 ms until the ACK, then small data again: set the time column to delta.',
    references: ['RFC 9293 3.7.4', 'RFC 9293 3.8.6.3', 'RFC 896 1'],
    severity: 'warning',
    options: { times: { default: 10, unit: 'count', description: 'Times that the pattern must show.' } },
    needs: ['bothSides'],
    wakes: TINY,
    falsePositives: ['Programs that send one small message at a time at that pace by chance.'],
    others: 'Users ask for it, and no tool reports it.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { nagleWaits: waits } = own;
      if (waits === undefined || waits.count < options.times) return [];
      return {
        confidence: 'medium',
        message: `${capital(side)} ${at(own)} waited ${times(waits.count)} for a delayed ACK of ${otherSide(side)} ${at(peer)} before it sent its next small segment: ${duration(waits.seconds)} lost.`,
        together: `On {connections} of {clients} with server ${at(facts.server)} the ${side} waits for delayed ACKs between small writes, ${duration(waits.seconds)} in the worst.`,
        side,
        ...seenAt(waits),
        impact: { seconds: waits.seconds },
        evidence: { times: waits.count, averageMs: Math.round((waits.seconds / waits.count) * 1000) },
      } as const;
    });
  },
});
