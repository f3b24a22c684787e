/** Blocks of memory that one thread fills and another empties, in turn, over and over. */
export interface Ring {
  readonly blocks: readonly Int32Array[];
  /** Of each block, whether it is lent to whoever empties it. */
  readonly lent: Int32Array;
}

/** A block is a millisecond's work or two. */
const BLOCK_WORDS = 64 * 1024;
const BLOCKS = 4;

export function createRing(): Ring {
  return {
    blocks: Array.from({ length: BLOCKS }, () => new Int32Array(new SharedArrayBuffer(4 * BLOCK_WORDS))),
    lent: new Int32Array(new SharedArrayBuffer(4 * BLOCKS)),
  };
}

/** The block is full, and the other thread will hear of it. */
export function lend({ lent }: Ring, block: number): void {
  Atomics.store(lent, block, 1);
}

/** Waits until the block is given back. Not for a thread that has anything else to do. */
export function awaitReturn({ lent }: Ring, block: number): void {
  Atomics.wait(lent, block, 1);
}

export function giveBack({ lent }: Ring, block: number): void {
  Atomics.store(lent, block, 0);
  Atomics.notify(lent, block);
}
