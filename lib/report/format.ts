import type { CaptureFacts } from '../facts/capture.ts';
import type { Moment } from '../facts/moment.ts';
import type { PageOptions } from './page.ts';

/** The capture that a row comes from. */
export interface Origin {
  readonly path: string;
  /** Time of its first packet: the zero of relative times. */
  readonly start: Moment | null;
  /** Several captures are read: rows name theirs. */
  readonly several: boolean;
}

/** A format that is written row by row, as rows come. `Row` is what one line is about. */
export interface RowFormat<Row> {
  head(): string;
  row(row: Row, origin: Origin): string;
  /** A row as bytes, for formats that are not text. */
  bytes?(row: Row, origin: Origin): Uint8Array | null;
  /** A row that is left out of the output: for formats that count by what they have seen. */
  skip?(row: Row, origin: Origin): void;
  tail(captures: readonly CaptureFacts[]): string;
}

/** What the module of a row format exports. */
export interface RowFormatModule<Row> {
  open(page: PageOptions): RowFormat<Row>;
}
