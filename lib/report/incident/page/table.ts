import { count, grouped } from '../../phrases.ts';
import type { FindingPayload, Payload, TablePayload } from '../payload.ts';
import { el } from './dom.ts';
import type { Span } from './span.ts';
import { type Column, columnsOf, type Row } from './table-columns.ts';

const ROW_HEIGHT = 26;
const SPARE_ROWS = 10;
/** Pixels of the view, at most (page.css). */
const TALLEST = 560;
/** Rows on paper: the others are only counted. */
const PRINTED = 200;

/** All connections: sorted, filtered, and only as many rows in the page as are seen. */
export class ConnectionTable {
  readonly element: HTMLElement;
  private readonly table: TablePayload;
  private readonly pages: ReadonlySet<number>;
  private readonly found: ReadonlyMap<number, readonly FindingPayload[]>;
  private readonly span: Span;
  private readonly columns: readonly Column[];
  private readonly all: readonly Row[];
  private readonly view: HTMLElement;
  private readonly body: HTMLTableSectionElement;
  private readonly head: HTMLTableRowElement;
  private readonly status: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly onlyFound: HTMLInputElement;
  /** What each row can be found by: made when first asked for. */
  private texts: string[] | null = null;
  private shown: Row[] = [];
  private sorted = 0;
  private descending = false;
  private selected = 0;

  constructor(payload: Payload, span: Span) {
    this.table = payload.table;
    this.pages = new Set(payload.pages);
    this.found = byConnection(payload.findings);
    this.span = span;
    this.columns = columnsOf(payload.table, this.found);
    this.all = this.table.columns.connection.map((_, row) => row);
    this.status = el('p', { class: 'status', role: 'status' });
    this.input = el('input', {
      type: 'search',
      id: 'filter',
      placeholder: 'e.g. 10.0.0.7 :443 CLOSE_WAIT zero-window-stall',
      autocomplete: 'off',
      spellcheck: 'false',
      input: () => this.refresh(),
    });
    this.onlyFound = el('input', { type: 'checkbox', id: 'only-found', change: () => this.refresh() });
    this.head = el('tr', {}, ...this.columns.map((column, i) => this.headCell(column, i)));
    this.body = el('tbody', { click: (event: MouseEvent) => this.click(event) });
    this.view = el(
      'div',
      {
        class: 'rows',
        tabindex: 0,
        role: 'region',
        'aria-label': 'Connections. Up and down choose a row, Enter opens its page.',
        scroll: () => this.draw(),
        keydown: (event: KeyboardEvent) => this.key(event),
      },
      el('table', { 'aria-rowcount': this.all.length + 1 }, el('thead', {}, this.head), this.body),
    );
    this.element = el(
      'div',
      {},
      el(
        'div',
        { class: 'controls' },
        el('label', { class: 'filter' }, el('span', {}, 'Filter'), this.input),
        el('label', {}, this.onlyFound, 'with findings'),
        this.status,
      ),
      this.view,
    );
    span.onChange(() => this.refresh());
    new ResizeObserver(() => this.draw()).observe(this.view);
    addEventListener('beforeprint', () => this.draw(PRINTED));
    addEventListener('afterprint', () => this.draw());
    this.refresh();
  }

  private headCell({ title, numeric = false }: Column, i: number): HTMLTableCellElement {
    return el(
      'th',
      { scope: 'col', class: numeric ? 'n' : '' },
      el('button', { type: 'button', click: () => this.sortBy(i) }, title),
    );
  }

  private sortBy(column: number): void {
    this.descending = this.sorted === column ? !this.descending : false;
    this.sorted = column;
    this.refresh();
  }

  /** After anything that decides which rows there are, and in what order. */
  private refresh(): void {
    const words = this.input.value
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    if (words.length > 0) {
      this.texts ??= this.all.map((row) => this.textOf(row));
    }
    const { columns } = this.table;
    const within = (row: Row): boolean => {
      const start = columns.start[row]!;
      return start <= this.span.max && start + columns.duration[row]! >= this.span.min;
    };
    const shown = this.all.filter(
      (row) =>
        (words.length === 0 || words.every((word) => this.texts![row]!.includes(word))) &&
        (!this.onlyFound.checked || this.found.has(columns.connection[row]!)) &&
        (this.span.whole || within(row)),
    );
    const { key } = this.columns[this.sorted]!;
    const keys = new Map(shown.map((row) => [row, key(row)]));
    const way = this.descending ? -1 : 1;
    this.shown = shown.sort((a, b) => {
      const [x, y] = [keys.get(a)!, keys.get(b)!];
      return (x < y ? -1 : x > y ? 1 : 0) * way || a - b;
    });
    [...this.head.children].forEach((cell, i) => {
      cell.setAttribute('aria-sort', i !== this.sorted ? 'none' : this.descending ? 'descending' : 'ascending');
    });
    const all = this.all.length;
    const stretch = this.span.whole ? '' : `, alive from ${this.span.min.toFixed(3)} to ${this.span.max.toFixed(3)} s`;
    this.status.textContent =
      this.shown.length === all
        ? count(all, 'connection')
        : `${grouped(this.shown.length)} of ${count(all, 'connection')}${stretch}`;
    this.selected = 0;
    this.view.scrollTop = 0;
    this.draw();
  }

