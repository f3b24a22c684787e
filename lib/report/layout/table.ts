import Table from 'cli-table3';
import type { Page } from '../page.ts';
import { fitting } from './columns.ts';
import { clip } from './wrap.ts';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Columns of a higher rank give way first where the page is narrow; 0 stays always. */
  readonly rank?: number;
  /** Takes what room the others leave, at least this; longer cells are cut. */
  readonly flexible?: number;
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
  { ink, glyph: { ellipsis } }: Page,
): string {
  const sized = columns.map((column, index) => ({
    ...column,
    index,
    width: column.flexible ?? Math.max(column.title.length, ...rows.map((row) => row[index]!.length)),
  }));
  const gap = NO_LINES.middle.length;
  const shown = fitting(sized, width, gap);
  const room = width - shown.reduce((sum, column) => sum + column.width + gap, -gap);
  const grid = new Table({
    head: shown.map(({ title }) => ink.dim(title)),
    chars: NO_LINES,
    colAligns: shown.map(({ align = 'left' }) => align),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  const cell = (text: string, { flexible }: TableColumn): string =>
    flexible === undefined ? text : clip(text, flexible + room, ellipsis);
  grid.push(...rows.map((row) => shown.map((column) => cell(row[column.index]!, column))));
  return `${grid
    .toString()
    .split('\n')
    .map((text) => text.trimEnd())
    .join('\n')}\n`;
}
