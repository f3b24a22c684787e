import { epoch } from '../../facts/moment.ts';
import type { SocketDoubt, SocketRow, SocketTable } from '../../facts/sockets.ts';
import type { Origin, RowFormat } from '../format.ts';
import { endCell } from '../layout/end-cell.ts';
import { RowTable, type TableColumn } from '../layout/table.ts';
import { wrap } from '../layout/wrap.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { count, duration, list } from '../phrases.ts';
import { COUNTED_STATES } from '../shape/socket.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'local address' },
  { title: 'peer address' },
  { title: 'state' },
  { title: 'for', align: 'right' },
  { title: 'doubt', rank: 1 },
  { title: 'conn', align: 'right', rank: 2 },
];

/** The table as `netstat -ant` has it, and how long each socket has been in its state. */
export function open(options: PageOptions): RowFormat<SocketTable> {
  const page = openPage(options);
  let separator = '';
  return {
    head: () => '',
    row(table, origin) {
      const rows = new RowTable(COLUMNS, page);
      const lines = table.sockets.map((each) => rows.add(cells(each, page))).join('') + rows.end();
      const text = `${separator}${heading(table, page, origin)}${lines}${legend(table.sockets, page)}`;
      separator = '\n';
      return text;
    },
    tail: () => '',
  };
}

/** `10.0.0.2 at 12.500000 s: 1 LISTEN, 3 ESTABLISHED`. */
function heading({ hosts, chosenOf, at, sockets }: SocketTable, page: Page, origin: Origin): string {
  const capture = origin.several ? `${page.text(origin.path)}: ` : '';
  const states = ['LISTEN', ...COUNTED_STATES].flatMap((state) => {
    const found = sockets.filter((each) => each.state === state).length;
    return found === 0 ? [] : [`${found} ${state}`];
  });
  const when = origin.start === null ? epoch(at) : page.when(at, origin.start);
  const text = `${capture}${hostText(hosts, chosenOf)} at ${when}: ${states.join(', ') || 'no socket'}`;
  return `${wrap(text, page.width)
    .map((line) => page.ink.bold(line))
    .join('\n')}\n`;
}

/** `10.0.0.2 (of 5 hosts)`: who is meant, and that there are others. */
export function hostText(hosts: readonly string[], chosenOf: number | null): string {
  const others = chosenOf === null || chosenOf < 2 ? '' : ` (the busiest of ${count(chosenOf, 'host')}; see --host)`;
  return (hosts.length === 0 ? 'any host' : list(hosts)) + others;
}

function cells(each: SocketRow, page: Page): string[] {
  const older = each.doubt === 'midstream' || each.doubt === 'listener' ? '≥' : '';
  return [
    endCell(each.local, page),
    each.peer === null ? '*' : endCell(each.peer, page),
    each.state,
    page.text(older + duration(each.seconds)),
    each.doubt ?? '',
    each.connection === null ? '' : String(each.connection),
  ];
}

const MEANINGS: { readonly [doubt in SocketDoubt]: string } = {
  inferred: 'what moved it passed the tap, and nothing proves that it arrived',
  timer: 'a timer that sends nothing may have ended it before',
  midstream: 'older than the capture, as far as it shows',
  listener: 'shown by its answers to SYNs: perhaps older, perhaps bound to all addresses',
};

function legend(sockets: readonly SocketRow[], page: Page): string {
  const met = (Object.keys(MEANINGS) as SocketDoubt[]).filter((doubt) => sockets.some((each) => each.doubt === doubt));
  if (met.length === 0) return '';
  const lines = met.map((doubt) => {
    const found = sockets.filter((each) => each.doubt === doubt).length;
    return `${doubt} (${count(found, 'socket')}): ${MEANINGS[doubt]}`;
  });
  const wrapped = lines.flatMap((text) => wrap(text, page.width));
  return `\n${wrapped.map((text) => `${page.ink.dim(page.text(text))}\n`).join('')}`;
}
