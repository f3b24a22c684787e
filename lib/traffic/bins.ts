/** Counts per whole second, sparse. Merging is addition. */
export class Bins {
  private counts: Map<number, number> | null = null;
  /** The second counted last, not yet entered: most come in runs. */
  private second = 0;
  private pending = 0;

  add(second: number, count = 1): void {
    if (second === this.second) {
      this.pending += count;
      return;
    }
    this.enter();
    this.second = second;
    this.pending = count;
  }

  merge(other: Bins): void {
    for (const [second, count] of other.entries()) this.add(second, count);
  }

  private enter(): void {
    if (this.pending === 0) return;
    this.counts ??= new Map();
    this.counts.set(this.second, (this.counts.get(this.second) ?? 0) + this.pending);
    this.pending = 0;
  }

  /** [second, count], ascending, zeroes left out. */
  entries(): [number, number][] {
    this.enter();
    return [...(this.counts ?? [])].filter(([, count]) => count !== 0).sort((a, b) => a[0] - b[0]);
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
