import type { EndpointFacts, Side } from '../../facts/connection.ts';
import type { Finding } from '../../facts/finding.ts';
import type { Incident, Series } from '../../facts/incident.ts';
import type { StateName } from '../../facts/state.ts';

/**
 * What the page's script reads: the incident as compact JSON, in columns. Every text in it has passed `plain`, and the script
 * shows it as text alone. Times are seconds since the capture's first packet, unless something else is said.
 */
export interface Payload {
  readonly length: number;
  readonly findings: readonly FindingPayload[];
  readonly activity: Incident['activity'];
  readonly table: TablePayload;
  /** Numbers of the connections that have a page, worst first. */
  readonly pages: readonly number[];
}

export interface FindingPayload {
  readonly id: number;
  readonly rule: string;
  readonly severity: Finding['severity'];
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly connections: readonly number[];
}

/** A column of the table per name, all of one length. */
export interface TablePayload {
  /** Connections in the capture, which may be more than the table has. */
  readonly total: number;
  readonly states: readonly StateName[];
  /** Addresses, with names where they are known; `client` and `server` point here. */
  readonly hosts: readonly string[];
  readonly columns: TableColumns;
}

export const TABLE_COLUMNS = [
  'connection',
  'stream',
  'client',
  'clientPort',
  'server',
  'serverPort',
  'start',
  'duration',
  'packets',
  'clientBytes',
  'serverBytes',
  'retransmissions',
  'handshake',
  'clientState',
  'serverState',
] as const;
export type TableColumns = { readonly [name in (typeof TABLE_COLUMNS)[number]]: readonly (number | null)[] };

/** One connection. Times since its first segment. */
export interface PagePayload {
  readonly connection: number;
  readonly start: number;
  readonly duration: number;
  /** Until when it was watched. */
  readonly until: number;
  readonly title: string;
  /** What it was, a line each. */
  readonly remarks: readonly string[];
  readonly ends: { readonly [side in Side]: EndPayload };
  readonly findings: readonly number[];
  readonly points: PointColumns;
  /** Segments in all, and those that no point stands for. */
  readonly segments: number;
  readonly leftOut: number;
  readonly rtt: { readonly [side in Side]: readonly [times: readonly number[], seconds: readonly number[]] };
  readonly throughput: { readonly [side in Side]: Series };
}

export interface EndPayload {
  readonly name: string;
  readonly spells: readonly SpellPayload[];
  readonly facts: Pick<
    EndpointFacts,
    | 'packets'
    | 'bytes'
    | 'uniqueBytes'
    | 'retransmissions'
    | 'spurious'
    | 'reordered'
    | 'duplicates'
    | 'mss'
    | 'windowScale'
    | 'maxWindow'
    | 'sackPermitted'
    | 'timestamps'
    | 'zeroWindowTime'
    | 'rtt'
    | 'limitedBy'
  >;
}

export interface SpellPayload {
  readonly state: StateName;
  readonly start: number;
  /** Null: still so when the capture ended. */
  readonly end: number | null;
  readonly frame: number | null;
  readonly cause: string;
  readonly inferred: boolean;
}

/** Points in columns. `frame`, `time` (microseconds), `seq`, `ack` and `window` are differences from the point before of the same sender. */
export interface PointColumns {
  /** Bits: 1 from the server, 2 acknowledges, 4 tells its window. */
  readonly kind: readonly number[];
  readonly flags: readonly number[];
  readonly frame: readonly number[];
  readonly time: readonly number[];
  readonly seq: readonly number[];
  readonly length: readonly number[];
  readonly ack: readonly number[];
  readonly window: readonly number[];
  readonly flight: readonly number[];
  /** The few that have more to say: index, then what it is. */
  readonly verdicts: readonly (readonly [at: number, mark: string, text: string])[];
  readonly sacks: readonly (readonly number[])[];
  readonly stands: readonly (readonly [at: number, segments: number])[];
}

export const FROM_SERVER = 1;
export const ACKS = 2;
export const TELLS_WINDOW = 4;
