/**
 * An open-addressing hash index from a key's hash to a record number, in shards that grow one at a time: the table
 * never holds itself twice. The keys live with whoever owns the records; a probe yields candidates to compare.
 */
const SHARD_BITS = 8;
const SHARDS = 1 << SHARD_BITS;
const FIRST_SIZE = 16;
const EMPTY = -1;
/** What a record takes in the index, on average: shards are between three eighths and three quarters full. */
export const SLOT_BYTES = 8;
/** A slot holds five bits of the hash above 26 of the record number: most strangers are told without touching their keys. */
const RECORD_BITS = 26;
export const RECORD_MASK = (1 << RECORD_BITS) - 1;

/** The bits of a hash that stand in its slot, in their place: a slot whose other bits are the same may be the one sought. */
export function slotTag(hash: number): number {
  return ((hash >>> 19) & 31) << RECORD_BITS;
}

/** What a Slots needs of the owner of its keys. */
export interface KeyOwner {
  /** The hash of the record's key, as it was when it was inserted. */
  hashOf(record: number): number;
}

export class Slots {
  private readonly owner: KeyOwner;
  private readonly shards: Int32Array[] = [];
  private readonly used = new Int32Array(SHARDS);

  constructor(owner: KeyOwner) {
    this.owner = owner;
    for (let i = 0; i < SHARDS; i++) this.shards.push(new Int32Array(FIRST_SIZE).fill(EMPTY));
  }

  /** The shard that a hash falls into: probe it from `hash & (length - 1)` upwards, wrapping, until a slot is negative. */
  shard(hash: number): Int32Array {
    return this.shards[hash >>> (32 - SHARD_BITS)]!;
  }

  insert(hash: number, record: number): void {
    const s = hash >>> (32 - SHARD_BITS);
    let slots = this.shards[s]!;
    const used = this.used[s]! + 1;
    this.used[s] = used;
    if (used * 4 > slots.length * 3) slots = this.grow(s);
    place(slots, hash, record);
  }

  /** All records, in no order. */
  *records(): Generator<number> {
    for (const slots of this.shards) for (const slot of slots) if (slot !== EMPTY) yield slot & RECORD_MASK;
  }

  private grow(s: number): Int32Array {
    const old = this.shards[s]!;
    const slots = new Int32Array(old.length * 2).fill(EMPTY);
    for (const slot of old) if (slot !== EMPTY) place(slots, this.owner.hashOf(slot & RECORD_MASK), slot & RECORD_MASK);
    this.shards[s] = slots;
    return slots;
  }
}

function place(slots: Int32Array, hash: number, record: number): void {
  const mask = slots.length - 1;
  let i = hash & mask;
  while (slots[i] !== EMPTY) i = (i + 1) & mask;
  slots[i] = slotTag(hash) | record;
}

/** A hash of three int32s in which every input bit moves every output bit (Murmur3's finish). */
export function mix3(a: number, b: number, c: number, seed: number): number {
  let h = seed ^ Math.imul(a, 0xcc9e2d51);
  h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
  h ^= Math.imul(b, 0x1b873593);
  h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
  h ^= Math.imul(c, 0xcc9e2d51);
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
