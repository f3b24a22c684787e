import { secondsBetween } from '../../facts/moment.ts';
import { RESET } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'time-wait-assassination',
    family: 'teardown',
    scope: 'connection',
    summary: 'A reset ended TIME_WAIT early.',
    why: 'TIME_WAIT guards the next connection of these ports against stray segments of this one; ended early, old data may turn up in the new connection.',
    likelyCauses: [
      'A late segment met TIME_WAIT, its answer met an endpoint that knew nothing any more, and that one sent RST.',
      'A middlebox clears up with resets.',
    ],
    nextSteps: ['On Linux `net.ipv4.tcp_rfc1337=1` makes TIME_WAIT ignore resets.'],
    confirm: 'After both FINs and their ACKs an RST follows.',
    references: ['RFC 1337 2', 'RFC 9293 3.10.7.4'],
    severity: 'note',
    options: { seconds: { default: 0.1, unit: 's', description: 'A reset sooner than this is part of the close.' } },
    needs: ['bothSides'],
    wakes: RESET,
    falsePositives: ['A reset outside the window is ignored by TIME_WAIT and not reported.'],
    others: 'No other tool names it.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const spell = own.spells.find(({ state }) => state === 'TIME_WAIT');
      const reset = facts.resets.find(
        ({ from, accepted, toState }) => from !== side && accepted && toState === 'TIME_WAIT',
      );
      if (spell === undefined || reset === undefined) return [];
      const seconds = secondsBetween(spell.start, reset.time);
      if (seconds < options.seconds) return [];
      return {
        confidence: reset.fit === 'exact' ? 'high' : 'medium',
        message: `A reset from ${at(peer)} ended the TIME_WAIT of ${side} ${at(own)} after ${duration(seconds)}.`,
        together: `${capital(side)} ${side === 'server' ? at(own) : own.address} had {connections} thrown out of TIME_WAIT by resets.`,
        side,
        frames: [...(spell.frame === null ? [] : [spell.frame]), reset.frame],
        start: spell.start,
        end: reset.time,
        impact: {},
        evidence: { secondsInTimeWait: Number(seconds.toFixed(6)) },
      };
    });
  },
});
