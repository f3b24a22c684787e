import { describe, expect, it } from 'vitest';
import { Distinct } from '../../lib/traffic/distinct.ts';
import fc from '../properties.ts';

function distinctOf(values: Iterable<number>): Distinct {
  const distinct = new Distinct();
  for (const value of values) distinct.add(value);
  return distinct;
}

describe('distinct values', () => {
  const value = fc.oneof(fc.integer({ min: -2, max: 40 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));

  it('are counted exactly while they are few', () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 400 }), (some) => {
        const distinct = distinctOf(some);
        expect(distinct.count()).toBe(new Set(some).size);
        expect(distinct.exact).toBe(true);
      }),
    );
  });

  it('are exact up to 4,096, and within a few hundredths beyond', () => {
    const most = distinctOf(Array.from({ length: 4096 }, (_, i) => i * 65_537));
    expect([most.count(), most.exact]).toEqual([4096, true]);
    const many = distinctOf(Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 65_537)));
    expect(many.exact).toBe(false);
    expect(Math.abs(many.count() - 100_000)).toBeLessThan(5_000);
  });
});
