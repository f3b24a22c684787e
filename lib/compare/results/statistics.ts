import { atRank } from '../../traffic/times.ts';

/**
 * The few tests that a comparison rests on. Sources: E. B. Wilson 1927 (interval of a share); R. A. Fisher 1935 (two
 * shares); H. B. Mann and D. R. Whitney 1947 (two samples of times); Y. Benjamini and Y. Hochberg 1995 (many tests).
 */

/** Values with their counts, ascending. */
export type Histogram = readonly (readonly [value: number, count: number])[];

/** 97.5 % point of the normal distribution: intervals of 95 %. */
const Z = 1.959963984540054;
/** Tables up to this size are tested exactly; larger ones by chi-square with Yates' correction. */
const MOST_EXACT = 1_000_000;
/** Samples up to so many together are ranked exactly; more by the normal approximation with ties. */
const MOST_RANKED = 40;

/** Wilson's score interval of a share: right for small numbers, and for none at all. */
export function wilson(part: number, whole: number): { low: number; high: number } {
  if (whole === 0) return { low: 0, high: 1 };
  const share = part / whole;
  const middle = (share + (Z * Z) / (2 * whole)) / (1 + (Z * Z) / whole);
  const half = (Z / (1 + (Z * Z) / whole)) * Math.sqrt((share * (1 - share)) / whole + (Z * Z) / (4 * whole * whole));
  return { low: part === 0 ? 0 : Math.max(0, middle - half), high: part === whole ? 1 : Math.min(1, middle + half) };
}

/** Two-sided chance that two shares differ so much if they are one: Fisher's exact test. */
export function fisher(part1: number, whole1: number, part2: number, whole2: number): number {
  const all = whole1 + whole2;
  const parts = part1 + part2;
  if (whole1 === 0 || whole2 === 0 || parts === 0 || parts === all) return 1;
  if (all > MOST_EXACT) return chiSquare(part1, whole1, part2, whole2);
  const base = logChoose(all, parts);
  const chance = (k: number): number => logChoose(whole1, k) + logChoose(whole2, parts - k) - base;
  const seen = chance(part1) + 1e-9;
  let p = 0;
  for (let k = Math.max(0, parts - whole2); k <= Math.min(whole1, parts); k++) {
    const each = chance(k);
    if (each <= seen) p += Math.exp(each);
  }
  return Math.min(1, p);
}

function chiSquare(part1: number, whole1: number, part2: number, whole2: number): number {
  const all = whole1 + whole2;
  const parts = part1 + part2;
  const cross = Math.abs(part1 * (whole2 - part2) - part2 * (whole1 - part1));
  const corrected = Math.max(0, cross - all / 2);
  const z = corrected * Math.sqrt(all / (parts * (all - parts) * whole1 * whole2));
  return twoSided(z);
}

/** Two-sided chance that one of two samples tends so much to larger values if both are one. */
export function mannWhitney(a: Histogram, b: Histogram): number {
  const [n, m] = [total(a), total(b)];
  if (n === 0 || m === 0) return 1;
  const ranks = midranks(a, b);
  const sum = ranks.reduce((rankSum, { rank, inA }) => rankSum + rank * inA, 0);
  if (n + m <= MOST_RANKED) return exactRankSum(ranks, n, sum);
  const size = n + m;
  const ties = ranks.reduce((tied, { count }) => tied + (count ** 3 - count), 0);
  const variance = ((n * m) / 12) * (size + 1 - ties / (size * (size - 1)));
  if (variance <= 0) return 1;
  const distance = Math.abs(sum - (n * (size + 1)) / 2);
  return twoSided(Math.max(0, distance - 0.5) / Math.sqrt(variance));
}

interface Rank {
  readonly rank: number;
  readonly count: number;
  readonly inA: number;
}

