import type { CaptureFacts, ScanFacts } from '../facts/capture.ts';
import { isBefore, secondsBetween } from '../facts/moment.ts';
import { count, duration, grouped, ipField, list } from '../facts/wording.ts';
import type { Draft } from './rule.ts';

/** More targets than these of one source, or on one port, are told together. */
const MOST_APART = 8;

type Kind = ScanFacts['kind'];

/** Sources that tried many ports of a host, or one port of many hosts, nearly all in vain. */
export function scans(
  { traffic }: CaptureFacts,
  kind: Kind,
  options: { readonly tried: number; readonly failedShare: number },
): Draft[] {
  const bySource = new Map<string, ScanFacts[]>();
  for (const scan of traffic.scans ?? []) {
    const { source, port, tried, refused, unanswered } = scan;
    if (scan.kind !== kind || tried < options.tried || refused + unanswered < tried * options.failedShare) continue;
    const key = `${source} ${port}`;
    const alike = bySource.get(key);
    if (alike === undefined) bySource.set(key, [scan]);
    else alike.push(scan);
  }
  return [...bySource.values()].flatMap((alike) =>
    alike.length <= MOST_APART ? alike.map((scan) => apart(scan, kind)) : [together(alike, kind)],
  );
}

function apart(scan: ScanFacts, kind: Kind): Draft {
  const { target, port, tried, open } = scan;
  const what =
    kind === 'ports' ? `${count(tried, 'port')} of ${target}` : `${count(tried, 'host')} of ${target} on port ${port}`;
  return {
    ...told([scan], what, open.length === 0 ? 'none is open' : `open: ${list(open.slice(0, 8).map(String))}`),
    evidence: { ...answers([scan]), open: [...open], target, ...(kind === 'hosts' ? { port } : {}) },
    endpoints: [
      { address: scan.source, port: 0, role: 'client' },
      { address: target, port, role: 'host' },
    ],
  };
}

/** One source's scans of many hosts, or of one port in many networks. */
function together(scans: readonly ScanFacts[], kind: Kind): Draft {
  const { source, port } = scans[0]!;
  const { tried } = answers(scans);
  const what =
    kind === 'ports'
      ? `${count(tried, 'port')} of ${count(scans.length, 'host')}`
      : `${count(tried, 'host')} of ${count(scans.length, 'network')} on port ${port}`;
  const open = scans.filter((scan) => scan.open.length > 0).map(({ target }) => target);
  return {
    ...told(scans, what, open.length === 0 ? 'none is open' : `some are open in ${grouped(open.length)} of them`),
    evidence: {
      ...answers(scans),
      open: open.slice(0, MOST_APART),
      targets: scans.length,
      examples: scans.slice(0, MOST_APART).map(({ target }) => target),
      ...(kind === 'hosts' ? { port } : {}),
    },
    endpoints: [{ address: source, port: 0, role: 'client' }],
  };
}

function told(scans: readonly ScanFacts[], what: string, open: string): Omit<Draft, 'evidence'> {
  const { source } = scans[0]!;
  const { tried, refused, unanswered } = answers(scans);
  let { start, end, firstFrame, lastFrame } = scans[0]!;
  for (const scan of scans) {
    if (isBefore(scan.start, start)) start = scan.start;
    if (isBefore(end, scan.end)) end = scan.end;
    firstFrame = Math.min(firstFrame, scan.firstFrame);
    lastFrame = Math.max(lastFrame, scan.lastFrame);
  }
  return {
    confidence: 'high',
    message: `Host ${source} tried ${what} in ${duration(secondsBetween(start, end))}: ${grouped(refused)} refused, ${grouped(unanswered)} silent; ${open}.`,
    frames: [firstFrame, lastFrame],
    frameCount: tried,
    start,
    end,
    impact: { connections: tried },
    connections: scans.slice(0, MOST_APART).flatMap(({ examples }) => examples),
    filter: `${ipField(source)}.src == ${source} and tcp.flags.syn == 1 and tcp.flags.ack == 0`,
    replaces: ['connection-refused', 'syn-unanswered', 'handshake-incomplete'],
    replacesFrom: source,
  };
}

function answers(scans: readonly ScanFacts[]): { tried: number; refused: number; unanswered: number } {
  const sum = { tried: 0, refused: 0, unanswered: 0 };
  for (const { tried, refused, unanswered } of scans) {
    sum.tried += tried;
    sum.refused += refused;
    sum.unanswered += unanswered;
  }
  return sum;
}
