import { after } from '../../facts/moment.ts';
import type { SocketCounts } from '../../facts/sockets.ts';
import type { StateName } from '../../facts/state.ts';
import type { Origin, RowFormat } from '../format.ts';
import { sparkline } from '../layout/sparkline.ts';
import { wrap } from '../layout/wrap.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { count, duration, grouped } from '../phrases.ts';
import { COUNTED_STATES } from '../shape/socket.ts';
import { hostText } from './table.ts';

const GAP = '  ';
/** The chart is no wider than this: a line of bars that is longer is hard to follow. */
const MOST_BARS = 120;

/** A line per moment, and at the end a chart, a line per state. */
export function open(options: PageOptions): RowFormat<SocketCounts> {
  const page = openPage(options);
  let separator = '';
  return {
    head: () => '',
    row(series, origin) {
      const text =
        separator + heading(series, page, origin) + table(series, page, origin) + chart(series, page, options);
      separator = '\n';
      return text;
    },
    tail: () => '',
  };
}

function heading({ hosts, chosenOf, counts }: SocketCounts, page: Page, origin: Origin): string {
  const capture = origin.several ? `${page.text(origin.path)}: ` : '';
  const text = `${capture}sockets of ${hostText(hosts, chosenOf)}, every ${duration(counts.every)}`;
  return `${page.ink.bold(wrap(page.text(text), page.width).join('\n'))}\n`;
}

function shownStates({ counts }: SocketCounts): StateName[] {
  return COUNTED_STATES.filter((state) => counts.counts[state] !== undefined);
}

/** Names of states stand in two lines, `FIN_` over `WAIT_1`: all of them fit 80 columns. */
function table(series: SocketCounts, page: Page, origin: Origin): string {
  const { start, every, samples, counts } = series.counts;
  const states = shownStates(series);
  if (states.length === 0) return 'no socket at any of these times\n';
  const times = Array.from({ length: samples }, (_, i) => page.time(after(start, i * every), origin.start));
  const columns = [
    { head: ['', 'time'], cells: times },
    ...states.map((state) => ({ head: twoLines(state), cells: counts[state]!.map(grouped) })),
  ].map((column) => {
    const widest = column.cells.reduce((most, cell) => Math.max(most, cell.length), 0);
    return { ...column, width: Math.max(widest, ...column.head.map((text) => text.length)) };
  });
  const line = (text: (column: (typeof columns)[number]) => string): string =>
    columns
      .map((column) => text(column).padStart(column.width))
      .join(GAP)
      .trimEnd();
  const head = [0, 1].map((row) => page.ink.dim(line((column) => column.head[row]!)));
  const rows = times.map((_, i) => line((column) => column.cells[i]!));
  return [...head, ...rows].map((text) => `${text}\n`).join('');
}

function twoLines(state: StateName): string[] {
  const cut = state.indexOf('_') + 1;
  return cut === 0 ? ['', state] : [state.slice(0, cut), state.slice(cut)];
}

function chart(series: SocketCounts, page: Page, { unicode }: PageOptions): string {
  const states = shownStates(series);
  if (states.length === 0) return '';
  const label = Math.max(...states.map((state) => state.length));
  const peaks = states.map((state) => `peak ${grouped(peakOf(series, state))}`);
  const room = page.width - label - Math.max(...peaks.map((text) => text.length)) - 2 * GAP.length;
  const bars = Math.max(10, Math.min(room, MOST_BARS));
  const lines = states.map((state, i) => {
    const drawn = sparkline(series.counts.counts[state]!, bars, unicode);
    return `${state.padEnd(label)}${GAP}${drawn}${GAP}${page.ink.dim(peaks[i]!)}`;
  });
  const { samples, every } = series.counts;
  const foot = page.ink.dim(
    `${count(samples, 'moment')}, ${duration((samples - 1) * every)}; each line by its own peak`,
  );
  return `\n${[...lines, foot].map((text) => `${text}\n`).join('')}`;
}

function peakOf({ counts }: SocketCounts, state: StateName): number {
  return counts.counts[state]!.reduce((most, value) => Math.max(most, value), 0);
}
