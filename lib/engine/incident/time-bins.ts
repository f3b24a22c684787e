import type { Series } from '../../facts/incident.ts';

/** One microsecond: narrower than the differences that capture clocks can tell. */
const NARROWEST_SECONDS = 1e-6;

/**
 * Sums over time in a bounded number of equal steps: twice as wide whenever the time no longer fits, so that nothing need be
 * known of its end. `round` says where a time between two steps belongs: `Math.floor` to the one that has begun,
 * `Math.ceil` to the one that comes.
 */
export class TimeBins {
  private every = NARROWEST_SECONDS;
  private last = -1;
  private readonly sums: Float64Array;
  private readonly round: (n: number) => number;

  constructor(most: number, round: (n: number) => number = Math.floor) {
    this.sums = new Float64Array(most);
    this.round = round;
  }

  /** `seconds` before the beginning count as the beginning. */
  add(seconds: number, amount: number): void {
    const bin = this.reach(seconds);
    this.sums[bin]! += amount;
    if (bin > this.last) this.last = bin;
  }

  /** Makes the steps so wide that this time lies in one, which is returned. */
  reach(seconds: number): number {
    let bin = Math.max(0, this.round(seconds / this.every));
    while (bin >= this.sums.length) {
      this.widen();
      bin = this.round(seconds / this.every);
    }
    return bin;
  }

  series(): Series {
    return { every: this.every, values: [...this.sums.subarray(0, this.last + 1)] };
  }

  /** Sums up to and with each step, up to that of `end`: changes of a count become the count. */
  totals(end: number): Series {
    const last = this.reach(end);
    let total = 0;
    return { every: this.every, values: Array.from(this.sums.subarray(0, last + 1), (change) => (total += change)) };
  }

  private widen(): void {
    this.every *= 2;
    for (let bin = 0; bin <= this.last; bin++) {
      const sum = this.sums[bin]!;
      this.sums[bin] = 0;
      this.sums[this.round(bin / 2)]! += sum;
    }
    this.last = this.round(this.last / 2);
  }
}
