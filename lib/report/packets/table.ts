import type { RowFormat } from '../format.ts';
import { type Column, fitting, line } from '../layout/columns.ts';
import { wrap } from '../layout/wrap.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { sections } from '../sections.ts';
import type { PacketLine } from '../shape/packet.ts';
import { RelativeNumbers } from './relative.ts';
import { shortVerdictText, verdictText } from './verdict-text.ts';

const MARGIN = ' '.repeat(8);

/** A line per segment, written as they come; sequence numbers count from each side's first. */
export function open(options: PageOptions): RowFormat<PacketLine> {
  const page = openPage(options);
  return sections(page, () => openTable(page, options));
}

function openTable(page: Page, options: PageOptions): RowFormat<PacketLine> {
  const numbers = new RelativeNumbers();
  const narrow = page.width < 110;
  const verdict = narrow ? shortVerdictText : verdictText;
  let time = '';
  const all: readonly Column<PacketLine>[] = [
    { title: 'frame', width: 7, align: 'right', cell: (row) => String(row.frame) },
    { title: 'time', width: options.timeFormat === 'relative' ? 11 : 27, align: 'right', cell: () => time },
    { title: 'conn', width: 4, align: 'right', cell: (row) => String(row.connection) },
    { title: 'from', width: 6, cell: (row) => row.from },
    { title: 'flags', width: 7, cell: (row) => row.flags.join(' ') },
    { title: 'seq', width: 10, align: 'right', cell: (row) => String(numbers.seq(row)) },
    { title: 'ack', width: 10, align: 'right', rank: 1, cell: (row) => String(numbers.ack(row) ?? '') },
    { title: 'bytes', width: 5, align: 'right', cell: (row) => (row.length === 0 ? '' : String(row.length)) },
    { title: 'window', width: 8, align: 'right', rank: 2, cell: windowText },
    { title: 'client state', width: 12, rank: 4, cell: (row) => row.clientState },
    { title: 'server state', width: 12, rank: 4, cell: (row) => row.serverState },
    { title: 'verdict', width: narrow ? 15 : 32, cell: (row) => verdict(row.verdict) },
    { title: 'wireshark', width: 16, rank: 5, cell: (row) => (row.analysis ?? []).join(' ') },
  ];
  const columns = fitting(all, page.width);
  return {
    head: () => `${page.ink.dim(line(columns, ({ title }) => title, page.width))}\n`,
    skip: (row) => numbers.see(row),
    row(row, origin) {
      numbers.see(row);
      time = page.time(row.time, origin.start);
      const text = line(columns, ({ cell }) => cell(row), page.width);
      const painted = `${row.verdict === null ? text : page.ink.yellow(text)}\n`;
      if (row.difference === undefined) {
        return painted;
      }
      const labels = row.analysis === undefined || row.analysis.length === 0 ? 'no label' : row.analysis.join(' ');
      const why = wrap(page.text(`Wireshark: ${labels}. ${row.difference}`), Math.min(page.width, 100) - MARGIN.length);
      return painted + why.map((each) => `${MARGIN}${page.ink.dim(each)}\n`).join('');
    },
    tail: () => '',
  };
}

/** A window whose scale was never seen is the bare field, and says so. */
function windowText(row: PacketLine): string {
  return row.windowScaled ? String(row.window) : `${row.window}?`;
}
