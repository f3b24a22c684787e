import { secondsBetween } from '../../facts/moment.ts';
import { RESENT_BY_TIMER } from '../../facts/notes.ts';
import { at, count, duration, list } from '../../facts/wording.ts';
import { backoffLength, waitsOf } from '../retransmissions.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

export default defineRule({
  meta: {
    id: 'timeout-backoff',
    family: 'loss',
    scope: 'connection',
    summary: 'The same data was sent again and again at growing intervals before it got through.',
    why: 'Each timeout doubles the wait for the next try, and the congestion window starts over at one segment: seconds pass in which nothing moves.',
    likelyCauses: [
      'The path was interrupted: a route change, a failover, a link that was down.',
      'A firewall or NAT lost the connection for a while.',
    ],
    nextSteps: [
      'Look for a routing or failover event at the time of the first send; compare other connections on the same path.',
    ],
    confirm: 'Several packets with the same `tcp.seq`; `tcp.analysis.rto` grows from one to the next.',
    references: ['RFC 6298 5', 'RFC 6298 5.5'],
    severity: 'warning',
    options: { repeats: { default: 3, unit: 'count', least: 2, description: 'Repeats in a row of the same data.' } },
    needs: ['bothSides'],
    wakes: RESENT_BY_TIMER,
    falsePositives: [],
    others: 'Wireshark shows an RTO per packet; no tool prints the chain.',
  },

  connection(facts, options) {
    // Data that a listener ignores before it accepts is `final-ack-lost`.
    if (facts.handshakeSeen && facts.handshake.ack === null) return null;
    return bothSides(facts).flatMap(({ side, own, peer }) =>
      own.repeatChains
        .filter(({ what, sent }) => what === 'data' && backoffLength(waitsOf(sent)) >= options.repeats)
        .map((chain) => {
          const first = chain.sent[0]!;
          const last = chain.acknowledged ?? chain.sent.at(-1)!;
          const waits = waitsOf(chain.sent);
          const seconds = secondsBetween(first.time, last.time);
          const ended = chain.acknowledged === null ? 'it had not got through yet' : 'it got through';
          return {
            confidence: 'high',
            message: `${capital(side)} ${at(own)} sent the same ${count(chain.bytes, 'byte')} to ${otherSide(side)} ${at(peer)} ${chain.repeats + 1} times (waiting ${list(waits.slice(0, 8).map(duration))}); after ${duration(seconds)} ${ended}.`,
            side,
            frames: chain.sent.map(({ frame }) => frame),
            frameCount: chain.repeats + 1,
            start: first.time,
            end: last.time,
            lowerBound: chain.acknowledged === null,
            impact: { seconds },
            evidence: {
              repeats: chain.repeats,
              waits: waits.map((wait) => Number(wait.toFixed(3))),
              acknowledged: chain.acknowledged !== null,
            },
          } as const;
        }),
    );
  },
});
