import type { CaptureFacts } from '../facts/capture.ts';
import { SCHEMA_VERSION, TOOL } from '../facts/report.ts';
import { json } from './escape.ts';
import type { Origin, RowFormat } from './format.ts';
import { captureShape } from './shape/capture.ts';

type RowText<Row> = (row: Row, prefix: string) => string;

/** The `capture` field that every row begins with when several captures are read. */
function prefixOf(origin: Origin): string {
  return origin.several ? `"capture":${json(origin.path)},` : '';
}

/** A line of JSON per row. */
export function ndjsonRows<Row>(text: RowText<Row>): RowFormat<Row> {
  return {
    head: () => '',
    row: (row, origin) => `${text(row, prefixOf(origin))}\n`,
    tail: () => '',
  };
}

/** One document, `name` being the list of rows; written as the rows come, the captures last. */
export function jsonRows<Row>(name: string, text: RowText<Row>): RowFormat<Row> {
  let separator = '\n';
  return {
    head: () => `{"schemaVersion":${json(SCHEMA_VERSION)},"tool":${json(TOOL)},"${name}":[`,
    row(row, origin) {
      const line = separator + text(row, prefixOf(origin));
      separator = ',\n';
      return line;
    },
    tail: (captures: readonly CaptureFacts[]) => `\n],"captures":${json(captures.map(captureShape))}}\n`,
  };
}

/** `JSON.stringify` of a shape as the text of a row. */
export function shaped<Row>(shape: (row: Row) => object): RowText<Row> {
  return (row, prefix) => `{${prefix}${json(shape(row)).slice(1)}`;
}
