import { secondsBetween } from '../../facts/moment.ts';
import { defineRule } from '../rule.ts';
import { count, duration, grouped, list } from '../wording.ts';

export default defineRule({
  meta: {
    id: 'port-scan',
    family: 'traffic',
    scope: 'capture',
    summary: 'One source tried many ports of one host.',
    why: 'Somebody looks for what can be attacked; even a friendly scan fills logs and connection tables.',
    likelyCauses: [
      'A scanner: an attacker, a security audit, or a worm.',
      'A program that searches for its server on a range of ports.',
    ],
    nextSteps: ['Find out who runs the source; look at the ports that were open for what happened next.'],
    confirm: 'Statistics, Conversations, TCP, sorted by address A: one source, many ports B.',
    references: ['RFC 9293 3.10.7.1'],
    severity: 'warning',
    offIn: ['ci'],
    options: {
      tried: { default: 20, unit: 'count', description: 'Distinct ports tried within 60 s.' },
      failedShare: { default: 0.8, unit: 'ratio', description: 'Share of them unanswered or refused.' },
    },
    needs: ['bothSides'],
    falsePositives: ['Monitoring and inventory systems, peer-to-peer programs.'],
    others: 'nDPI and flow tools count ports per source; clients that retry one port are no scan.',
  },

  capture({ traffic }, options) {
    return (traffic.scans ?? []).flatMap((scan) => {
      if (scan.kind !== 'ports' || scan.tried < options.tried) return [];
      const failed = scan.unanswered + scan.refused;
      if (failed < scan.tried * options.failedShare) return [];
      const open = scan.open.length === 0 ? 'none is open' : `open: ${list(scan.open.slice(0, 8).map(String))}`;
      return {
        confidence: 'high',
        message: `Host ${scan.source} tried ${count(scan.tried, 'port')} of ${scan.target} in ${duration(secondsBetween(scan.start, scan.end))}: ${grouped(scan.refused)} refused, ${grouped(scan.unanswered)} silent; ${open}.`,
        frames: [scan.firstFrame, scan.lastFrame],
        frameCount: scan.tried,
        start: scan.start,
        end: scan.end,
        impact: { connections: scan.tried },
        evidence: {
          tried: scan.tried,
          refused: scan.refused,
          unanswered: scan.unanswered,
          open: [...scan.open],
          target: scan.target,
          port: scan.port,
        },
        endpoints: [
          { address: scan.source, port: 0, role: 'client' },
          { address: scan.target, port: scan.port, role: 'host' },
        ],
        connections: scan.examples,
        filter: `${scan.source.includes(':') ? 'ipv6' : 'ip'}.src == ${scan.source} and tcp.flags.syn == 1 and tcp.flags.ack == 0`,
        replaces: ['connection-refused', 'syn-unanswered', 'handshake-incomplete'],
        replacesFrom: scan.source,
      } as const;
    });
  },
});
