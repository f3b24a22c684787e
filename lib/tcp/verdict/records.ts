import { RECORD_WIDTH } from './record.ts';

const CHUNK_BITS = 12;
const CHUNK_RECORDS = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_RECORDS - 1;

/**
 * The records (record.ts) of all flows, in chunks that never move and never double, as in bytes/columns.ts. Which one follows
 * which stands apart from them: a flow goes round in the records it has, and what they hold is long out of the cache when their turn
 * comes again, but the links of all of them are not. A class of its own and not one of Int32Columns: whatever reads
 * columns would see two shapes of them (test/bench/DEAD-ENDS.md).
 */
export class Records {
  /** Int32s that a record takes. */
  readonly width: number = RECORD_WIDTH + 1;
  private readonly chunks: Int32Array[] = [];
  private readonly links: Int32Array[] = [];
  private count = 0;
  private freeFirst = -1;

  /** Records handed out at any time so far: one more than the highest index. */
  get length(): number {
    return this.count;
  }

  /** A record to use, with nothing behind it; its columns hold anything. */
  allocate(): number {
    const reused = this.freeFirst;
    if (reused >= 0) {
      this.freeFirst = this.next(reused);
      this.link(reused, -1);
      return reused;
    }
    const index = this.count++;
    if ((index & CHUNK_MASK) === 0) {
      this.chunks.push(new Int32Array(CHUNK_RECORDS * RECORD_WIDTH));
      this.links.push(new Int32Array(CHUNK_RECORDS));
    }
    this.link(index, -1);
    return index;
  }

  /** Gives a record back. */
  release(index: number): void {
    this.releaseChain(index, index);
  }

  /** Gives back a chain of records, from `first` to `last`. */
  releaseChain(first: number, last: number): void {
    this.link(last, this.freeFirst);
    this.freeFirst = first;
  }

  /** The record behind this one, -1 at the end. */
  next(index: number): number {
    return this.links[index >> CHUNK_BITS]![index & CHUNK_MASK]!;
  }

  link(index: number, next: number): void {
    this.links[index >> CHUNK_BITS]![index & CHUNK_MASK] = next;
  }

  get(index: number, column: number): number {
    return this.chunks[index >> CHUNK_BITS]![(index & CHUNK_MASK) * RECORD_WIDTH + column]!;
  }

  set(index: number, column: number, value: number): void {
    this.chunks[index >> CHUNK_BITS]![(index & CHUNK_MASK) * RECORD_WIDTH + column] = value;
  }

  /** The chunk that holds a record; with `offset`, for loops that touch several columns of one record. */
  chunk(index: number): Int32Array {
    return this.chunks[index >> CHUNK_BITS]!;
  }

  /** Where a record begins in its chunk. */
  offset(index: number): number {
    return (index & CHUNK_MASK) * RECORD_WIDTH;
  }
}
