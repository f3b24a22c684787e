import { expect, it } from 'vitest';
import { WaitingRows } from '../../lib/cli/waiting-rows.ts';
import fc from '../properties.ts';

it('rows come out by connection, those of one as they went in, however many and long', () => {
  const row = fc.tuple(
    fc.oneof(fc.nat({ max: 9 }), fc.nat({ max: 20_000 }), fc.nat()),
    fc.string().map((text) => JSON.stringify(text)),
  );
  fc.assert(
    fc.property(fc.array(row), fc.nat({ max: 2_000_000 }), (rows, longest) => {
      const all: [number, string][] = [...rows, [7, 'x'.repeat(longest)], ...rows];
      const waiting = new WaitingRows();
      for (const [connection, text] of all) waiting.add(connection, text);
      const out: [number, string][] = [];
      waiting.drain((connection, text) => out.push([connection, text]));
      expect(out).toEqual(all.toSorted(([a], [b]) => a - b));
    }),
    { numRuns: 20 },
  );
});

it('none come out of none, and none twice', () => {
  const waiting = new WaitingRows();
  const out: string[] = [];
  waiting.drain((_, text) => out.push(text));
  waiting.add(1, 'a');
  waiting.drain((_, text) => out.push(text));
  waiting.drain((_, text) => out.push(text));
  expect(out).toEqual(['a']);
});
