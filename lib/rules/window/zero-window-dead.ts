import { secondsBetween } from '../../facts/moment.ts';
import { ZERO_WINDOW } from '../../facts/notes.ts';
import { at, count, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide, PATIENCE_SECONDS } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'zero-window-dead',
    family: 'window',
    scope: 'connection',
    summary: 'A receiver closed its window with data waiting, and never opened it again.',
    why: 'The receiving program has stopped reading for good: the connection is open, and dead. TCP probes such a peer for as long as it answers, so nothing times out by itself.',
    likelyCauses: [
      'The receiving program hangs (deadlock, endless loop, stopped in a debugger, out of memory).',
      'It reads one connection only after another one that waits for this one: a distributed deadlock.',
    ],
    nextSteps: [
      'On the receiver: `ss -tnpm` names the process with the full Recv-Q; take a stack dump of it now.',
      'Give the sender a write timeout (`TCP_USER_TIMEOUT`), so that it does not wait for ever.',
    ],
    confirm: '`tcp.analysis.zero_window` from some frame on, and never a larger `tcp.window_size` of that side again.',
    references: ['RFC 9293 3.8.6.1', 'RFC 1122 4.2.2.17', 'RFC 6429 4'],
    severity: 'error',
    options: {
      seconds: {
        default: PATIENCE_SECONDS,
        unit: 's',
        least: PATIENCE_SECONDS,
        description: 'Time watched without a usable window.',
      },
    },
    needs: ['bothSides'],
    wakes: ZERO_WINDOW,
    falsePositives: ['A capture that ends during a long pause: the finding says since when, as a lower bound.'],
    others: 'Others show one label a packet; none tells that a window stayed shut.',
  },

  connection(facts, options, capture) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const spell = own.zeroWindowSpells.at(-1);
      if (spell === undefined || spell.end !== null || spell.pending === null || spell.endedBy === 'close') return [];
      const byReset = spell.endedBy === 'reset';
      const end = byReset ? spell.lastSeen : capture.end;
      const seconds = secondsBetween(spell.start, end);
      if (seconds < Math.max(PATIENCE_SECONDS, options.seconds)) return [];
      const probed = spell.probes > 0 ? `, through ${count(spell.probes, 'probe')},` : '';
      const until = byReset ? 'until the connection was reset' : 'until the capture ended';
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} shut its window on ${otherSide(side)} ${at(peer)} and kept it shut for ${byReset ? '' : 'at least '}${duration(seconds)}${probed} ${until}.`,
        side,
        frames: [spell.frame, ...spell.probeFrames],
        frameCount: 1 + spell.probes,
        start: spell.start,
        end,
        lowerBound: !byReset,
        impact: { seconds },
        evidence: {
          stallSeconds: Number(seconds.toFixed(6)),
          probes: spell.probes,
          pendingShownBy: spell.pending,
          endedBy: spell.endedBy,
        },
        replaces: ['zero-window-stall', 'reset-mid-connection'],
      } as const;
    });
  },
});
