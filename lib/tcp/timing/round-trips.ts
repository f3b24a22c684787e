import type { RttFacts } from '../../facts/connection.ts';

/** Buckets of the histogram: eight to a doubling, from 1 microsecond to more than an hour. */
const PER_DOUBLING = 8;
const BUCKETS = 32 * PER_DOUBLING;
/** Samples kept as they are before a histogram is made. */
const FEW = 16;
/** `min` before the first sample. */
export const NO_SAMPLE = 0x7fffffff;
/** Empty histograms to be used again: they are the largest thing that many connections need. */
const SPARE: Int32Array[] = [];
const MOST_SPARE = 4096;

/**
 * Round-trip times of one flow: from a segment's passing the tap to the passing of its acknowledgment. In microseconds.
 */
export class RoundTrips {
  samples = 0;
  min = NO_SAMPLE;
  max = 0;
  /** RFC 6298 2: smoothed round trip and its variation. */
  smoothed = 0;
  variation = 0;
  /** The newest sample. */
  last = 0;
  /** From the third sample on, the first few; then counts by the logarithm. Two samples are the least and the greatest. */
  private first: number[] | null = null;
  private counts: Int32Array | null = null;

  clear(): void {
    if (this.counts !== null && SPARE.length < MOST_SPARE) SPARE.push(this.counts.fill(0));
    this.samples = 0;
    this.min = NO_SAMPLE;
    this.max = 0;
    this.smoothed = 0;
    this.variation = 0;
    this.last = 0;
    this.first = null;
    this.counts = null;
  }

  add(micros: number): void {
    const sample = sampleOf(micros);
    if (this.samples >= 2) this.store(sample);
    if (this.samples++ === 0) {
      this.smoothed = sample;
      this.variation = sample >> 1;
    } else {
      const off = sample - this.smoothed;
      this.variation += ((off < 0 ? -off : off) - this.variation) >> 2;
      this.smoothed += off >> 3;
    }
    this.last = sample;
    if (sample < this.min) this.min = sample;
    if (sample > this.max) this.max = sample;
  }

  private store(sample: number): void {
    const { samples } = this;
    this.first ??= new Array<number>(FEW).fill(0);
    const { first } = this;
    if (samples === 2) {
      first[0] = this.min;
      first[1] = this.max;
    }
    if (samples < FEW) {
      first[samples] = sample;
      return;
    }
    this.counts ??= SPARE.pop() ?? new Int32Array(BUCKETS);
    if (samples === FEW) for (const value of first) this.counts[bucketOf(value)]!++;
    this.counts[bucketOf(sample)]!++;
  }

  /** The samples in order, null once there are too many. */
  private sorted(): Int32Array | null {
    if (this.samples > FEW) return null;
    if (this.samples <= 2) return Int32Array.of(this.min, this.max).subarray(2 - this.samples);
    return Int32Array.from(this.first!.slice(0, this.samples)).sort();
  }

  /** The sample below which a share of all lies, in seconds; exact for few samples, within 5 % beyond. */
  private quantile(share: number): number {
    const sorted = this.sorted();
    if (sorted !== null) return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]! / 1e6;
    const counts = this.counts!;
    let left = Math.ceil(share * this.samples);
    let bucket = 0;
    while (bucket < BUCKETS - 1 && left > counts[bucket]!) left -= counts[bucket++]!;
    return this.within(bucket);
  }

  /** [seconds, how many], ascending: the samples themselves while they are few, middles of classes beyond. */
  histogram(): [number, number][] {
    const sorted = this.sorted();
    if (sorted !== null) return Array.from(sorted, (micros) => [micros / 1e6, 1]);
    const all = [...this.counts!].map((count, bucket): [number, number] => [this.within(bucket), count]);
    return all.filter(([, count]) => count > 0);
  }

  private within(bucket: number): number {
    return Math.min(this.max, Math.max(this.min, middleOf(bucket))) / 1e6;
  }

  facts(): RttFacts | null {
    if (this.samples === 0) return null;
    return {
      min: this.min / 1e6,
      p50: this.quantile(0.5),
      p95: this.quantile(0.95),
      max: this.max / 1e6,
      samples: this.samples,
    };
  }
}

/** A time in microseconds as it is counted: whole, at least one. */
export function sampleOf(micros: number): number {
  return micros < 1 ? 1 : micros > 0x7ffffffe ? 0x7ffffffe : micros | 0;
}

/** The doubling that a sample lies in, and which eighth of it. */
function bucketOf(micros: number): number {
  const doubling = 31 - Math.clz32(micros);
  const eighth = doubling < 3 ? (micros << (3 - doubling)) & 7 : (micros >> (doubling - 3)) & 7;
  return doubling * PER_DOUBLING + eighth;
}

function middleOf(bucket: number): number {
  return 2 ** (bucket >> 3) * (1 + ((bucket & 7) + 0.5) / PER_DOUBLING);
}
