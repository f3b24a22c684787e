/** Counts per whole second, sparse. Merging is addition. */
export class Bins {
  private readonly counts = new Map<number, number>();

  add(second: number, count = 1): void {
    this.counts.set(second, (this.counts.get(second) ?? 0) + count);
  }

  merge(other: Bins): void {
    for (const [second, count] of other.counts) this.add(second, count);
  }

  /** [second, count], ascending, zeroes left out. */
  entries(): [number, number][] {
    return [...this.counts].filter(([, count]) => count !== 0).sort((a, b) => a[0] - b[0]);
  }

  /** The highest running total, and the second in which it is reached: bins hold changes (+1 in, -1 out). */
  peak(): { count: number; second: number } {
    let total = 0;
    let count = 0;
    let second = 0;
    for (const [at, change] of this.entries()) {
      total += change;
      if (total > count) {
        count = total;
        second = at;
      }
    }
    return { count, second };
  }
}
