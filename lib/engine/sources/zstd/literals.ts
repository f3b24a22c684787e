import { DamageError } from '../unpacker.ts';
import { type HuffmanTable, readHuffmanStream, readHuffmanTable } from './huffman.ts';

const RAW = 0;
const RLE = 1;
const COMPRESSED = 2;

/** Literals of a block, and the Huffman table that a later block may use again. */
export class Literals {
  bytes: Uint8Array;
  length = 0;
  private table: HuffmanTable | null = null;

  constructor(mostBytes: number) {
    this.bytes = new Uint8Array(mostBytes);
  }

  /** Reads the literals section at `start` (RFC 8878 3.1.1.3.1); where it ended. */
  read(view: DataView, start: number, end: number): number {
    const header = view.getUint32(start, true);
    const type = header & 3;
    const format = (header >> 2) & 3;
    return type === RAW || type === RLE
      ? this.readPlain(view, start, end, type, header, format)
      : this.readCompressed(view, start, end, type, header, format);
  }

  private readPlain(view: DataView, start: number, end: number, type: number, header: number, format: number): number {
    const headerBytes = format === 1 ? 2 : format === 3 ? 3 : 1;
    const length = format === 1 ? (header >> 4) & 0xfff : format === 3 ? (header >> 4) & 0xfffff : (header >> 3) & 31;
    const from = start + headerBytes;
    const held = type === RAW ? length : 1;
    this.begin(length, from + held, end);
    if (type === RAW) this.bytes.set(new Uint8Array(view.buffer, view.byteOffset + from, length));
    else this.bytes.fill(view.getUint8(from), 0, length);
    return from + held;
  }

  private readCompressed(
    view: DataView,
    start: number,
    end: number,
    type: number,
    header: number,
    format: number,
  ): number {
    const sizeBits = format < 2 ? 10 : format === 2 ? 14 : 18;
    const headerBytes = format < 2 ? 3 : format + 2;
    const sizes = header + 2 ** 32 * (headerBytes === 5 ? view.getUint8(start + 4) : 0);
    const length = Math.floor(sizes / 16) % 2 ** sizeBits;
    const compressed = Math.floor(sizes / 2 ** (4 + sizeBits)) % 2 ** sizeBits;
    let from = start + headerBytes;
    const to = from + compressed;
    this.begin(length, to, end);
    if (type === COMPRESSED) ({ table: this.table, end: from } = readHuffmanTable(view, from, to));
    if (this.table === null) throw new DamageError('literals without a Huffman table');
    if (format === 0) readHuffmanStream(view, from, to, this.table, this.bytes, 0, length);
    else this.readFourStreams(view, from, to, this.table);
    return to;
  }

  private readFourStreams(view: DataView, from: number, to: number, table: HuffmanTable): void {
    if (to - from < 6) throw new DamageError('streams without their sizes');
    const quarter = (this.length + 3) >> 2;
    let start = from + 6;
    for (let i = 0; i < 4; i++) {
      const end = i === 3 ? to : start + view.getUint16(from + 2 * i, true);
      const last = i === 3 ? this.length : (i + 1) * quarter;
      if (end > to || last > this.length) throw new DamageError('streams beyond their block');
      readHuffmanStream(view, start, end, table, this.bytes, i * quarter, last);
      start = end;
    }
  }

  private begin(length: number, sectionEnd: number, end: number): void {
    if (sectionEnd > end || length > this.bytes.length) throw new DamageError('literals beyond their block');
    this.length = length;
  }
}
