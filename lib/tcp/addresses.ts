import { Int32Columns } from '../bytes/columns.ts';
import { mix3, RECORD_MASK, SLOT_BYTES, Slots, slotTag } from '../bytes/slots.ts';

/** IPv6 addresses as small numbers, so that a 4-tuple is three int32s in either family. */
export class AddressBook {
  private words = new Int32Columns(4);
  private readonly seed: number;
  private readonly owner = {
    hashOf: (i: number) => this.hash(this.word(i, 0), this.word(i, 1), this.word(i, 2), this.word(i, 3)),
  };
  private slots = new Slots(this.owner);

  constructor(seed: number) {
    this.seed = seed;
  }

  /** The number of an address, a new one if it was never seen. */
  intern(a: number, b: number, c: number, d: number): number {
    const hash = this.hash(a, b, c, d);
    const slots = this.slots.shard(hash);
    const mask = slots.length - 1;
    const tag = slotTag(hash);
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const slot = slots[i]!;
      if (slot < 0) break;
      if ((slot & ~RECORD_MASK) !== tag) continue;
      const n = slot & RECORD_MASK;
      const chunk = this.words.chunk(n);
      const o = this.words.offset(n);
      if (chunk[o + 3] === d && chunk[o + 2] === c && chunk[o + 1] === b && chunk[o] === a) return n;
    }
    const n = this.words.allocate();
    this.words.set(n, 0, a);
    this.words.set(n, 1, b);
    this.words.set(n, 2, c);
    this.words.set(n, 3, d);
    this.slots.insert(hash, n);
    return n;
  }

  /** Addresses known. */
  get size(): number {
    return this.words.length;
  }

  /** What they take, with what finds them. */
  get bytes(): number {
    return this.size * (4 * this.words.width + SLOT_BYTES);
  }

  /** Forgets all but the addresses marked by a 1; their new numbers, in the order of the old ones. */
  keepOnly(marked: Uint8Array): Int32Array {
    const old = this.words;
    const renumbered = new Int32Array(old.length);
    this.words = new Int32Columns(4);
    this.slots = new Slots(this.owner);
    for (let n = 0; n < old.length; n++) {
      if (marked[n] === 1) renumbered[n] = this.intern(old.get(n, 0), old.get(n, 1), old.get(n, 2), old.get(n, 3));
    }
    return renumbered;
  }

  /** One of the four words of an address, the first bytes in word 0. */
  word(n: number, index: number): number {
    return this.words.get(n, index);
  }

  private hash(a: number, b: number, c: number, d: number): number {
    return mix3(mix3(a, b, c, this.seed), d, 0, this.seed);
  }
}
