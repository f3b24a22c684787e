import { RTT_SPREAD } from '../../facts/notes.ts';
import { at, duration, size } from '../../facts/wording.ts';
import { defineRule } from '../rule.ts';
import { bothSides, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'rtt-inflated',
    family: 'latency',
    scope: 'connection',
    summary: 'Round trips grew to several times their minimum under load, as they do behind a bloated queue.',
    why: 'Everything that shares the queue waits with this transfer: calls, DNS, other people’s clicks.',
    likelyCauses: [
      'A large buffer in front of the slowest link (a home router, a modem, a rate limiter) that this transfer fills.',
      'The receiver acknowledges late: its host is busy, or it holds ACKs back (up to 200 ms).',
    ],
    nextSteps: [
      'Use smart queueing at the slowest link (fq_codel, CAKE), or limit the rate a little below it; on the sender try BBR.',
    ],
    confirm: 'Statistics, TCP stream graphs, round-trip time: the curve climbs while the transfer runs.',
    references: ['RFC 8289 1', 'RFC 7567 1', 'RFC 6298 2'],
    severity: 'warning',
    options: {
      times: { default: 4, unit: 'ratio', description: 'The 95th percentile over the minimum.' },
      more: { default: 100, unit: 'ms', least: 100, description: 'and at least so much more.' },
      samples: { default: 20, unit: 'count', description: 'Measurements below which nothing is said.' },
    },
    needs: ['bothSides'],
    wakes: RTT_SPREAD,
    falsePositives: ['Delayed ACKs of up to 200 ms on a connection with little traffic: the rule asks for a transfer.'],
    others: 'Wireshark draws the curve; the reader must see it.',
  },

  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const { rtt } = own;
      if (rtt === null || rtt.samples < options.samples || own.uniqueBytes < LOAD_BYTES) return [];
      if (rtt.p95 < options.times * rtt.min || (rtt.p95 - rtt.min) * 1000 < options.more) return [];
      return {
        confidence: 'medium',
        message: `Round trips from ${side} ${at(own)} to ${otherSide(side)} ${at(peer)} grew from ${duration(rtt.min)} to ${duration(rtt.p95)} (95th percentile) while it sent ${size(own.uniqueBytes)}.`,
        together: `Round trips of the ${side} on {connections} of {clients} with server ${at(facts.server)} grew to ${duration(rtt.p95)} under load.`,
        side,
        frames: [own.firstData, own.lastNewData].flatMap((sighting) => (sighting === null ? [] : [sighting.frame])),
        start: own.firstData?.time ?? facts.start,
        end: own.lastNewData?.time ?? facts.end,
        impact: { seconds: rtt.p95 - rtt.min },
        evidence: {
          minSeconds: Number(rtt.min.toFixed(6)),
          p50Seconds: Number(rtt.p50.toFixed(6)),
          p95Seconds: Number(rtt.p95.toFixed(6)),
          samples: rtt.samples,
        },
      } as const;
    });
  },
});

/** Less than this is no load. */
const LOAD_BYTES = 65_536;
