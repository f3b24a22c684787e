import type { CaptureFacts, ScanFacts } from '../facts/capture.ts';
import { secondsBetween } from '../facts/moment.ts';
import { count, duration, grouped, list } from '../facts/wording.ts';
import type { Draft } from './rule.ts';

/** Sources that tried many ports of a host, or one port of many hosts, nearly all in vain. */
export function scans(
  { traffic }: CaptureFacts,
  kind: ScanFacts['kind'],
  options: { readonly tried: number; readonly failedShare: number },
): Draft[] {
  return (traffic.scans ?? []).flatMap((scan) => {
    const { source, target, port, tried, refused, unanswered } = scan;
    if (scan.kind !== kind || tried < options.tried || refused + unanswered < tried * options.failedShare) return [];
    const what =
      kind === 'ports'
        ? `${count(tried, 'port')} of ${target}`
        : `${count(tried, 'host')} of ${target} on port ${port}`;
    const open = scan.open.length === 0 ? 'none is open' : `open: ${list(scan.open.slice(0, 8).map(String))}`;
    return {
      confidence: 'high',
      message: `Host ${source} tried ${what} in ${duration(secondsBetween(scan.start, scan.end))}: ${grouped(refused)} refused, ${grouped(unanswered)} silent; ${open}.`,
      frames: [scan.firstFrame, scan.lastFrame],
      frameCount: tried,
      start: scan.start,
      end: scan.end,
      impact: { connections: tried },
      evidence: { tried, refused, unanswered, open: [...scan.open], target, ...(kind === 'hosts' ? { port } : {}) },
      endpoints: [
        { address: source, port: 0, role: 'client' },
        { address: target, port, role: 'host' },
      ],
      connections: scan.examples,
      filter: `${source.includes(':') ? 'ipv6' : 'ip'}.src == ${source} and tcp.flags.syn == 1 and tcp.flags.ack == 0`,
      replaces: ['connection-refused', 'syn-unanswered', 'handshake-incomplete'],
      replacesFrom: source,
    };
  });
}
