import { describe, expect, it } from 'vitest';
import type { ScanFacts } from '../../lib/facts/capture.ts';
import type { CaptureRule, Draft } from '../../lib/rules/rule.ts';
import hostSweep from '../../lib/rules/traffic/host-sweep.ts';
import portScan from '../../lib/rules/traffic/port-scan.ts';
import { capture, moment } from '../lint/facts.ts';

function scan(i: number, kind: ScanFacts['kind'], source = '10.0.0.9'): ScanFacts {
  return {
    ...{ source, kind, target: kind === 'hosts' ? `10.3.${i}.0/24` : `10.3.0.${i}`, port: kind === 'hosts' ? 445 : 0 },
    ...{ tried: 100, unanswered: 90, refused: 9, open: i === 3 ? [7] : [], start: moment(i), end: moment(i + 1) },
    ...{ firstFrame: 1000 * i + 1, lastFrame: 1000 * i + 100, examples: [i] },
  };
}

function drafts(rule: unknown, scans: readonly ScanFacts[]): readonly Draft[] {
  const facts = capture();
  const judge = (rule as CaptureRule).capture as (...args: unknown[]) => readonly Draft[];
  return judge({ ...facts, traffic: { ...facts.traffic, scans } }, { tried: 20, failedShare: 0.8 });
}

const several = (length: number, kind: ScanFacts['kind'], source?: string) =>
  Array.from({ length }, (_, i) => scan(i, kind, source));

describe('scans of one source', () => {
  it('are told apart while they are few', () => {
    expect(drafts(hostSweep, several(8, 'hosts'))).toHaveLength(8);
    expect(drafts(portScan, several(8, 'ports'))).toHaveLength(8);
  });

  it('are told together when they are many: networks on one port', () => {
    const [draft, ...others] = drafts(hostSweep, several(40, 'hosts'));
    expect(others).toEqual([]);
    expect(draft).toMatchObject({
      message:
        'Host 10.0.0.9 tried 4,000 hosts of 40 networks on port 445 in 40 s: 360 refused, 3,600 silent; some are open in 1 of them.',
      frames: [1, 39_100],
      frameCount: 4000,
      impact: { connections: 4000 },
      evidence: { tried: 4000, targets: 40, open: ['10.3.3.0/24'], port: 445 },
      endpoints: [{ address: '10.0.0.9', port: 0, role: 'client' }],
      replacesFrom: '10.0.0.9',
    });
  });

  it('are told together when they are many: ports of hosts', () => {
    const found = drafts(portScan, [...several(9, 'ports'), ...several(2, 'ports', '10.0.0.7')]);
    expect(found.map(({ message }) => message)).toEqual([
      'Host 10.0.0.9 tried 900 ports of 9 hosts in 9 s: 81 refused, 810 silent; some are open in 1 of them.',
      'Host 10.0.0.7 tried 100 ports of 10.3.0.0 in 1 s: 9 refused, 90 silent; none is open.',
      'Host 10.0.0.7 tried 100 ports of 10.3.0.1 in 1 s: 9 refused, 90 silent; none is open.',
    ]);
  });
});
