const EMPTY = new Uint8Array(0);

/**
 * Bytes of a file as they arrive: the chunk in hand, read in place, and a carry for the record that straddles chunks.
 * A reader asks `has(count)` and then finds `count` bytes of `bytes` (or `view`) at `position`, in the chunk or in the
 * carry; it moves `position` on when it is done with a whole record, and **reads all four anew after each `has`**.
 * The carry grows by bytes that arrived, never by what a length field says.
 */
export class Inbox {
  bytes: Uint8Array = EMPTY;
  view: DataView = new DataView(EMPTY.buffer);
  position = 0;
  limit = 0;
  /** File offset of `bytes[0]`. */
  base = 0;

  private chunk: Uint8Array = EMPTY;
  private chunkView: DataView = this.view;
  private chunkPosition = 0;
  private chunkBase = 0;
  private carry: Uint8Array = EMPTY;
  private carryView: DataView = this.view;
  private inCarry = true;

  /** Lends a chunk until the next `write`. What `has` refused last has been put by; anything else would be lost. */
  write(chunk: Uint8Array): void {
    if (!this.inCarry || this.chunkPosition < this.chunk.length) {
      throw new Error('write() before next() returned false: bytes of the last chunk are unread');
    }
    this.chunkBase += this.chunk.length;
    this.chunkPosition = 0;
    const view = this.chunkView;
    const seenBefore = chunk.buffer === view.buffer && chunk.byteOffset === view.byteOffset;
    if (!seenBefore || chunk.byteLength > view.byteLength) {
      this.chunkView = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
    // A Buffer is another class than Uint8Array, and every load further on would have to tell them apart.
    this.chunk =
      chunk.constructor === Uint8Array ? chunk : new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }

  /** `count` bytes have arrived and lie at `position`. */
  has(count: number): boolean {
    return this.limit - this.position >= count || this.gather(count);
  }

  /** Passes over up to `count` bytes without gathering them; how many had arrived. */
  skip(count: number): number {
    let left = count - this.pass(count);
    if (left > 0 && this.inCarry) {
      this.openChunk();
      left -= this.pass(left);
    }
    return count - left;
  }

  /** Bytes at `position` that have arrived, as far as `has` has gathered them. */
  get available(): number {
    return this.limit - this.position;
  }

  /** File offset of `position`. */
  get offset(): number {
    return this.base + this.position;
  }

  /** Drops everything that is left: nothing will be read any more. */
  discard(): void {
    this.position = this.limit;
    this.carry = EMPTY;
    this.bytes = EMPTY;
    this.position = 0;
    this.limit = 0;
    this.inCarry = true;
    this.chunkPosition = this.chunk.length;
  }

  private pass(count: number): number {
    const passed = Math.min(count, this.limit - this.position);
    this.position += passed;
    return passed;
  }

  private gather(count: number): boolean {
    if (this.inCarry && this.position === this.limit) this.openChunk();
    const have = this.limit - this.position;
    if (have >= count) return true;
    if (!this.inCarry) {
      const from = this.position;
      this.base = this.chunkBase + from;
      this.room(have, 0, count);
      this.carry.set(this.chunk.subarray(from, this.limit));
      this.chunkPosition = this.limit;
      this.openCarry(have);
    } else if (this.position > 0) {
      // More than one record had been asked for: the rest moves to the front.
      this.carry.copyWithin(0, this.position, this.limit);
      this.base += this.position;
      this.openCarry(have);
    }
    const take = Math.min(count - have, this.chunk.length - this.chunkPosition);
    if (take > 0) {
      const held = this.limit;
      this.room(held + take, held, count);
      this.carry.set(this.chunk.subarray(this.chunkPosition, this.chunkPosition + take), held);
      this.chunkPosition += take;
      this.openCarry(held + take);
    }
    return this.limit - this.position >= count;
  }

  private openChunk(): void {
    this.bytes = this.chunk;
    this.view = this.chunkView;
    this.position = this.chunkPosition;
    this.limit = this.chunk.length;
    this.base = this.chunkBase;
    this.inCarry = false;
  }

  private openCarry(held: number): void {
    this.bytes = this.carry;
    this.view = this.carryView;
    this.position = 0;
    this.limit = held;
    this.inCarry = true;
  }

  /** Makes the carry hold `capacity` bytes, of which the first `keep` stay; at most doubles, up to what is `wanted`. */
  private room(capacity: number, keep: number, wanted: number): void {
    if (capacity <= this.carry.length) return;
    const larger = new Uint8Array(Math.max(capacity, Math.min(2 * this.carry.length, wanted), 2048));
    larger.set(this.carry.subarray(0, keep));
    this.carry = larger;
    this.carryView = new DataView(larger.buffer);
  }
}