/** Equal values share the mean of their ranks. */
function midranks(a: Histogram, b: Histogram): Rank[] {
  const counts = new Map<number, { inA: number; inB: number }>();
  for (const [value, count] of a) counts.set(value, { inA: count, inB: 0 });
  for (const [value, count] of b) counts.set(value, { inA: counts.get(value)?.inA ?? 0, inB: count });
  let before = 0;
  return [...counts]
    .sort((x, y) => x[0] - y[0])
    .map(([, { inA, inB }]) => {
      const count = inA + inB;
      const rank = before + (count + 1) / 2;
      before += count;
      return { rank, count, inA };
    });
}

/** Over all ways to choose `n` of the ranks: how many sum up to something as far from the middle. */
function exactRankSum(ranks: readonly Rank[], n: number, sum: number): number {
  // Midranks are halves: doubled, they are whole numbers.
  const doubled = ranks.flatMap(({ rank, count }) => new Array<number>(count).fill(Math.round(2 * rank)));
  const most = doubled.reduce((all, rank) => all + rank, 0);
  const ways = Array.from({ length: n + 1 }, () => new Float64Array(most + 1));
  ways[0]![0] = 1;
  for (const [i, rank] of doubled.entries()) {
    for (let chosen = Math.min(n, i + 1); chosen >= 1; chosen--) {
      const [from, to] = [ways[chosen - 1]!, ways[chosen]!];
      for (let s = most; s >= rank; s--) to[s]! += from[s - rank]!;
    }
  }
  const middle = n * (doubled.length + 1);
  const seen = Math.abs(2 * sum - middle) - 1e-9;
  let [far, all] = [0, 0];
  for (const [s, count] of ways[n]!.entries()) {
    all += count;
    if (Math.abs(s - middle) >= seen) far += count;
  }
  return far / all;
}

/** How many of the values are one, or lie above it. */
export function atLeast(histogram: Histogram, value: number): number {
  return histogram.reduce((found, [each, count]) => (each >= value ? found + count : found), 0);
}

/** The value at or below which a share of both samples together lies. */
export function pooledQuantile(a: Histogram, b: Histogram, share: number): number {
  return atRank(merged(a, b), Math.ceil(share * (total(a) + total(b))));
}

/** Interval of a quantile from the order of the values alone: the ranks between which it lies 19 times of 20. */
export function quantileInterval(histogram: Histogram, share: number): { low: number; high: number } {
  const n = total(histogram);
  const half = Z * Math.sqrt(n * share * (1 - share));
  const low = Math.max(1, Math.floor(n * share - half));
  const high = Math.min(n, Math.ceil(n * share + half) + 1);
  return { low: atRank(histogram, low), high: atRank(histogram, high) };
}

function merged(a: Histogram, b: Histogram): Histogram {
  return [...a, ...b].sort((x, y) => x[0] - y[0]);
}

function total(histogram: Histogram): number {
  return histogram.reduce((sum, [, count]) => sum + count, 0);
}

/**
 * Which of many tests are significant, so that of those that are called so at most `rate` are expected to be chance. The
 * threshold: a p value at most this is significant.
 */
export function benjaminiHochberg(values: readonly number[], rate: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.findLastIndex((p, i) => p <= ((i + 1) / sorted.length) * rate);
  return last < 0 ? -1 : sorted[last]!;
}

/** Chance of a normal deviate at least so far from zero (Abramowitz and Stegun 7.1.26; error below 2e-7). */
function twoSided(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp(-x * x);
  return Math.min(1, Math.max(0, tail));
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k);
}

const FACTORIALS: number[] = [0, 0];

/** Stirling's series beyond the table: nine digits and more. */
function logFactorial(n: number): number {
  if (n < 256) {
    for (let i = FACTORIALS.length; i <= n; i++) FACTORIALS.push(FACTORIALS[i - 1]! + Math.log(i));
    return FACTORIALS[n]!;
  }
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + 1 / (12 * n) - 1 / (360 * n ** 3);
}
