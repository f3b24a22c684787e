import { duration, grouped, shortSize, socket } from '../../phrases.ts';
import type { FindingPayload, TablePayload } from '../payload.ts';

/** A row of the table, by its place in the payload's columns. */
export type Row = number;

export interface Column {
  readonly title: string;
  readonly numeric?: boolean;
  readonly text: (row: Row) => string;
  /** What it is sorted by. */
  readonly key: (row: Row) => number | string;
}

/** Connections with a severity come first where it is sorted by findings. */
const WEIGHTS = { error: 1e9, warning: 1e6, note: 1e3 } as const;

/** What each column shows of a row. `found`: the findings of connections. */
export function columnsOf(
  { columns, hosts, states }: TablePayload,
  found: ReadonlyMap<number, readonly FindingPayload[]>,
): Column[] {
  const findingsOf = (row: Row): readonly FindingPayload[] => found.get(columns.connection[row]!) ?? [];
  const value = (name: keyof typeof columns) => (row: Row) => columns[name][row]!;
  const number = (name: keyof typeof columns, title: string, text: (value: number) => string): Column => ({
    title,
    numeric: true,
    text: (row) => (columns[name][row] === null ? '–' : text(columns[name][row]!)),
    key: (row) => columns[name][row] ?? -1,
  });
  const end = (side: 'client' | 'server'): Column => ({
    title: side,
    text: (row) => socketOf(hosts[value(side)(row)]!, value(`${side}Port`)(row)),
    key: (row) => socketOf(hosts[value(side)(row)]!, value(`${side}Port`)(row)),
  });
  const bytes = (n: number): string => (n === 0 ? '–' : shortSize(n));
  const state = (row: Row): string => {
    const [client, server] = [states[value('clientState')(row)]!, states[value('serverState')(row)]!];
    return client === server ? client : `${client} / ${server}`;
  };
  return [
    { title: 'number', numeric: true, text: (row) => String(value('connection')(row)), key: value('connection') },
    end('client'),
    end('server'),
    {
      title: 'findings',
      text: (row) => [...new Set(findingsOf(row).map(({ rule }) => rule))].join(' '),
      key: (row) => -findingsOf(row).reduce((sum, { severity }) => sum + WEIGHTS[severity], 0),
    },
    number('start', 'begins', (n) => n.toFixed(3)),
    number('duration', 'lasts', duration),
    number('packets', 'packets', grouped),
    number('clientBytes', 'sent', bytes),
    number('serverBytes', 'received', bytes),
    number('retransmissions', 'retrans.', (n) => (n === 0 ? '–' : grouped(n))),
    number('handshake', 'handshake', duration),
    { title: 'last states', text: state, key: state },
  ];
}

/** A name may stand behind the address. */
function socketOf(host: string, port: number): string {
  const [address = '', ...name] = host.split(' ');
  return [socket(address, port), ...name].join(' ');
}
