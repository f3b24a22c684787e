/** A column of a table that is written line by line: its width is known before its cells are. */
export interface Column<Row> {
  readonly title: string;
  readonly width: number;
  readonly align?: 'left' | 'right';
  /** Columns of a higher rank give way first where the page is narrow; 0 stays always. */
  readonly rank?: number;
  readonly cell: (row: Row) => string;
}

const GAP = ' ';

/** The columns that fit side by side, in their order. */
export function fitting<C extends { readonly width: number; readonly rank?: number }>(
  columns: readonly C[],
  width: number,
  gap = GAP.length,
): C[] {
  const chosen = [...columns];
  const needed = (): number => chosen.reduce((sum, column) => sum + column.width + gap, -gap);
  while (needed() > width) {
    const worst = Math.max(...chosen.map(({ rank = 0 }) => rank));
    if (worst === 0) {
      break;
    }
    chosen.splice(
      chosen.findLastIndex(({ rank = 0 }) => rank === worst),
      1,
    );
  }
  return chosen;
}

/** Where columns that must stay do not fit, those behind stand on a line of their own, so far in. */
const INDENT = 4;

/**
 * One line, or more where the page is too narrow for it. A cell too long for its column borrows from the space behind it
 * rather than be cut.
 */
export function line<C extends Column<never>>(
  columns: readonly C[],
  text: (column: C) => string,
  width: number,
  gap = GAP,
): string {
  const folded: string[] = [];
  let built = '';
  let edge = 0;
  for (const column of columns) {
    if (edge > 0 && edge + gap.length + column.width > width) {
      folded.push(built.trimEnd());
      built = '';
      edge = INDENT - gap.length;
    }
    const start = edge === 0 ? 0 : edge + gap.length;
    built = edge === 0 ? '' : `${built.padEnd(start - 1)} `;
    const cell = text(column);
    edge = start + column.width;
    const room = edge - built.length;
    built += column.align === 'right' ? cell.padStart(room) : cell;
  }
  return [...folded, built.trimEnd()].filter((each) => each !== '').join('\n');
}
