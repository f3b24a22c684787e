import { after, secondsBetween } from '../../facts/moment.ts';
import { count, list } from '../../facts/wording.ts';
import { episodes } from '../loss-episodes.ts';
import { defineRule } from '../rule.ts';

const TENTH = 0.1;
/** Episodes told one by one; the worst of more. */
const MOST_TOLD = 10;

export default defineRule({
  meta: {
    id: 'correlated-loss',
    family: 'traffic',
    scope: 'capture',
    summary: 'Many connections lost segments at the same moment: one cause.',
    why: 'Forty findings about forty connections hide that one queue, link or device dropped for all of them.',
    likelyCauses: [
      'A queue overflowed on something they share: an uplink, a switch port, a firewall.',
      'A link flapped or a route changed.',
      'Many senders answered one receiver at once (incast).',
    ],
    nextSteps: [
      'Read the drop counters of whatever these connections share at that second; the evidence lists the hosts in common.',
    ],
    confirm: 'Statistics, I/O graph of `tcp.analysis.retransmission` at 100 ms: one spike over many streams.',
    references: ['RFC 7567 2', 'RFC 5681 3'],
    severity: 'warning',
    offIn: ['ci'],
    options: {
      connections: {
        default: 3,
        unit: 'count',
        least: 3,
        description: 'Connections that lost something within 100 ms.',
      },
      times: { default: 10, unit: 'ratio', description: 'Times what chance would give at the capture’s mean rate.' },
    },
    needs: ['bothSides'],
    falsePositives: ['Captures that drop packets in bursts themselves: see `capture-drops`.'],
    others: 'No other tool looks across connections.',
  },

  capture({ traffic, start, end }, options) {
    const { lossBins = [], losses = 0, services } = traffic;
    // What a listener ignores before it accepts was not lost: `final-ack-lost`, `accept-queue-overflow`.
    const ignored = new Set(services.flatMap(({ ignoredAcks }) => ignoredAcks?.examples ?? []));
    if (start === null || end === null) return null;
    const expected = losses / Math.max(1, secondsBetween(start, end) / TENTH);
    const bins = lossBins.map((bin) => ({ ...bin, connections: bin.connections.filter((each) => !ignored.has(each)) }));
    const striking = bins.filter(
      ({ connections }) => connections.length >= options.connections && connections.length >= options.times * expected,
    );
    const worst = episodes(striking)
      .sort((a, b) => b.connections.length - a.connections.length)
      .slice(0, MOST_TOLD);
    return worst.map(({ first, last, connections, sharedHosts, frames }) => ({
      confidence: 'medium',
      message: `${count(connections.length, 'connection')} lost segments within ${count(Math.round((last - first + TENTH) * 1000), 'millisecond')}${sharedHosts.length === 0 ? '' : `; they share ${list(sharedHosts.slice(0, 3))}`}: one cause.`,
      frames,
      frameCount: Math.max(frames.length, connections.length),
      start: after(start, first),
      end: after(start, last + TENTH),
      impact: { connections: connections.length },
      evidence: { connections: connections.length, expectedByChance: Number(expected.toFixed(3)), sharedHosts },
      endpoints: sharedHosts.slice(0, 3).map((address) => ({ address, port: 0, role: 'host' as const })),
      connections,
      replaces: ['retransmission-burst', 'tail-loss', 'timeout-backoff'],
      replacesOn: 'connections',
    }));
  },
});
