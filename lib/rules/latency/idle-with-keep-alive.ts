import { KEPT_ALIVE } from '../../facts/notes.ts';
import { at, count, duration } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'idle-with-keep-alive',
    family: 'latency',
    scope: 'connection',
    summary: 'An idle connection was kept alive by probes.',
    why: 'Nothing is wrong; it shows the interval that the programs use, to compare with the timeouts on the path.',
    likelyCauses: ['`SO_KEEPALIVE` at that endpoint.'],
    nextSteps: ['If connections die when idle, let the interval be shorter than the shortest timeout on the path.'],
    confirm: '`tcp.analysis.keep_alive` and `tcp.analysis.keep_alive_ack` in turn.',
    references: ['RFC 9293 3.8.4', 'RFC 1122 4.2.3.6'],
    severity: 'note',
    offIn: ['recommended', 'strict', 'ci', 'security'],
    options: {},
    needs: [],
    wakes: KEPT_ALIVE,
    falsePositives: [],
    others: 'Wireshark labels each probe a keep-alive (and Linux’s zero-window probes too).',
  },

  connection(facts) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const [first] = own.keepAliveRuns;
      const last = own.keepAliveRuns.at(-1);
      if (first === undefined || last === undefined) return [];
      const probes = own.keepAliveRuns.reduce((sum, run) => sum + run.probes, 0);
      const every = probes > 1 && first.interval > 0 ? `, every ${duration(first.interval)}` : '';
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} kept its idle connection with ${otherSide(side)} ${at(peer)} alive by ${count(probes, 'probe')}${every}.`,
        together: `The ${side} kept {connections} of {clients} with server ${at(facts.server)} alive by probes.`,
        side,
        frames: [first.firstFrame, last.lastFrame],
        frameCount: probes,
        start: first.start,
        end: last.end,
        impact: {},
        evidence: { probes, intervalSeconds: Number(first.interval.toFixed(3)) },
      } as const;
    });
  },
});
