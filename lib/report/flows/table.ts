import type { RowFormat } from '../format.ts';
import { RowTable, type TableColumn } from '../layout/table.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { duration, grouped, socket } from '../phrases.ts';
import { sections } from '../sections.ts';
import { type FlowRow, flowOf } from '../shape/flow.ts';

const COLUMNS: readonly TableColumn[] = [
  { title: 'conn', align: 'right' },
  { title: 'start', align: 'right', rank: 3 },
  { title: 'duration', align: 'right', rank: 4 },
  { title: 'client' },
  { title: 'server' },
  { title: 'states (client/server)', rank: 1 },
  { title: 'bytes out', align: 'right', rank: 5 },
  { title: 'bytes in', align: 'right', rank: 5 },
  { title: 'rexmit', align: 'right', rank: 6 },
  { title: 'closed by', rank: 7 },
  { title: 'findings', rank: 2, flexible: 12 },
];

/** The columns that fit the terminal. */
export function open(options: PageOptions): RowFormat<FlowRow> {
  const page = openPage(options);
  return sections(page, () => openTable(page));
}

function openTable(page: Page): RowFormat<FlowRow> {
  const table = new RowTable(COLUMNS, page);
  return {
    head: () => '',
    row(row, origin) {
      if (row.onlyZeek) return '';
      const flow = flowOf(row);
      const [seconds, nanos] = flow.start.split('.').map(Number);
      return table.add([
        String(flow.connection),
        page.time({ seconds: seconds!, nanos: nanos! }, origin.start),
        duration(flow.duration),
        page.text(socket(flow.client.address, flow.client.port)),
        page.text(socket(flow.server.address, flow.server.port)),
        `${flow.states.client}/${flow.states.server}`,
        grouped(flow.fromClient.bytes),
        grouped(flow.fromServer.bytes),
        grouped(flow.fromClient.retransmissions + flow.fromServer.retransmissions),
        flow.closedBy === null ? '-' : `${flow.closedBy}${flow.closeKind === 'reset' ? ' (reset)' : ''}`,
        flow.findings.join(' '),
      ]);
    },
    tail: () => table.end(),
  };
}
