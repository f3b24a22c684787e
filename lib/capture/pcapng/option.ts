import type { Block } from './block.ts';

const END_OF_OPTIONS = 0;
export const COMMENT = 1;

/** Walks the options at the end of a block: a cursor. `code` and the value `[start, end)` hold after `next()`. */
export class Options {
  code = 0;
  start = 0;
  end = 0;
  private readonly block: Block;
  private position: number;

  constructor(block: Block, from: number) {
    this.block = block;
    this.position = from;
  }

  /** Goes to the next option; false at the end, also if an option reaches beyond the block (which is told). */
  next(): boolean {
    const { block, position } = this;
    if (position + 4 > block.end) return false;
    const code = block.uint16(position);
    const length = block.uint16(position + 2);
    if (code === END_OF_OPTIONS) return false;
    if (position + 4 + length > block.end)
      return block.bad(`option ${code} of ${length} bytes reaches beyond its block`);
    this.code = code;
    this.start = position + 4;
    this.end = this.start + length;
    this.position = this.start + padded(length);
    return true;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** As text, of which at most `mostBytes` are taken. */
  text(mostBytes = this.length): string {
    return decodeText(this.block.bytes, this.start, Math.min(this.end, this.start + mostBytes));
  }
}

/** Everything in pcapng is padded to 32 bits. */
export function padded(length: number): number {
  return (length + 3) & ~3;
}

/** Names of hosts and interfaces are short; of a longer one, so much is kept. */
export const MOST_NAME_BYTES = 1000;

const decoder = new TextDecoder();

/** UTF-8 up to `end` or a NUL. Unescaped: whoever prints it must mind control characters. */
export function decodeText(bytes: Uint8Array, start: number, end: number): string {
  const zero = bytes.subarray(start, end).indexOf(0);
  return decoder.decode(bytes.subarray(start, zero < 0 ? end : start + zero));
}
