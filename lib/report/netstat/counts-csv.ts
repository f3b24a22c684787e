import type { SocketCounts } from '../../facts/sockets.ts';
import { csvRows } from '../flat-csv.ts';
import type { RowFormat } from '../format.ts';
import { COUNTED_STATES, countsOf, countsShape } from '../shape/socket.ts';

const COLUMNS = ['time', 'hosts', ...COUNTED_STATES];

export const open = (): RowFormat<SocketCounts> =>
  countsOf(
    csvRows(COLUMNS, (row) => {
      const { states, ...rest } = countsShape(row);
      return { ...rest, ...states };
    }),
  );
