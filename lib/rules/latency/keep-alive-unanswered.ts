import { after } from '../../facts/moment.ts';
import { KEPT_ALIVE } from '../../facts/notes.ts';
import { at, count, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, otherSide, watchedLongEnough } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'keep-alive-unanswered',
    family: 'latency',
    scope: 'connection',
    summary: 'Keep-alive probes got no answer: the peer is dead, or the path forgot the connection.',
    why: 'The connection looks open to its program until the last probe fails; whatever is written meanwhile is lost.',
    likelyCauses: [
      'The peer crashed or lost its network.',
      'A firewall, NAT or load balancer dropped the idle connection from its table.',
    ],
    nextSteps: [
      'Compare the silence before the first probe with the idle timeouts on the path; probe more often than the shortest.',
      'Look at the peer at the time of its last segment.',
    ],
    confirm: '`tcp.analysis.keep_alive` without `tcp.analysis.keep_alive_ack` after it.',
    references: ['RFC 9293 3.8.4', 'RFC 1122 4.2.3.6'],
    severity: 'warning',
    options: { probes: { default: 3, unit: 'count', description: 'Probes in a row without an answer.' } },
    needs: ['bothSides'],
    wakes: KEPT_ALIVE,
    falsePositives: ['A capture that sees only one direction from some moment on.'],
    others: 'Wireshark labels each probe; that the answers stopped is left to the reader.',
  },

  connection(facts, options, capture) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const run = own.keepAliveRuns.find(({ unanswered }) => unanswered >= options.probes);
      if (run === undefined) return [];
      // Those before may have been answered.
      const since = after(run.end, (1 - run.unanswered) * run.interval);
      if (!watchedLongEnough(since, capture.end)) return [];
      const every = run.interval > 0 ? `, ${duration(run.interval)} apart,` : '';
      return {
        confidence: 'high',
        message: `The last ${count(run.unanswered, 'keep-alive probe')} of ${side} ${at(own)} to ${otherSide(side)} ${at(peer)}${every} got no answer.`,
        together: `Keep-alive probes of the ${side} got no answer on {connections} of {clients} with server ${at(facts.server)}.`,
        side,
        frames: [run.firstFrame, run.lastFrame],
        frameCount: run.unanswered,
        start: since,
        end: run.end,
        lowerBound: true,
        impact: {},
        replaces: ['reset-mid-connection'],
        replacesEitherSide: true,
        evidence: { probes: run.probes, unanswered: run.unanswered, intervalSeconds: Number(run.interval.toFixed(3)) },
      } as const;
    });
  },
});
