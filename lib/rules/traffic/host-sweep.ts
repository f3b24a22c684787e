import { secondsBetween } from '../../facts/moment.ts';
import { defineRule } from '../rule.ts';
import { count, duration, grouped, list } from '../wording.ts';

export default defineRule({
  meta: {
    id: 'host-sweep',
    family: 'traffic',
    scope: 'capture',
    summary: 'One source tried one port on many hosts of a network.',
    why: 'Worms and attackers look for one weak service everywhere; what answers is tried next.',
    likelyCauses: [
      'A scanner: an attacker, a security audit, or a worm.',
      'A management or monitoring system that searches for its agents.',
    ],
    nextSteps: ['Find out who runs the source; look at the hosts that answered for what happened next.'],
    confirm: 'Statistics, Conversations, TCP, sorted by port B: one source, many addresses B.',
    references: ['RFC 9293 3.10.7.1'],
    severity: 'warning',
    offIn: ['ci'],
    options: {
      tried: { default: 20, unit: 'count', description: 'Distinct hosts tried within 60 s.' },
      failedShare: { default: 0.8, unit: 'ratio', description: 'Share of them unanswered or refused.' },
    },
    needs: ['bothSides'],
    falsePositives: ['Monitoring and inventory systems, peer-to-peer programs.'],
    others: 'nDPI and flow tools count hosts per source; clients that retry one port are no scan.',
  },

  capture({ traffic }, options) {
    return (traffic.scans ?? []).flatMap((scan) => {
      if (scan.kind !== 'hosts' || scan.tried < options.tried) return [];
      const failed = scan.unanswered + scan.refused;
      if (failed < scan.tried * options.failedShare) return [];
      const open = scan.open.length === 0 ? 'none is open' : `open: ${list(scan.open.slice(0, 8).map(String))}`;
      return {
        confidence: 'high',
        message: `Host ${scan.source} tried ${count(scan.tried, 'host')} of ${scan.target} on port ${scan.port} in ${duration(secondsBetween(scan.start, scan.end))}: ${grouped(scan.refused)} refused, ${grouped(scan.unanswered)} silent; ${open}.`,
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
