import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WaitingRows } from '../../lib/cli/waiting-rows.ts';

it('rows come out as they went in, however many and long', () => {
  const row = fc.tuple(
    fc.nat().map(String),
    fc.string().map((text) => JSON.stringify(text)),
  );
  fc.assert(
    fc.property(fc.array(row), fc.nat({ max: 2_000_000 }), (rows, longest) => {
      const all: [string, string][] = [...rows, ['7', 'x'.repeat(longest)], ...rows];
      const waiting = new WaitingRows();
      for (const [key, text] of all) waiting.add(key, text);
      const out: [string, string][] = [];
      waiting.drain((key, text) => out.push([key, text]));
      expect(out).toEqual(all);
    }),
    { numRuns: 20 },
  );
});

it('none come out of none, and none twice', () => {
  const waiting = new WaitingRows();
  const out: string[] = [];
  waiting.drain((_, text) => out.push(text));
  waiting.add('1', 'a');
  waiting.drain((_, text) => out.push(text));
  waiting.drain((_, text) => out.push(text));
  expect(out).toEqual(['a']);
});
