import { RESENT_BY_TIMER } from '../../facts/notes.ts';
import { at, count, duration } from '../../facts/wording.ts';
import { SHORTEST_TIMEOUT_SECONDS } from '../retransmissions.ts';
import { defineRule } from '../rule.ts';
import { bothSides, otherSide } from '../watching.ts';

/** More timeouts in a row are `timeout-backoff`. */
const MOST_TIMEOUTS = 2;

export default defineRule({
  meta: {
    id: 'tail-loss',
    family: 'loss',
    scope: 'connection',
    summary: 'The last segment of a burst was lost: nothing behind it could reveal the loss.',
    why: 'No duplicate ACK comes, so the sender must wait for a timer: two round trips with tail-loss probes, 200 ms and more without. Short answers suffer most.',
    likelyCauses: [
      'Any loss that happens to hit the end of an answer.',
      'Bursts that overflow a queue: their end is what does not fit.',
    ],
    nextSteps: [
      'Compare with losses in the middle of transfers; if only ends are lost, bursts overflow a shallow queue: try pacing (fq).',
    ],
    confirm: 'The retransmitted packet is the last one of a burst; no `tcp.analysis.duplicate_ack` comes before it.',
    references: ['RFC 8985 7', 'RFC 6298 5'],
    severity: 'note',
    options: {},
    needs: ['bothSides'],
    wakes: RESENT_BY_TIMER,
    falsePositives: [],
    others: 'No other tool tells a tail loss from any other timeout.',
  },

  connection(facts) {
    // Data of a SYN that the server did not take is sent again, and was not lost.
    const ignored = facts.handshake.synData !== null && facts.handshake.synData.acknowledged === 0;
    if (ignored) return null;
    return bothSides(facts).flatMap(({ side, own, peer }) =>
      own.retransmissionRuns.flatMap((run) => {
        const probes = run.by.tail_loss_probe ?? 0;
        const needless = run.spurious >= run.segments;
        const timeouts = run.by.rto ?? 0;
        // A timeout behind a probe: the probe repaired nothing.
        const timedOut = timeouts > 0;
        const isTimeout = run.tail && timeouts <= MOST_TIMEOUTS && run.stall >= SHORTEST_TIMEOUT_SECONDS;
        // As many needless ones as probes: nothing shows that a probe repaired anything.
        if (timedOut ? !isTimeout : probes <= run.spurious) return [];
        if (needless || run.unresolved) return [];
        const how = timedOut ? 'a timeout' : count(probes, 'tail-loss probe');
        return {
          confidence: timedOut ? 'medium' : 'high',
          message: `The end of a burst from ${side} ${at(own)} to ${otherSide(side)} ${at(peer)} was lost; ${how} repaired it after ${duration(run.stall)}.`,
          together: `Bursts of the ${side} on {connections} of {clients} with server ${at(facts.server)} lost their end, ${duration(run.stall)} at worst.`,
          side,
          frames: run.frames,
          frameCount: timedOut ? run.segments : probes,
          start: run.start,
          end: run.end,
          impact: { seconds: run.stall },
          evidence: {
            repairedBy: timedOut ? 'timeout' : 'tail-loss probe',
            stallSeconds: Number(run.stall.toFixed(6)),
          },
        } as const;
      }),
    );
  },
});
