import type { Spread } from '../../facts/flow-metrics.ts';

/** Adds up what a `Spread` tells, sample by sample (Welford's method, which keeps the deviation exact). */
export class Spreading {
  samples = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;
  private mean = 0;
  private squares = 0;

  add(sample: number): void {
    this.samples++;
    if (sample < this.min) this.min = sample;
    if (sample > this.max) this.max = sample;
    const off = sample - this.mean;
    this.mean += off / this.samples;
    this.squares += off * (sample - this.mean);
  }

  spread(): Spread | null {
    const { samples, min, max } = this;
    if (samples === 0) return null;
    const deviation = samples > 1 ? Math.sqrt(this.squares / (samples - 1)) : 0;
    return { samples, min, max, average: this.mean, deviation };
  }
}
