import type { DwellFacts, ServiceFinding, ServiceRow, TimesFacts } from '../../facts/services.ts';
import type { RowFormat } from '../format.ts';
import { type Column, fitting, line } from '../layout/columns.ts';
import { endCell } from '../layout/end-cell.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { duration, grouped } from '../phrases.ts';
import { sections } from '../sections.ts';
import { share } from '../shape/service.ts';

interface ServiceColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  readonly rank?: number;
  readonly text: (row: ServiceRow, page: Page) => string;
}

const COLUMNS: readonly ServiceColumn[] = [
  { title: 'service', text: ({ server }, page) => endCell(server, page) },
  { title: 'conns', align: 'right', text: ({ connections }) => grouped(connections) },
  { title: 'refused', align: 'right', text: ({ refused, begun }) => percent(refused, begun) },
  { title: 'silent', align: 'right', rank: 3, text: ({ unanswered, begun }) => percent(unanswered, begun) },
  { title: 'reset', align: 'right', text: ({ reset, connections }) => percent(reset, connections) },
  { title: 'handshake', align: 'right', rank: 2, text: ({ handshake }) => middleAndTail(handshake) },
  { title: 'response', align: 'right', text: ({ response }) => middleAndTail(response) },
  {
    title: 'resent',
    align: 'right',
    text: ({ retransmittedBytes, uniqueBytes }) => percent(retransmittedBytes, uniqueBytes),
  },
  { title: 'CLOSE_WAIT', align: 'right', rank: 1, text: ({ closeWait }) => longest(closeWait.server) },
  { title: 'TIME_WAIT', align: 'right', rank: 4, text: ({ timeWait }) => holder(timeWait) },
];

const INDENT = '  ';
const GAP = '  ';

/** A line per service, and what was found there under it. */
export function open(options: PageOptions): RowFormat<ServiceRow> {
  const page = openPage(options);
  return sections(page, () => openTable(page));
}

function openTable(page: Page): RowFormat<ServiceRow> {
  const rows: ServiceRow[] = [];
  return {
    head: () => '',
    row(row) {
      rows.push(row);
      return '';
    },
    tail: () => (rows.length === 0 ? '' : table(rows, page)),
  };
}

function table(rows: readonly ServiceRow[], page: Page): string {
  const sized = COLUMNS.map((column): Column<ServiceRow> => {
    const cell = (row: ServiceRow): string => page.text(column.text(row, page));
    return { ...column, cell, width: Math.max(column.title.length, ...rows.map((row) => cell(row).length)) };
  });
  const shown = fitting(sized, page.width, GAP.length);
  const head = page.ink.dim(line(shown, ({ title }) => title, page.width, GAP));
  const lines = rows.flatMap((row) => [line(shown, ({ cell }) => cell(row), page.width, GAP), ...foundAt(row, page)]);
  return [head, ...lines].map((text) => `${text}\n`).join('');
}

/** Findings side by side, as many as fit a line. */
function foundAt({ findings }: ServiceRow, page: Page): string[] {
  const lines: { length: number; text: string }[] = [];
  for (const finding of findings) {
    const text = foundText(finding);
    const inked = page.severity(finding.severity, text);
    const last = lines.at(-1);
    if (last !== undefined && last.length + GAP.length + text.length <= page.width) {
      last.length += GAP.length + text.length;
      last.text += GAP + inked;
    } else {
      lines.push({ length: INDENT.length + text.length, text: INDENT + inked });
    }
  }
  return lines.map(({ text }) => text);
}

/** `close-wait-lingering (16)`: connections, where they are more than one. */
function foundText({ rule, connections }: ServiceFinding): string {
  return connections > 1 ? `${rule} (${grouped(connections)})` : rule;
}

/** `0.4%`; `-` where it did not happen. */
function percent(part: number, whole: number): string {
  const of = share(part, whole);
  if (of === null || part === 0) return '-';
  return of < 0.001 ? '<0.1%' : `${of < 0.0995 ? (100 * of).toFixed(1) : Math.round(100 * of)}%`;
}

const UNITS = [
  { unit: 's', scale: 1 },
  { unit: 'ms', scale: 1e3 },
  { unit: 'µs', scale: 1e6 },
];

/** The median and the 95th percentile in the unit of the latter: `1.2/14 ms`. */
function middleAndTail(times: TimesFacts | null): string {
  if (times === null) return '-';
  const { p50, p95 } = times;
  const { unit, scale } = UNITS.find((each) => p95 * each.scale >= 1) ?? UNITS[2]!;
  const text = (seconds: number): string => String(Number((seconds * scale).toPrecision(2)));
  return `${text(p50)}/${text(p95)} ${unit}`;
}

function longest(dwell: DwellFacts | null): string {
  return dwell === null ? '-' : `${dwell.open > 0 ? '≥' : ''}${duration(dwell.max)}`;
}

/** Who holds TIME_WAIT: the side that closes first. */
function holder({ client, server }: ServiceRow['timeWait']): string {
  const sides = [
    { side: 'client', spells: client?.samples ?? 0 },
    { side: 'server', spells: server?.samples ?? 0 },
  ];
  return (
    sides
      .filter(({ spells }) => spells > 0)
      .map(({ side, spells }) => `${grouped(spells)} ${side}`)
      .join(' ') || '-'
  );
}
