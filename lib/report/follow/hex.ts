import type { StreamEvent } from '../../facts/stream.ts';
import type { RowFormat } from '../format.ts';
import type { PageOptions } from '../page.ts';
import { openTurns, type PayloadForm } from './turns.ts';

const ROW = 16;

/** Bytes in hexadecimal and ASCII, sixteen to a row, by their offset in the stream: as `hexdump -C` writes them. */
export function open(options: PageOptions): RowFormat<StreamEvent> {
  return openTurns(options, () => new HexForm());
}

class HexForm implements PayloadForm {
  private row: number[] = [];
  private offset = 0;

  add(bytes: Uint8Array, offset: number): string {
    let text = '';
    if (this.row.length === 0) this.offset = offset;
    for (const byte of bytes) {
      this.row.push(byte);
      if (this.row.length === ROW) text += this.end();
    }
    return text;
  }

  end(): string {
    if (this.row.length === 0) return '';
    const { row, offset } = this;
    this.row = [];
    this.offset += row.length;
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0'));
    const columns = `${hex.slice(0, ROW / 2).join(' ')}  ${hex.slice(ROW / 2).join(' ')}`;
    const ascii = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    return `${offset.toString(16).padStart(8, '0')}  ${columns.padEnd(3 * ROW)}  |${ascii}|\n`;
  }
}
