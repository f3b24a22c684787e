import { csv } from '../escape.ts';
import type { RowFormat } from '../format.ts';
import { type FlowRow, flowOf } from '../shape/flow.ts';

type Flat = { readonly [column: string]: string | number | boolean | null };

/**
 * The fields of the JSON row in flat columns, nested names joined by a dot, lists by a space. All columns stand in every
 * file: what is not known is empty.
 */
const COLUMNS = [
  'connection',
  'streams',
  'stream',
  'client.address',
  'client.port',
  'client.name',
  'server.address',
  'server.port',
  'server.name',
  'tunnel',
  'roleConfidence',
  'start',
  'end',
  'duration',
  'firstFrame',
  'lastFrame',
  'states.client',
  'states.server',
  'closedBy',
  'closeKind',
  'completeness',
  'connState',
  'history',
  'vantage',
  ...['fromClient', 'fromServer'].flatMap((side) =>
    [
      'packets',
      'bytes',
      'uniqueBytes',
      'retransmissions',
      'retransmittedBytes',
      'reordered',
      'duplicates',
      'zeroWindowTime',
      'maxWindow',
      'mss',
      'windowScale',
      'sackPermitted',
      'timestamps',
    ].map((name) => `${side}.${name}`),
  ),
  ...['rtt', 'clientRtt', 'serverRtt', 'synRetries', 'synAckRetries'].map((name) => `handshake.${name}`),
  ...['fromClient', 'fromServer'].flatMap((side) =>
    ['min', 'p50', 'p95', 'max', 'samples'].map((name) => `rtt.${side}.${name}`),
  ),
  ...['fromClient', 'fromServer'].flatMap((side) =>
    ['application', 'receiveWindow', 'network'].map((name) => `limitedBy.${side}.${name}`),
  ),
  'findings',
];

export function open(): RowFormat<FlowRow> {
  let headed = false;
  const heading = (several: boolean): string => {
    headed = true;
    return `${(several ? ['capture', ...COLUMNS] : COLUMNS).join(',')}\n`;
  };
  return {
    head: () => '',
    row(row, origin) {
      const flat = flatten(flowOf(row));
      const fields = COLUMNS.map((name) => csv(flat[name]));
      const line = `${(origin.several ? [csv(origin.path), ...fields] : fields).join(',')}\n`;
      return headed ? line : heading(origin.several) + line;
    },
    tail: (captures) => (headed ? '' : heading(captures.length > 1)),
  };
}

function flatten(value: object, prefix = ''): Flat {
  return Object.assign(
    {},
    ...Object.entries(value).map(([key, v]) => {
      if (Array.isArray(v)) {
        return { [prefix + key]: v.join(' ') };
      }
      return typeof v === 'object' && v !== null ? flatten(v, `${prefix}${key}.`) : { [prefix + key]: v };
    }),
  );
}
