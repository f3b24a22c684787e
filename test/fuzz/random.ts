/** Numbers that look random and follow from the seed alone (mulberry32): a case is its number. */
export class Random {
  private state: number;

  constructor(seed: number) {
    // Neighbouring seeds begin far apart.
    this.state = Math.imul(seed ^ (seed / 0x100000000), 0x9e3779b1) | 0;
  }

  /** An int32, every bit at random. */
  int32(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) | 0;
  }

  /** 0 .. count - 1. */
  below(count: number): number {
    return Math.floor(((this.int32() >>> 0) / 0x100000000) * count);
  }

  /** True once in so many times. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** Numbers at which lengths, offsets and sequence numbers go wrong. */
export const EDGES = [
  0, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 20, 28, 32, 39, 40, 63, 64, 127, 128, 255, 256, 0x5dc, 0xfff, 0x1000, 0x7fff,
  0x8000, 0xfffe, 0xffff, 0x10000, 0x3ffff, 0x40000, 0x40001, 0xffffff, 0x1000000, 0x7ffffffc, 0x7fffffff, 0x80000000,
  0x80000001, 0xfffffff0, 0xfffffffc, 0xfffffffe, 0xffffffff,
] as const;
