import type { Origin, RowFormat } from './format.ts';
import type { Page } from './page.ts';

/** A table for each capture that has rows, under its path where there are several: each numbers its connections from 0. */
export function sections<Row>(page: Page, open: () => RowFormat<Row>): RowFormat<Row> {
  let of: Origin | null = null;
  let table: RowFormat<Row> = open();
  /** What a table held back when the next one began. */
  let due = '';
  let isBegun = false;
  let separator = '';
  const enter = (origin: Origin): void => {
    if (origin === of) return;
    if (isBegun) due += table.tail([]);
    of = origin;
    table = open();
    isBegun = false;
  };
  return {
    head: () => '',
    skip(row, origin) {
      enter(origin);
      table.skip?.(row, origin);
    },
    row(row, origin) {
      enter(origin);
      const text = table.row(row, origin);
      if (isBegun) return text;
      const heading = origin.several ? `${separator}${page.ink.bold(page.text(origin.path))}\n` : '';
      const begin = due + heading + table.head();
      isBegun = true;
      due = '';
      separator = '\n';
      return begin + text;
    },
    tail: (captures) => due + (isBegun ? table.tail(captures) : ''),
  };
}
