import { after, epoch, type Moment } from '../../facts/moment.ts';
import type { SocketCounts, SocketRow, SocketTable } from '../../facts/sockets.ts';
import { STATE_NAMES, type StateName } from '../../facts/state.ts';
import type { RowFormat } from '../format.ts';

/** A socket, and when it was so. */
export interface SocketAt {
  readonly at: Moment;
  readonly socket: SocketRow;
}

export function socketShape({ at, socket }: SocketAt) {
  return {
    at: epoch(at),
    local: socket.local,
    peer: socket.peer,
    state: socket.state,
    since: epoch(socket.since),
    seconds: socket.seconds,
    expires: socket.expires && epoch(socket.expires),
    role: socket.role,
    connection: socket.connection,
    stream: socket.stream,
    doubt: socket.doubt,
  };
}

/** A format of sockets, as one of tables: each socket is a row. */
export function socketsOf(format: RowFormat<SocketAt>): RowFormat<SocketTable> {
  return {
    head: () => format.head(),
    row: ({ at, sockets }, origin) => sockets.map((socket) => format.row({ at, socket }, origin)).join(''),
    tail: (captures) => format.tail(captures),
  };
}

/** States that are counted, in the order of a connection's life. */
export const COUNTED_STATES: readonly StateName[] = STATE_NAMES.filter(
  (name) => name !== 'CLOSED' && name !== 'LISTEN',
);

/** The counts at one moment. */
export interface CountsAt {
  readonly hosts: readonly string[];
  readonly time: Moment;
  readonly states: { readonly [state: string]: number };
}

export function countsShape({ hosts, time, states }: CountsAt) {
  return { time: epoch(time), hosts, states };
}

/** Every state at every moment: a chart needs its zeros. */
export function* countsAt({ hosts, counts }: SocketCounts): Generator<CountsAt> {
  for (let i = 0; i < counts.samples; i++) {
    const states = Object.fromEntries(COUNTED_STATES.map((state) => [state, counts.counts[state]?.[i] ?? 0]));
    yield { hosts, time: after(counts.start, i * counts.every), states };
  }
}

/** A format of counts at one moment, as one of whole series. */
export function countsOf(format: RowFormat<CountsAt>): RowFormat<SocketCounts> {
  return {
    head: () => format.head(),
    row(series, origin) {
      let text = '';
      for (const each of countsAt(series)) text += format.row(each, origin);
      return text;
    },
    tail: (captures) => format.tail(captures),
  };
}
