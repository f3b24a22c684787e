import type { SocketTable } from '../../facts/sockets.ts';
import type { RowFormat } from '../format.ts';
import { ndjsonRows, shaped } from '../rows.ts';
import { socketShape, socketsOf } from '../shape/socket.ts';

export const open = (): RowFormat<SocketTable> => socketsOf(ndjsonRows(shaped(socketShape)));
