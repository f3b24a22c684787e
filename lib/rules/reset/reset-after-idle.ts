import type { Side } from '../../facts/connection.ts';
import { secondsBetween } from '../../facts/moment.ts';
import { IDLE } from '../../facts/notes.ts';
import { at, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { otherSide, watchedLongEnough } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'reset-after-idle',
    family: 'reset',
    scope: 'connection',
    summary: 'After a long silence the next data was answered by a reset, or by nothing.',
    why: 'The connection had died in the silence, and nobody was told: the first user after the pause gets the error.',
    likelyCauses: [
      'A firewall, NAT or load balancer on the path forgot the idle connection.',
      'The peer went away in the meantime: crashed, rebooted, or timed out and its FIN was lost.',
    ],
    nextSteps: [
      'Compare the silence with the idle timeouts on the path (AWS NLB 350 s, Azure 4 min, many firewalls 1 h).',
      'Send keep-alives more often than that (`SO_KEEPALIVE` with `TCP_KEEPIDLE`), or close idle connections earlier.',
    ],
    confirm: 'Sort the stream by `tcp.time_delta`: after the longest one, data, then RST or only retransmissions.',
    references: ['RFC 5382 5', 'RFC 1122 4.2.3.6', 'RFC 9293 3.5.1'],
    severity: 'warning',
    options: { seconds: { default: 60, unit: 's', least: 10, description: 'Silence that counts.' } },
    needs: ['bothSides'],
    wakes: IDLE,
    falsePositives: ['A peer that closed on purpose while the FIN was not captured.'],
    others: 'No other tool connects the silence with what follows.',
  },

  connection(facts, options, capture) {
    // Whoever gets no answer sends again: if it did not, the answer was there and the capture lacks it.
    const isRepeated = (side: Side, frame: number): boolean =>
      facts[side].retransmissionRuns.some(({ lastFrame }) => lastFrame > frame);
    const silence = facts.silences?.find(
      ({ start, end, answer, bytes, brokenBy, frame }) =>
        secondsBetween(start, end) >= options.seconds &&
        bytes > 0 &&
        (answer === 'reset' ||
          (answer === 'nothing' && isRepeated(brokenBy, frame) && watchedLongEnough(end, capture.end))),
    );
    if (silence === undefined) return null;
    const seconds = secondsBetween(silence.start, silence.end);
    const side = silence.brokenBy;
    const peerSide = otherSide(side);
    return {
      confidence: silence.answer === 'reset' ? 'high' : 'medium',
      message: `After ${duration(seconds)} of silence the data of ${side} ${at(facts[side])} was answered by ${silence.answer === 'reset' ? 'RST' : 'nothing'} from ${peerSide} ${at(facts[peerSide])}.`,
      together: `{connections} of {clients} with server ${at(facts.server)} had died in a silence: data of the ${side} after it met ${silence.answer === 'reset' ? 'RST' : 'nothing'}.`,
      side,
      frames: [silence.frame, ...(silence.answerFrame === null ? [] : [silence.answerFrame])],
      start: silence.start,
      end: silence.end,
      impact: {},
      evidence: { silentSeconds: Number(seconds.toFixed(3)), answer: silence.answer },
      replaces: ['reset-lost-data', 'reset-mid-connection', 'blackhole', 'timeout-backoff'],
      replacesEitherSide: true,
    };
  },
});
