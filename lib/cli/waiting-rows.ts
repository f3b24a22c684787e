import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Text that is gathered before it is compressed, characters. */
const PIECE = 1 << 20;
/** Rows are much alike: the fastest level makes a tenth of them. */
const LEVEL = { level: 1 };

/**
 * Rows that have to wait for the end of their capture, in their order. There may be very many, so they wait compressed.
 * A row is a line of text, and has a key: a word.
 */
export class WaitingRows {
  private readonly pieces: Uint8Array[] = [];
  private lines: string[] = [];
  private length = 0;

  add(key: string, text: string): void {
    const line = `${key} ${text}`;
    this.lines.push(line);
    this.length += line.length;
    if (this.length >= PIECE) this.compress();
  }

  /** Hands every row out, once. */
  drain(tell: (key: string, text: string) => void): void {
    this.compress();
    for (const piece of this.pieces.splice(0)) {
      for (const line of inflateRawSync(piece).toString().split('\n')) {
        const space = line.indexOf(' ');
        tell(line.slice(0, space), line.slice(space + 1));
      }
    }
  }

  private compress(): void {
    if (this.lines.length === 0) return;
    this.pieces.push(deflateRawSync(this.lines.join('\n'), LEVEL));
    this.lines = [];
    this.length = 0;
  }
}
