import type { Side } from './connection.ts';
import type { Moment } from './moment.ts';
import type { StateCounts } from './services.ts';
import type { StateName } from './state.ts';

export interface SocketEnd {
  readonly address: string;
  readonly port: number;
  readonly name?: string;
}

/** Why a row may differ from what the host itself would have shown. */
export type SocketDoubt =
  /** The segment that moved it passed the tap, and nothing proves that it arrived. */
  | 'inferred'
  /** A timer that sends nothing may have ended it: its repeats had stopped, or FIN_WAIT_2 had lasted 60 s. */
  | 'timer'
  /** It was there before the capture began: the state may be older, and some of it guessed. */
  | 'midstream'
  /** A listener shows itself only by answering SYNs: it may be older, and bound to every address. */
  | 'listener';

/** One line of the table that a host would have shown at a moment. */
export interface SocketRow {
  readonly local: SocketEnd;
  /** Null for a listener. */
  readonly peer: SocketEnd | null;
  readonly state: StateName;
  readonly since: Moment;
  /** In this state at that moment, seconds: a lower bound for `midstream` and `listener`. */
  readonly seconds: number;
  /** When 2MSL will have expired; null but in TIME_WAIT. */
  readonly expires: Moment | null;
  readonly role: Side;
  readonly connection: number | null;
  readonly stream: number | null;
  readonly doubt: SocketDoubt | null;
}

/** What `netstat -ant` would have shown on a host. */
export interface SocketTable {
  /** Addresses of the host. */
  readonly hosts: readonly string[];
  /** So many hosts had sockets; this one was chosen because it had the most. Null where it was named. */
  readonly chosenOf: number | null;
  readonly at: Moment;
  readonly sockets: readonly SocketRow[];
}

/** The same over time, as counts. */
export interface SocketCounts {
  readonly hosts: readonly string[];
  readonly chosenOf: number | null;
  readonly counts: StateCounts;
}
