/** Takes bytes of a file as they are made: lent until it returns. */
export type Emit = (bytes: Uint8Array) => void;

const CHUNK_BYTES = 128 * 1024;

/** Bytes on their way out: a chunk that is filled in place and emitted when it is full. */
export class Outbox {
  bytes: Uint8Array = new Uint8Array(CHUNK_BYTES);
  view: DataView = new DataView(this.bytes.buffer);
  private readonly emit: Emit;
  private filled = 0;

  constructor(emit: Emit) {
    this.emit = emit;
  }

  /** Room for `count` bytes, all 0: where it begins in `bytes` (and `view`), **which are read anew after each `take`**. */
  take(count: number): number {
    if (this.filled + count > this.bytes.length) this.flush();
    if (count > this.bytes.length) {
      this.bytes = new Uint8Array(count);
      this.view = new DataView(this.bytes.buffer);
    }
    const at = this.filled;
    this.filled += count;
    this.bytes.fill(0, at, this.filled);
    return at;
  }

  flush(): void {
    if (this.filled > 0) this.emit(this.bytes.subarray(0, this.filled));
    this.filled = 0;
  }
}
