import Table from 'cli-table3';
import { fitting } from './columns.ts';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Columns of a higher rank give way first where the page is narrow; 0 stays always. */
  readonly rank?: number;
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** A table without lines, as wide as its cells need; columns that do not fit in `width` are left out. */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number,
  paintHead: (text: string) => string,
): string {
  const sized = columns.map((column, index) => ({
    ...column,
    index,
    width: Math.max(column.title.length, ...rows.map((row) => row[index]!.length)),
  }));
  const shown = fitting(sized, width, NO_LINES.middle.length);
  const grid = new Table({
    head: shown.map(({ title }) => paintHead(title)),
    chars: NO_LINES,
    colAligns: shown.map(({ align = 'left' }) => align),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  grid.push(...rows.map((row) => shown.map(({ index }) => row[index]!)));
  return `${grid
    .toString()
    .split('\n')
    .map((text) => text.trimEnd())
    .join('\n')}\n`;
}
