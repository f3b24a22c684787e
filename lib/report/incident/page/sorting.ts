import { el } from './dom.ts';

/** Makes the columns of tables that stand in the page sortable, by buttons in their heads. */
export function makeSortable(): void {
  for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable')) {
    const heads = [...table.querySelectorAll<HTMLTableCellElement>('thead th')];
    heads.forEach((head, column) => {
      const button = el('button', { type: 'button' }, ...head.childNodes);
      button.addEventListener('click', () => {
        const descending = head.getAttribute('aria-sort') !== 'descending';
        for (const other of heads) {
          other.setAttribute('aria-sort', other === head ? (descending ? 'descending' : 'ascending') : 'none');
        }
        sort(table, column, descending ? -1 : 1);
      });
      head.replaceChildren(button);
      head.setAttribute('aria-sort', 'none');
    });
  }
}

function sort(table: HTMLTableElement, column: number, way: number): void {
  const body = table.tBodies[0]!;
  const keyed = [...body.rows].map((row, at) => ({ row, at, key: keyOf(row.cells[column]!) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) * way || a.at - b.at);
  body.append(...keyed.map(({ row }) => row));
}

function keyOf(cell: HTMLTableCellElement): number | string {
  const { value } = cell.dataset;
  return value === undefined ? (cell.textContent ?? '') : Number(value);
}
