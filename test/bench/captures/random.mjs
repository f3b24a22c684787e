/** Random numbers that are the same in every run and on every machine (mulberry32). */
export class Random {
  constructor(seed) {
    this.state = seed | 0;
  }

  /** 0 <= x < 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Whole numbers from `low` to `high`, both included. */
  between(low, high) {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability) {
    return this.next() < probability;
  }

  sequenceNumber() {
    return Math.floor(this.next() * 2 ** 32);
  }

  /** Exponentially distributed with this mean. */
  around(mean) {
    return -mean * Math.log(1 - this.next());
  }
}
