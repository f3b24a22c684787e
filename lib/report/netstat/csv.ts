import type { SocketTable } from '../../facts/sockets.ts';
import { csvRows } from '../flat-csv.ts';
import type { RowFormat } from '../format.ts';
import { socketShape, socketsOf } from '../shape/socket.ts';

const ENDS = ['local', 'peer'].flatMap((end) => ['address', 'port', 'name'].map((name) => `${end}.${name}`));
const COLUMNS = ['at', ...ENDS, 'state', 'since', 'seconds', 'expires', 'role', 'connection', 'stream', 'doubt'];

export const open = (): RowFormat<SocketTable> => socketsOf(csvRows(COLUMNS, socketShape));
