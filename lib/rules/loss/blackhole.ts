import type { EndpointFacts, Sighting } from '../../facts/connection.ts';
import { RESENT_BY_TIMER } from '../../facts/notes.ts';
import { at, count, duration } from '../../facts/wording.ts';
import { unheardChain } from '../retransmissions.ts';
import { defineRule } from '../rule.ts';
import { bothSides, capital, otherSide } from '../watching.ts';

/** Where the peer is still heard. */
const ONE_WAY_CAUSES = [
  'A route or link is down in this direction alone, or something on the way drops these segments (a firewall; their size).',
  'A firewall, NAT or load balancer forgot the connection in this direction.',
];

/** Where probes had told already that the connection was dead. */
const DIED_IDLE = {
  likelyCauses: [
    'A firewall, NAT or load balancer forgot the idle connection, before the first probe came, and drops its packets silently.',
    'The peer crashed, lost power, or its address moved while the connection was idle.',
  ],
  nextSteps: [
    'Compare the silence before the first probe with the idle timeouts on the path; probe earlier than the shortest (`TCP_KEEPIDLE`).',
    'Set `TCP_USER_TIMEOUT` (or a request timeout) so that programs are told earlier.',
  ],
} as const;

/** Keep-alive probes without an answer before this segment, the last that there were. */
function unansweredProbes({ keepAliveRuns }: EndpointFacts, before: Sighting): number {
  const run = keepAliveRuns.findLast(({ lastFrame }) => lastFrame < before.frame);
  return run?.unanswered ?? 0;
}

/** The peer had something new to say after the first of what it never acknowledged. */
function isHeard(peer: EndpointFacts, since: Sighting): boolean {
  return [peer.lastNewData, peer.fin?.first].some((said) => said != null && said.frame > since.frame);
}

export default defineRule({
  meta: {
    id: 'blackhole',
    family: 'loss',
    scope: 'connection',
    summary: 'Data was sent again and again and never acknowledged: the peer, or the path to it, is gone.',
    why: 'The sender’s program waits for up to fifteen minutes (Linux: 15 retries) before it is told.',
    likelyCauses: [
      'The peer crashed, lost power, or its address moved (a failover that did not take its connections along).',
      'A firewall, NAT or load balancer forgot the connection and drops its packets silently.',
      'A route or link is down in this direction.',
    ],
    nextSteps: [
      'Find the peer’s last segment, and look what happened there or on the path at that second.',
      'Set `TCP_USER_TIMEOUT` (or a request timeout) so that programs are told earlier.',
    ],
    confirm:
      'The stream ends in packets with the same `tcp.seq` from one side; the other side’s last packet is older than all of them.',
    references: ['RFC 9293 3.8.3', 'RFC 6298 5.5', 'RFC 5482 3'],
    severity: 'error',
    options: {
      repeats: {
        default: 3,
        unit: 'count',
        least: 2,
        description: 'Repeats of the same data without any acknowledgment.',
      },
    },
    needs: ['bothSides'],
    wakes: RESENT_BY_TIMER,
    falsePositives: ['The peer’s answers take a path that the capture does not see.'],
    others: 'Others print one retransmission label a packet and never say "dead".',
  },

  connection(facts, options, capture) {
    // Data that a listener ignores before it accepts is `final-ack-lost`.
    if (facts.handshakeSeen && facts.handshake.ack === null) return null;
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      const chain = unheardChain(own, options, capture.end);
      if (chain === null) return [];
      const { first, last, seconds } = chain;
      const reset = facts.resets.find(({ frame }) => frame > last.frame);
      const probes = unansweredProbes(own, first);
      const nor = probes === 0 ? '' : `, nor an answer to ${count(probes, 'keep-alive probe')} before`;
      const end = reset === undefined ? '' : `; then the ${reset.from} reset the connection`;
      return {
        confidence: 'high',
        message: `${capital(side)} ${at(own)} sent ${count(chain.bytes, 'byte')} to ${otherSide(side)} ${at(peer)} ${chain.repeats + 1} times over ${duration(seconds)} and never got an acknowledgment${nor}${end}.`,
        together: `{connections} of {clients} with server ${at(facts.server)} fell silent: what the ${side} sent was never acknowledged, for ${duration(seconds)} at worst.`,
        side,
        frames: chain.sent.map(({ frame }) => frame),
        frameCount: chain.repeats + 1,
        start: first.time,
        end: last.time,
        lowerBound: reset === undefined,
        impact: { seconds, bytes: peer.unacknowledged },
        evidence: {
          repeats: chain.repeats,
          unacknowledgedBytes: peer.unacknowledged,
          endedBy: reset === undefined ? 'silence' : `reset by ${reset.from}`,
        },
        ...(isHeard(peer, first) ? { likelyCauses: ONE_WAY_CAUSES } : probes > 0 ? DIED_IDLE : {}),
        // A FIN may be waiting behind what was never acknowledged.
        replaces: ['timeout-backoff', 'close-wait-lingering'],
      } as const;
    });
  },
});
