import type { SocketCounts } from '../../facts/sockets.ts';
import type { RowFormat } from '../format.ts';
import { ndjsonRows, shaped } from '../rows.ts';
import { countsOf, countsShape } from '../shape/socket.ts';

export const open = (): RowFormat<SocketCounts> => countsOf(ndjsonRows(shaped(countsShape)));
