import type { Moment } from './moment.ts';
import type { Severity } from './rule.ts';
import type { StateName } from './state.ts';

/** How long something took, many times over: seconds. */
export interface TimesFacts {
  readonly samples: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** [seconds, how many], ascending: the times themselves while they are few, middles of narrow classes beyond. */
  readonly histogram: readonly (readonly [number, number])[];
}

/** How long endpoints of one side stayed in a state, a spell each. */
export interface DwellFacts extends TimesFacts {
  /** Spells that went on when the capture ended: their times are lower bounds. */
  readonly open: number;
}

/** All connections to one server address and port (docs/schema/services.json). Shares follow from the counts. */
export interface ServiceRow {
  readonly server: { readonly address: string; readonly port: number; readonly name?: string };
  readonly connections: number;
  /** Connections whose first SYN is in the capture; shares of refused, unanswered and incomplete ones are of these. */
  readonly begun: number;
  readonly completed: number;
  readonly refused: number;
  /** Nothing came back from the server. */
  readonly unanswered: number;
  /** Ended by an accepted RST that was no refusal. */
  readonly reset: number;
  /** First SYN to the ACK that completed the handshake. */
  readonly handshake: TimesFacts | null;
  /** Request's last byte to response's first byte, less the path's round trip. */
  readonly response: TimesFacts | null;
  readonly packets: number;
  /** Payload sent at least once, both ways, and what was sent again. */
  readonly uniqueBytes: number;
  readonly retransmittedBytes: number;
  /** Segments with payload, both ways; segments sent again, and the runs that they came in. */
  readonly dataSegments: number;
  readonly retransmissions: number;
  readonly retransmissionRuns: number;
  readonly closeWait: { readonly client: DwellFacts | null; readonly server: DwellFacts | null };
  readonly timeWait: { readonly client: DwellFacts | null; readonly server: DwellFacts | null };
  /** Rules that found something here, worst first; connections concerned. */
  readonly findings: readonly ServiceFinding[];
}

export interface ServiceFinding {
  readonly rule: string;
  readonly severity: Severity;
  /** Findings, and connections of this service that they are about (0: about the service as a whole). */
  readonly count: number;
  readonly connections: number;
}

/**
 * How many endpoints were in each state at moments `every` seconds apart, the first at `start`. CLOSED and LISTEN are
 * left out, and states in which no endpoint was met at any of these moments.
 */
export interface StateCounts {
  readonly start: Moment;
  readonly every: number;
  readonly samples: number;
  readonly counts: { readonly [state in StateName]?: readonly number[] };
}
