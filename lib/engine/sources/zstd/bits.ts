import { DamageError } from '../unpacker.ts';

/** Bytes that must be readable before and after a bitstream: reads look further than they take. */
export const MARGIN_BYTES = 16;

/** At most this many bits come out of one 32-bit load at any bit position. */
const BITS_AT_ONCE = 25;

/**
 * A bitstream that is read from its end to its beginning (RFC 8878 4.1): above its last bits stands a single 1. Reading
 * beyond the beginning gives bits of what lies before; `checkNotOverrun` and `checkConsumed` notice.
 */
export class BackwardBits {
  /** Bit position, from the beginning of `view`, below which bits are unread. */
  position: number;
  private readonly view: DataView;
  private readonly first: number;

  constructor(view: DataView, start: number, end: number) {
    const last = end > start ? view.getUint8(end - 1) : 0;
    if (last === 0) throw new DamageError('bitstream without its end mark');
    this.view = view;
    this.first = 8 * start;
    this.position = 8 * end - 1 - (Math.clz32(last) - 24);
  }

  /** The next `count` bits, at most 25. */
  read(count: number): number {
    this.position -= count;
    return (this.view.getUint32(this.position >>> 3, true) >>> (this.position & 7)) & ((1 << count) - 1);
  }

  /** The next `count` bits, at most 32. */
  readLong(count: number): number {
    if (count <= BITS_AT_ONCE) return this.read(count);
    const upper = this.read(count - 16);
    return upper * 65_536 + this.read(16);
  }

  /** At least `count` bits are left. */
  has(count: number): boolean {
    return this.position - count >= this.first;
  }

  checkNotOverrun(): void {
    if (this.position < this.first) throw new DamageError('bitstream too short');
  }

  checkConsumed(): void {
    if (this.position !== this.first) throw new DamageError('bitstream of another length than its symbols');
  }
}
