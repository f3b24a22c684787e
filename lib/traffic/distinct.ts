import { scatter } from './scatter.ts';

/**
 * How many different values: exact up to a limit, estimated beyond it (HyperLogLog, Flajolet et al. 2007, with 4,096
 * registers: a standard error of 1.6 %).
 */
export const EXACT_LIMIT = 4096;
const REGISTER_BITS = 12;
const REGISTERS = 1 << REGISTER_BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

/** Slots of a small table, which doubles when three quarters are taken. */
const FIRST_SLOTS = 8;

export class Distinct {
  /** While exact: each value where its hash says, or in the next free slot. A slot of 0 is free, and 0 stands apart. */
  private slots: Int32Array | null = new Int32Array(FIRST_SLOTS);
  private taken = 0;
  private hasZero = false;
  private registers: Uint8Array | null = null;

  /** `value` is an int32: an address, or a hash of something longer. */
  add(value: number): void {
    if (this.slots === null) {
      this.register(value);
      return;
    }
    if (value === 0) this.hasZero = true;
    else if (enter(this.slots, value) && ++this.taken * 4 > this.slots.length * 3) this.grow(this.slots);
    if (this.count() > EXACT_LIMIT) this.estimateFromNowOn();
  }

  get exact(): boolean {
    return this.slots !== null;
  }

  count(): number {
    if (this.slots !== null) return this.taken + (this.hasZero ? 1 : 0);
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

  /** All of them, while they are exact. */
  values(): number[] {
    const values = [...this.slots!].filter((value) => value !== 0);
    return this.hasZero ? [...values, 0] : values;
  }

  private grow(slots: Int32Array): void {
    this.slots = new Int32Array(slots.length * 2);
    for (const value of slots) if (value !== 0) enter(this.slots, value);
  }

  private estimateFromNowOn(): void {
    const values = this.values();
    this.slots = null;
    this.registers = new Uint8Array(REGISTERS);
    for (const value of values) this.register(value);
  }

  private register(value: number): void {
    const hash = scatter(value);
    const index = hash >>> (32 - REGISTER_BITS);
    const rank = Math.clz32((hash << REGISTER_BITS) | (1 << (REGISTER_BITS - 1))) + 1;
    if (rank > this.registers![index]!) this.registers![index] = rank;
  }
}

/** Enters a value other than 0; false if it is there already. */
function enter(slots: Int32Array, value: number): boolean {
  const mask = slots.length - 1;
  let i = scatter(value) & mask;
  for (; slots[i] !== 0; i = (i + 1) & mask) if (slots[i] === value) return false;
  slots[i] = value;
  return true;
}
