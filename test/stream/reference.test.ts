import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RECORDINGS, truths } from '../kernel/truth.ts';
import { type Gathered, gather } from './gather.ts';
import { byTcpflow, byTshark, isInstalled, keyOf, type Streams } from './references.ts';

/**
 * Other tools put the same streams together. Optional: skipped where they are not installed. With TCPLINT_CORPUS naming a
 * folder of captures, they are compared on all of these too (docs/cross-checking.md tells of the exceptions).
 */
const tools: readonly (readonly [string, (path: string, numbers: readonly number[]) => Streams])[] = [
  ['tshark', byTshark],
  ['tcpflow', byTcpflow],
];

/** Recordings that a tool gets wrong. */
const WRONG: { readonly [tool: string]: readonly string[] } = {
  // It takes what came first even with a wrong checksum, which the receiver dropped.
  tshark: ['content_damaged_v6'],
  tcpflow: [],
};

const recordings = truths()
  .filter(({ reads, scenario }) => reads !== undefined && scenario !== 'content_midstream')
  .map(({ scenario, captures }) => [scenario, captures.find(({ point }) => point !== 'client')!.file] as const);

describe.each(tools)('%s', (tool, read) => {
  describe.skipIf(!isInstalled(tool))('on recordings', () => {
    it.each(recordings)('%s', (scenario, file) => {
      const path = new URL(file, RECORDINGS).pathname;
      const different = compare(path, read).filter(({ outcome }) => outcome !== 'equal');
      expect(different.map(({ what }) => what)).toEqual(
        WRONG[tool]!.includes(scenario) ? expect.arrayContaining([expect.any(String)]) : [],
      );
    });
  });
});

const corpus = process.env.TCPLINT_CORPUS;
describe.skipIf(corpus === undefined)('on a corpus', () => {
  it.each(tools)(
    '%s',
    (tool, read) => {
      const counts = new Map<string, number>();
      const different: string[] = [];
      for (const path of capturesBelow(corpus!)) {
        for (const { outcome, what } of compare(path, read)) {
          counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
          if (outcome !== 'equal' && outcome !== 'holes') different.push(`${outcome}: ${what}`);
        }
      }
      process.stdout.write(`${tool}: ${JSON.stringify(Object.fromEntries(counts))}\n${different.join('\n')}\n`);
      expect(counts.get('equal') ?? 0).toBeGreaterThan(0);
    },
    3_600_000,
  );
});

interface Compared {
  /** `unknown`: the other tool has nothing of it; `missing`: we have nothing of it. */
  readonly outcome: 'equal' | 'holes' | 'differs' | 'unknown' | 'missing';
  readonly what: string;
}

function compare(path: string, read: (path: string, numbers: readonly number[]) => Streams): Compared[] {
  const ours = gather(new Uint8Array(readFileSync(path))).sort((a, b) => a.of.connection - b.of.connection);
  const numbers = [...new Set(ours.map(({ of }) => of.stream))].sort((a, b) => a - b);
  const theirs = numbers.length === 0 ? new Map() : read(path, numbers);
  const seen = new Map<string, number>();
  const compared = ours.map((stream): Compared => {
    const key = keyOf(stream);
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    const other: Uint8Array | undefined = theirs.get(key)?.[nth];
    const what = `${path} ${about(stream)}, theirs ${other?.length}`;
    if (stream.holes.length > 0) return { outcome: 'holes', what };
    if (other === undefined) return { outcome: stream.bytes.length === 0 ? 'equal' : 'unknown', what };
    return { outcome: Buffer.compare(stream.bytes, other) === 0 ? 'equal' : 'differs', what };
  });
  for (const [key, all] of theirs) {
    for (const bytes of all.slice(seen.get(key) ?? 0)) {
      compared.push({ outcome: 'missing', what: `${path} ${key}, theirs ${bytes.length}` });
    }
  }
  return compared;
}

function about({ of, from, bytes, differences, end }: Gathered): string {
  const more = [
    ...(of.midstream ? ['midstream'] : []),
    ...(differences.length > 0 ? [`${differences.length} differ`] : []),
    ...(end.repeated > 0 ? [`${end.repeated} repeated`] : []),
  ];
  return `stream ${of.stream} ${from}: ours ${[bytes.length, ...more].join(', ')}`;
}

function capturesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}