  private textOf(row: Row): string {
    const cells = this.columns.filter(({ numeric = false }) => !numeric).map(({ text }) => text(row));
    const { connection, stream } = this.table.columns;
    return `#${connection[row]} stream=${stream[row]} ${cells.join(' ')}`.toLowerCase();
  }

  /** The rows that are seen, between two that stand for all above and below them. */
  private draw(printed = 0): void {
    const height = Math.max(this.view.clientHeight, TALLEST);
    const first = printed > 0 ? 0 : Math.max(0, Math.floor(this.view.scrollTop / ROW_HEIGHT) - SPARE_ROWS);
    const room = printed > 0 ? printed : Math.ceil(height / ROW_HEIGHT) + 2 * SPARE_ROWS;
    const rows = this.shown.slice(first, first + room);
    const below = printed > 0 ? 0 : Math.max(0, this.shown.length - first - rows.length);
    this.body.replaceChildren(
      spacer(first * ROW_HEIGHT),
      ...rows.map((row, i) => this.rowOf(row, first + i)),
      spacer(below * ROW_HEIGHT),
    );
  }

  private rowOf(row: Row, at: number): HTMLTableRowElement {
    const connection = this.table.columns.connection[row]!;
    const cells = this.columns.map(({ text, numeric = false }, i) => {
      const content = text(row);
      const linked = i === 0 && this.pages.has(connection);
      return el(
        'td',
        { class: numeric ? 'n' : '', title: content.length > 24 ? content : null },
        linked ? el('a', { href: `#connection-${connection}`, tabindex: -1 }, content) : content,
      );
    });
    const worst = this.found.get(connection)?.[0]?.severity ?? '';
    return el(
      'tr',
      {
        class: `${worst}${at === this.selected ? ' selected' : ''}`,
        'aria-rowindex': at + 2,
        'data-at': at,
        'data-connection': connection,
      },
      ...cells,
    );
  }

  private click(event: MouseEvent): void {
    const row = (event.target as Element).closest('tr');
    if (row?.dataset.at !== undefined) {
      this.selected = Number(row.dataset.at);
      this.open();
      this.draw();
    }
  }

  private open(): void {
    const connection = this.table.columns.connection[this.shown[this.selected] ?? -1];
    if (connection != null && this.pages.has(connection)) {
      location.hash = `#connection-${connection}`;
    }
  }

  private key(event: KeyboardEvent): void {
    const page = Math.floor(this.view.clientHeight / ROW_HEIGHT) - 2;
    const steps: { readonly [key: string]: number } = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -this.shown.length,
      End: this.shown.length,
    };
    const step = steps[event.key];
    if (event.target !== this.view || (step === undefined && event.key !== 'Enter')) {
      return;
    }
    event.preventDefault();
    if (step === undefined) {
      this.open();
      return;
    }
    this.selected = Math.max(0, Math.min(this.shown.length - 1, this.selected + step));
    const top = this.selected * ROW_HEIGHT;
    const room = this.view.clientHeight - 2 * ROW_HEIGHT;
    this.view.scrollTop = Math.min(top, Math.max(this.view.scrollTop, top - room));
    this.draw();
  }
}

function spacer(height: number): HTMLTableRowElement {
  const row = el('tr', { class: 'spacer', 'aria-hidden': 'true' });
  row.style.height = `${height}px`;
  return row;
}

function byConnection(findings: readonly FindingPayload[]): Map<number, FindingPayload[]> {
  const found = new Map<number, FindingPayload[]>();
  for (const finding of findings) {
    for (const connection of finding.connections) {
      const list = found.get(connection);
      if (list === undefined) {
        found.set(connection, [finding]);
      } else {
        list.push(finding);
      }
    }
  }
  return found;
}
