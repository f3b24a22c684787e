import { ownCopy, Pieces } from './piece.ts';

/** Acknowledged bytes kept, for retransmissions may still come, and such as are not acknowledged. */
const ACKNOWLEDGED_BYTES = 65_536;
const OTHER_BYTES = 1 << 20;

/** Blocks for bytes that nobody else holds: the first, and the largest. */
const FIRST_BLOCK_BYTES = 2048;
const BLOCK_BYTES = 65_536;

/** What was handed out lately, to be held against what comes again. */
export class Kept extends Pieces {
  private readonly inBlocks: boolean;
  private block: Uint8Array = new Uint8Array(0);
  private used = 0;

  /** `inBlocks`: bytes are gathered in blocks, for nobody keeps them longer than this. */
  constructor(inBlocks: boolean) {
    super();
    this.inBlocks = inBlocks;
  }

  /** A copy of borrowed bytes, to be kept next. */
  copy(bytes: Uint8Array): Uint8Array {
    const { length } = bytes;
    if (!this.inBlocks) return ownCopy(bytes);
    if (this.used + length > this.block.length) {
      const twice = Math.min(BLOCK_BYTES, Math.max(FIRST_BLOCK_BYTES, this.block.length * 2));
      this.block = new Uint8Array(Math.max(twice, length));
      this.used = 0;
    }
    const copy = this.block.subarray(this.used, this.used + length);
    copy.set(bytes);
    this.used += length;
    return copy;
  }

  /** Forgets the oldest: what is acknowledged up to `acked` soon, everything if it is more than `room`. */
  trim(acked: number, room: number): void {
    const most = Math.min(room, OTHER_BYTES);
    while (this.cost > ACKNOWLEDGED_BYTES && this.first()!.end <= acked) this.shift();
    while (this.cost > most && !this.isEmpty) this.shift();
  }
}
