import { describe, expect, it } from 'vitest';
import { Bins } from '../../lib/traffic/bins.ts';
import fc from '../properties.ts';

describe('bins', () => {
  const change = fc.tuple(
    fc.oneof(fc.integer({ min: -3, max: 60 }), fc.integer({ min: -(2 ** 32), max: 2 ** 32 })),
    fc.oneof(fc.constantFrom(1, -1), fc.integer({ min: -1e6, max: 1e6 })),
  );

  it('are the sums that a map would hold, in order of time', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 300 }), (changes) => {
        const bins = new Bins();
        const sums = new Map<number, number>();
        for (const [second, count] of changes) {
          bins.add(second, count);
          sums.set(second, (sums.get(second) ?? 0) + count);
        }
        const expected = [...sums].filter(([, count]) => count !== 0).sort((a, b) => a[0] - b[0]);
        expect(bins.entries()).toEqual(expected);
        expect(bins.entries()).toEqual(expected);
      }),
    );
  });
});
