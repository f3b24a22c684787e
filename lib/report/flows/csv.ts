import { csvRows } from '../flat-csv.ts';
import type { RowFormat } from '../format.ts';
import { type FlowRow, flowOf } from '../shape/flow.ts';

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
  'onlyZeek',
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

export const open = (): RowFormat<FlowRow> => csvRows(COLUMNS, flowOf);
