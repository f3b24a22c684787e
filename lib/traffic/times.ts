import type { TimesFacts } from '../facts/services.ts';

/** Times kept as they are before classes are made of them. */
const FEW = 1024;
/** Classes to a doubling: a class's middle is within 1.1 % of its members. */
const PER_DOUBLING = 32;
/** Below this all times are alike, seconds. */
const LEAST = 1e-9;

/** How long something took, many times over; exact while few, in narrow classes beyond. */
export class Times {
  private samples = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = 0;
  private few: number[] | null = [];
  private classes: Map<number, number> | null = null;

  add(seconds: number): void {
    const time = Math.max(seconds, 0);
    this.samples++;
    this.min = Math.min(this.min, time);
    this.max = Math.max(this.max, time);
    this.keep(time);
  }

  private keep(time: number): void {
    if (this.few !== null && this.few.length < FEW) {
      this.few.push(time);
      return;
    }
    this.classes ??= new Map();
    const { classes } = this;
    for (const earlier of this.few ?? []) tally(classes, classOf(earlier), 1);
    this.few = null;
    tally(classes, classOf(time), 1);
  }

  facts(): TimesFacts | null {
    if (this.samples === 0) return null;
    const histogram = this.histogram();
    const { samples, min, max } = this;
    return {
      samples,
      min,
      p50: atRank(histogram, Math.ceil(0.5 * samples)),
      p95: atRank(histogram, Math.ceil(0.95 * samples)),
      max,
      histogram,
    };
  }

  private histogram(): [number, number][] {
    const counts = new Map<number, number>();
    if (this.few !== null) for (const time of this.few) tally(counts, time, 1);
    else for (const [at, count] of this.classes!) counts.set(this.within(middleOf(at)), count);
    return [...counts].sort((a, b) => a[0] - b[0]);
  }

  /** The middle of the outermost classes may lie beyond what was seen. */
  private within(time: number): number {
    return Math.min(this.max, Math.max(this.min, time));
  }
}

/** The value that so many are not beyond: the `rank`-th, counted from 1, of ascending values with their counts. */
export function atRank(histogram: TimesFacts['histogram'], rank: number): number {
  let left = rank;
  for (const [value, count] of histogram) {
    left -= count;
    if (left <= 0) return value;
  }
  return histogram[histogram.length - 1]![0];
}

function tally(counts: Map<number, number>, key: number, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

function classOf(seconds: number): number {
  return seconds < LEAST ? -1 : Math.floor(Math.log2(seconds / LEAST) * PER_DOUBLING);
}

function middleOf(at: number): number {
  return at < 0 ? 0 : LEAST * 2 ** ((at + 0.5) / PER_DOUBLING);
}
