import type { ServiceRow } from '../../facts/services.ts';
import { csvRows } from '../flat-csv.ts';
import type { RowFormat } from '../format.ts';
import { serviceShape } from '../shape/service.ts';

const TIMES = ['samples', 'min', 'p50', 'p95', 'max'];
const DWELL = [...TIMES, 'open'];

const COLUMNS = [
  'server.address',
  'server.port',
  'server.name',
  'connections',
  'begun',
  'completed',
  'refused',
  'refusedShare',
  'unanswered',
  'unansweredShare',
  'reset',
  'resetShare',
  ...TIMES.map((name) => `handshake.${name}`),
  ...TIMES.map((name) => `response.${name}`),
  'packets',
  'uniqueBytes',
  'retransmittedBytes',
  'retransmissionShare',
  'dataSegments',
  'retransmissions',
  ...['closeWait', 'timeWait'].flatMap((state) =>
    ['client', 'server'].flatMap((side) => DWELL.map((name) => `${state}.${side}.${name}`)),
  ),
  'findings',
];

export const open = (): RowFormat<ServiceRow> =>
  csvRows(COLUMNS, (row) => ({ ...serviceShape(row), findings: row.findings.map(({ rule }) => rule) }));
