import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** Text that is gathered before it is compressed, characters. */
const PIECE = 1 << 20;
/** Rows are much alike: the fastest level makes a tenth of them. */
const LEVEL = { level: 1 };
/** A shelf is for as many connections: it is sorted in memory. */
const SHELF = 4096;

/** Rows of connections whose numbers are close. */
interface Shelf {
  readonly pieces: Uint8Array[];
  lines: string[];
}

/**
 * Rows that have to wait for the end of their capture, and come in the order in which connections end: they go out by the
 * numbers of connections, those of one as they came. There may be very many, so they wait compressed. A row is a line of text.
 */
export class WaitingRows {
  private readonly shelves = new Map<number, Shelf>();
  private length = 0;

  add(connection: number, text: string): void {
    const number = Math.floor(connection / SHELF);
    let shelf = this.shelves.get(number);
    if (shelf === undefined) {
      shelf = { pieces: [], lines: [] };
      this.shelves.set(number, shelf);
    }
    shelf.lines.push(`${connection} ${text}`);
    this.length += text.length;
    if (this.length >= PIECE) this.compress();
  }

  /** Hands every row out, once. */
  drain(tell: (connection: number, text: string) => void): void {
    this.compress();
    for (const number of [...this.shelves.keys()].sort((a, b) => a - b)) {
      const { pieces } = this.shelves.get(number)!;
      this.shelves.delete(number);
      const lines = pieces.flatMap((piece) => inflateRawSync(piece).toString().split('\n'));
      const rows = lines.map((line) => ({ connection: Number.parseInt(line, 10), line }));
      for (const { connection, line } of rows.sort((a, b) => a.connection - b.connection)) {
        tell(connection, line.slice(line.indexOf(' ') + 1));
      }
    }
  }

  private compress(): void {
    for (const shelf of this.shelves.values()) {
      if (shelf.lines.length === 0) continue;
      shelf.pieces.push(deflateRawSync(shelf.lines.join('\n'), LEVEL));
      shelf.lines = [];
    }
    this.length = 0;
  }
}
