import { secondsBetween } from '../../facts/moment.ts';
import type { RowFormat } from '../format.ts';
import { type TableColumn, table } from '../layout/table.ts';
import { openPage, type PageOptions } from '../page.ts';
import { duration, grouped, socket } from '../phrases.ts';
import type { FlowRow } from '../shape/flow.ts';

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

/** Rows that are laid out together: a longer list comes in sheets, so that memory stays bounded. */
const SHEET = 2000;

/** The columns that fit the terminal. */
export function open(options: PageOptions): RowFormat<FlowRow> {
  const page = openPage(options);
  let sheet: string[][] = [];
  const print = (): string => {
    const text = table(COLUMNS, sheet, page.width, page);
    sheet = [];
    return text;
  };
  return {
    head: () => '',
    row({ facts, findings = [] }, origin) {
      const { client, server } = facts;
      const bytes = (n: number): string => grouped(n);
      sheet.push([
        String(facts.connection),
        page.time(facts.start, origin.start),
        duration(secondsBetween(facts.start, facts.end)),
        page.text(socket(client.address, client.port)),
        page.text(socket(server.address, server.port)),
        `${client.finalState}/${server.finalState}`,
        bytes(client.bytes),
        bytes(server.bytes),
        grouped(client.retransmissions + server.retransmissions),
        facts.closedBy === null ? '-' : `${facts.closedBy}${facts.closeKind === 'reset' ? ' (reset)' : ''}`,
        findings.join(' '),
      ]);
      return sheet.length === SHEET ? print() : '';
    },
    tail: () => (sheet.length === 0 ? '' : print()),
  };
}
