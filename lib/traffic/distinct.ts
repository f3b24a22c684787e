/**
 * How many different values: exact up to a limit, estimated beyond it (HyperLogLog, Flajolet et al. 2007, with 4,096
 * registers: a standard error of 1.6 %). Merging is a union, so it may be split over workers.
 */
const EXACT_LIMIT = 4096;
const REGISTER_BITS = 12;
const REGISTERS = 1 << REGISTER_BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

export class Distinct {
  private values: Set<number> | null = new Set();
  private registers: Uint8Array | null = null;

  /** `value` is an int32: an address, or a hash of something longer. */
  add(value: number): void {
    const values = this.values;
    if (values !== null) {
      values.add(value);
      if (values.size > EXACT_LIMIT) this.estimateFromNowOn();
    } else {
      this.register(value);
    }
  }

  merge(other: Distinct): void {
    if (other.values !== null) {
      for (const value of other.values) this.add(value);
      return;
    }
    if (this.values !== null) this.estimateFromNowOn();
    const mine = this.registers!;
    const theirs = other.registers!;
    for (let i = 0; i < REGISTERS; i++) if (theirs[i]! > mine[i]!) mine[i] = theirs[i]!;
  }

  get exact(): boolean {
    return this.values !== null;
  }

  count(): number {
    if (this.values !== null) return this.values.size;
    const registers = this.registers!;
    let sum = 0;
    let zeroes = 0;
    for (const rank of registers) {
      sum += 2 ** -rank;
      if (rank === 0) zeroes++;
    }
    const estimate = (ALPHA * REGISTERS * REGISTERS) / sum;
    const small = estimate <= 2.5 * REGISTERS && zeroes > 0;
    return Math.round(small ? REGISTERS * Math.log(REGISTERS / zeroes) : estimate);
  }

  private estimateFromNowOn(): void {
    const values = this.values!;
    this.values = null;
    this.registers = new Uint8Array(REGISTERS);
    for (const value of values) this.register(value);
  }

  private register(value: number): void {
    let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    const index = hash >>> (32 - REGISTER_BITS);
    const rank = Math.clz32((hash << REGISTER_BITS) | (1 << (REGISTER_BITS - 1))) + 1;
    if (rank > this.registers![index]!) this.registers![index] = rank;
  }
}
