import Table from 'cli-table3';
import type { Page } from '../page.ts';
import { type Column, fitting, line } from './columns.ts';
import { clip } from './wrap.ts';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Columns of a higher rank give way first where the page is narrow; 0 stays always. */
  readonly rank?: number;
  /** Takes what room the others leave, at least this; longer cells are cut. */
  readonly flexible?: number;
}

/** Rows that decide how wide the columns are. Those after them are written as they come. */
const FIRST_ROWS = 500;
const GAP = '  ';

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
  middle: GAP,
};

type SizedColumn = Column<readonly string[]> & TableColumn & { readonly index: number };

/** A table without lines; columns that do not fit the page are left out. */
export class RowTable {
  private readonly columns: readonly TableColumn[];
  private readonly page: Page;
  private waiting: (readonly string[])[] = [];
  private shown: readonly SizedColumn[] | null = null;

  constructor(columns: readonly TableColumn[], page: Page) {
    this.columns = columns;
    this.page = page;
  }

  /** What can be written now that this row is known. */
  add(cells: readonly string[]): string {
    if (this.shown !== null) {
      return `${this.line(this.shown, ({ cell }) => cell(cells))}\n`;
    }
    this.waiting.push(cells);
    return this.waiting.length === FIRST_ROWS ? this.first() : '';
  }

  end(): string {
    return this.shown === null && this.waiting.length > 0 ? this.first() : '';
  }

  /** The head and the rows that wait: what is seen of most tables. Later rows keep to these columns. */
  private first(): string {
    const rows = this.waiting;
    this.waiting = [];
    const shown = this.sized(rows);
    this.shown = shown;
    if (widthOf(shown) > this.page.width) {
      const head = this.page.ink.dim(this.line(shown, ({ title }) => title));
      return [head, ...rows.map((row) => this.line(shown, ({ cell }) => cell(row)))]
        .map((text) => `${text}\n`)
        .join('');
    }
    const grid = new Table({
      head: shown.map(({ title }) => this.page.ink.dim(title)),
      chars: NO_LINES,
      colAligns: shown.map(({ align = 'left' }) => align),
      style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    });
    grid.push(...rows.map((row) => shown.map(({ cell }) => cell(row))));
    const lines = grid.toString().split('\n');
    return lines.map((text) => `${text.trimEnd()}\n`).join('');
  }

  private line(shown: readonly SizedColumn[], text: (column: SizedColumn) => string): string {
    return line(shown, text, this.page.width, GAP);
  }

  private sized(rows: readonly (readonly string[])[]): SizedColumn[] {
    const { page } = this;
    const sized = this.columns.map((column, index) => ({
      ...column,
      index,
      width: column.flexible ?? Math.max(column.title.length, ...rows.map((row) => row[index]!.length)),
    }));
    const shown = fitting(sized, page.width, GAP.length);
    const room = Math.max(0, page.width - widthOf(shown));
    return shown.map((column) => {
      const { index, flexible } = column;
      const width = flexible === undefined ? column.width : flexible + room;
      const cell = (row: readonly string[]): string =>
        flexible === undefined ? row[index]! : clip(row[index]!, width, page.glyph.ellipsis);
      return { ...column, width, cell };
    });
  }
}

function widthOf(columns: readonly { readonly width: number }[]): number {
  return columns.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length);
}
