/**
 * Growable typed columns: records of `width` int32s, in chunks that never move and never double, so that ten million
 * records cost their own size and not twice that while growing.
 */
const CHUNK_BITS = 12;
const CHUNK_RECORDS = 1 << CHUNK_BITS;
const CHUNK_MASK = CHUNK_RECORDS - 1;

export class Int32Columns {
  readonly width: number;
  private readonly chunks: Int32Array[] = [];
  private count = 0;
  private freeHead = -1;

  constructor(width: number) {
    this.width = width;
  }

  /** Records handed out at any time so far: one more than the highest index. */
  get length(): number {
    return this.count;
  }

  /** A record to use, zeroed when it is fresh, as it was left when it had been released. */
  allocate(): number {
    const reused = this.freeHead;
    if (reused >= 0) {
      this.freeHead = this.get(reused, 0);
      return reused;
    }
    const index = this.count++;
    if ((index & CHUNK_MASK) === 0) this.chunks.push(new Int32Array(CHUNK_RECORDS * this.width));
    return index;
  }

  /** Gives a record back; its first column is overwritten. */
  release(index: number): void {
    this.set(index, 0, this.freeHead);
    this.freeHead = index;
  }

  get(index: number, column: number): number {
    return this.chunks[index >> CHUNK_BITS]![(index & CHUNK_MASK) * this.width + column]!;
  }

  set(index: number, column: number, value: number): void {
    this.chunks[index >> CHUNK_BITS]![(index & CHUNK_MASK) * this.width + column] = value;
  }

  /** The chunk that holds a record; with `offset`, for loops that touch several columns of one record. */
  chunk(index: number): Int32Array {
    return this.chunks[index >> CHUNK_BITS]!;
  }

  /** Where a record begins in its chunk. */
  offset(index: number): number {
    return (index & CHUNK_MASK) * this.width;
  }
}
