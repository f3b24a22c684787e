import type { RttFacts } from '../../facts/connection.ts';

/** Buckets of the histogram: eight to a doubling, from 1 microsecond to more than an hour. */
const PER_DOUBLING = 8;
const BUCKETS = 32 * PER_DOUBLING;
/** Samples kept as they are before a histogram is made. */
const FEW = 16;

/**
 * Round-trip times of one flow: from a segment's passing the tap to the passing of its acknowledgment. In microseconds.
 */
export class RoundTrips {
  samples = 0;
  min = 0x7fffffff;
  max = 0;
  /** RFC 6298 2: smoothed round trip and its variation. */
  smoothed = 0;
  variation = 0;
  /** The first samples as they came; then counts by the logarithm. */
  private values: number[] | Int32Array = [];

  add(micros: number): void {
    const sample = micros < 1 ? 1 : micros > 0x7ffffffe ? 0x7ffffffe : micros | 0;
    if (this.samples++ === 0) {
      this.smoothed = sample;
      this.variation = sample >> 1;
    } else {
      const off = sample - this.smoothed;
      this.variation += ((off < 0 ? -off : off) - this.variation) >> 2;
      this.smoothed += off >> 3;
    }
    if (sample < this.min) this.min = sample;
    if (sample > this.max) this.max = sample;
    this.store(sample);
  }

  private store(sample: number): void {
    if (this.samples <= FEW) {
      (this.values as number[]).push(sample);
      return;
    }
    if (this.samples === FEW + 1) {
      const counts = new Int32Array(BUCKETS);
      for (const value of this.values) counts[bucketOf(value)]!++;
      this.values = counts;
    }
    this.values[bucketOf(sample)]!++;
  }

  /** The sample below which a share of all lies, in seconds; exact for few samples, within 5 % beyond. */
  private quantile(share: number): number {
    if (this.samples <= FEW) {
      const sorted = [...this.values].sort((a, b) => a - b);
      return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]! / 1e6;
    }
    let left = Math.ceil(share * this.samples);
    let bucket = 0;
    while (bucket < BUCKETS - 1 && left > this.values[bucket]!) left -= this.values[bucket++]!;
    const middle = 2 ** ((bucket + 0.5) / PER_DOUBLING);
    return Math.min(this.max, Math.max(this.min, middle)) / 1e6;
  }

  facts(): RttFacts {
    return {
      min: this.min / 1e6,
      p50: this.quantile(0.5),
      p95: this.quantile(0.95),
      max: this.max / 1e6,
      samples: this.samples,
    };
  }
}

function bucketOf(micros: number): number {
  return Math.min(BUCKETS - 1, Math.floor(Math.log2(micros) * PER_DOUBLING));
}
