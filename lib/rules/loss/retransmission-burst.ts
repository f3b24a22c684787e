import { RETRANSMITTED } from '../../facts/notes.ts';
import { at, count, duration, size } from '../../facts/wording.ts';
import { isOutage, kindsOf, OUTAGE } from '../retransmissions.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'retransmission-burst',
    family: 'loss',
    scope: 'connection',
    summary: 'Many segments were sent again within a short time.',
    why: 'While the gap is repaired the receiver’s program gets nothing, and the sender halves or resets its window: throughput drops long after the loss.',
    likelyCauses: [
      'A queue overflowed on the way: a slow link, a rate limit (policer), or a burst into a shallow switch buffer.',
      'A bad link: damaged frames on radio, cable or a duplex mismatch.',
    ],
    nextSteps: [
      'Look whether other connections lost segments at the same moment: then it is a shared queue or link.',
      'Read drop and error counters of the interfaces on the path (`ip -s link`, `tc -s qdisc`, the switch port).',
    ],
    confirm:
      'Filter `tcp.analysis.retransmission and tcp.stream eq N` around the frames; the time-sequence graph (Stevens) shows the flat stretch.',
    references: ['RFC 5681 3', 'RFC 6298 5', 'RFC 6675 5'],
    severity: 'note',
    options: {
      segments: { default: 5, unit: 'count', description: 'Retransmissions within max(1 s, 4 RTT) that make a burst.' },
      stallWarning: { default: 200, unit: 'ms', description: 'Time without progress that makes it a warning.' },
      stallError: { default: 3, unit: 's', description: 'Time without progress that makes it an error.' },
    },
    needs: ['bothSides'],
    wakes: RETRANSMITTED,
    falsePositives: [
      'Packets that the capture recorded twice are recognised and left out; a capture that dropped packets can hide or feign some.',
    ],
    others:
      'Suricata alerts at 10 per flow however long the flow; ntopng wants 5 and 10 %. Wireshark counts fast and spurious ones twice.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) =>
      own.retransmissionRuns
        .filter(({ densest }) => densest >= options.segments)
        .map((run) => {
          const timeouts = run.by.rto ?? 0;
          const stalled = run.stall * 1000 >= options.stallWarning;
          // Mostly guesses: nothing to wake anybody for.
          const unsure = run.unsure * 2 > run.segments;
          const severity = unsure
            ? 'note'
            : run.stall >= options.stallError
              ? 'error'
              : timeouts > 0 || stalled
                ? 'warning'
                : 'note';
          const stall = stalled
            ? `, nothing new acknowledged for ${run.unresolved ? 'at least ' : ''}${duration(run.stall)}`
            : '';
          return {
            severity,
            confidence: unsure ? 'low' : 'high',
            message: `${capital(side)} ${at(own)} sent ${count(run.segments, 'segment')} (${size(run.bytes)}) to ${otherSide(side)} ${at(peer)} again, ${kindsOf(run)}${stall}.`,
            side,
            frames: run.frames,
            frameCount: run.segments,
            start: run.start,
            end: run.end,
            lowerBound: run.unresolved,
            impact: { seconds: run.stall, bytes: run.bytes },
            ...(isOutage(run) ? OUTAGE : {}),
            evidence: {
              segments: run.segments,
              densest: run.densest,
              stallSeconds: Number(run.stall.toFixed(6)),
              spurious: run.spurious,
              ...run.by,
            },
          } as const;
        }),
    );
  },
});
