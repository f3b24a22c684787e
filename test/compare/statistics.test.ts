import { describe, expect, test } from 'vitest';
import {
  benjaminiHochberg,
  fisher,
  type Histogram,
  mannWhitney,
  pooledQuantile,
  quantileInterval,
  wilson,
} from '../../lib/compare/results/statistics.ts';
import fc from '../properties.ts';

const of = (...values: number[]): Histogram => {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => a[0] - b[0]);
};
const counts = fc.integer({ min: 0, max: 60 });

describe('two shares (Fisher)', () => {
  test.each([
    // The tea tasting: 3 of 4 against 1 of 4.
    [3, 4, 1, 4, 34 / 70],
    [4, 4, 0, 4, 2 / 70],
    [1, 10, 11, 14, 0.002759],
    [0, 20, 10, 20, 0.000436],
    [0, 5, 0, 5, 1],
    [0, 0, 3, 5, 1],
  ])('%i of %i and %i of %i: %f', (a, n, b, m, p) => {
    expect(fisher(a, n, b, m)).toBeCloseTo(p, 5);
  });

  test('is the same whichever comes first, and whatever is counted', () => {
    fc.assert(
      fc.property(counts, counts, counts, counts, (a, restA, b, restB) => {
        const [n, m] = [a + restA, b + restB];
        const p = fisher(a, n, b, m);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
        expect(fisher(b, m, a, n)).toBeCloseTo(p, 9);
        expect(fisher(restA, n, restB, m)).toBeCloseTo(p, 9);
      }),
    );
  });

  test('goes over into chi-square for large numbers', () => {
    const [small, large] = [fisher(5000, 499_000, 5300, 499_000), fisher(5010, 501_000, 5310, 501_000)];
    expect(Math.abs(Math.log(small / large))).toBeLessThan(0.15);
  });
});

describe('two samples of times (Mann and Whitney)', () => {
  test.each([
    // All of 3 before all of 4: 2 of the 35 ways to choose.
    [of(1, 2, 3), of(4, 5, 6, 7), 2 / 35],
    [of(1, 3, 5, 7), of(2, 4, 6, 8), 48 / 70],
    [of(1, 1, 1), of(1, 1, 1), 1],
    [of(5), of(), 1],
  ])('%j, %j', (a, b, p) => {
    expect(mannWhitney(a, b)).toBeCloseTo(p, 6);
  });

  test('is the same whichever comes first; exact and approximate agree where they meet', () => {
    const a = Array.from({ length: 20 }, (_, i) => i * 1.1);
    const b = Array.from({ length: 20 }, (_, i) => i * 1.1 + 4);
    const exact = mannWhitney(of(...a), of(...b));
    expect(mannWhitney(of(...b), of(...a))).toBeCloseTo(exact, 12);
    const approximate = mannWhitney(of(...a, 11), of(...b));
    expect(Math.abs(Math.log(exact / approximate))).toBeLessThan(0.25);
  });

  test('cares for ranks alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(50), { minLength: 1, maxLength: 15 }),
        fc.array(fc.nat(50), { minLength: 1, maxLength: 15 }),
        (a, b) => {
          const grown = (values: readonly number[]): Histogram => of(...values.map((value) => value ** 2 + value));
          expect(mannWhitney(grown(a), grown(b))).toBeCloseTo(mannWhitney(of(...a), of(...b)), 9);
        },
      ),
    );
  });

  test('seldom calls chance a change', () => {
    let seed = 1;
    const random = (): number => {
      seed = (seed * 48_271) % 0x7fffffff;
      return seed / 0x7fffffff;
    };
    const draw = (n: number): Histogram => of(...Array.from({ length: n }, () => -Math.log(random())));
    const found = Array.from({ length: 400 }, () => mannWhitney(draw(30), draw(25))).filter((p) => p <= 0.05);
    // 5 % of 400 are 20; 35 would come by chance once in a thousand times.
    expect(found.length).toBeLessThan(35);
    expect(found.length).toBeGreaterThan(6);
  });
});

test('an interval of a share is right at its ends (Wilson)', () => {
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  expect(wilson(0, 10).low).toBe(0);
  expect(wilson(0, 10).high).toBeCloseTo(0.2775, 4);
  expect(wilson(5, 10).low).toBeCloseTo(0.2366, 4);
  expect(wilson(5, 10).high).toBeCloseTo(0.7634, 4);
  expect(wilson(10, 10).high).toBe(1);
});

test('an interval of a quantile lies between values that were seen', () => {
  const values = Array.from({ length: 100 }, (_, i) => i + 1);
  expect(quantileInterval(of(...values), 0.5)).toEqual({ low: 40, high: 61 });
  expect(quantileInterval(of(7), 0.95)).toEqual({ low: 7, high: 7 });
  expect(pooledQuantile(of(1, 2), of(3, 4), 0.5)).toBe(2);
});

describe('many tests (Benjamini and Hochberg)', () => {
  test.each([
    // The fifteen of their paper: four are significant.
    [
      [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1],
      0.0095,
    ],
    [[0.04], 0.04],
    [[0.06], -1],
    [[], -1],
  ])('%j', (values, threshold) => {
    expect(benjaminiHochberg(values, 0.05)).toBe(threshold);
  });
});
