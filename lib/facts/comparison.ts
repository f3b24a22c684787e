import type { Moment } from './moment.ts';
import type { Family, Severity } from './rule.ts';
import type { SocketEnd } from './sockets.ts';

/** `unclear`: different, but by chance for all that is known. `same`: not different enough to matter. */
export type Outcome = 'better' | 'worse' | 'unclear' | 'same';

/** Two captures against each other: what got better and worse (docs/compare.md). */
export interface Comparison {
  readonly before: ComparedCapture;
  readonly after: ComparedCapture;
  /** Of the changes called better or worse, this share at most is expected to be chance. */
  readonly falseDiscoveryRate: number;
  /** Tests made. */
  readonly tests: number;
  readonly services: readonly ServiceComparison[];
  readonly rules: readonly RuleComparison[];
  readonly summary: {
    readonly better: number;
    readonly worse: number;
    readonly unclear: number;
    /** What got worse, by severity. */
    readonly error: number;
    readonly warning: number;
    readonly note: number;
  };
}

export interface ComparedCapture {
  readonly path: string;
  readonly packets: number;
  readonly connections: number;
  readonly start: Moment | null;
  readonly end: Moment | null;
}

export interface ServiceComparison {
  /** The service in each capture; null where it is not there. */
  readonly before: SocketEnd | null;
  readonly after: SocketEnd | null;
  /** What makes them one service; null where there is one alone. */
  readonly matchedBy: 'address' | 'name' | 'port' | null;
  readonly connections: { readonly before: number; readonly after: number };
  readonly measures: readonly MeasureComparison[];
}

export type MeasureName =
  | 'refused'
  | 'unanswered'
  | 'reset'
  | 'retransmitted'
  | 'handshakeMedian'
  | 'handshakeTail'
  | 'responseMedian'
  | 'responseTail';

/** One figure of a service. More is worse, of all of them. */
export interface MeasureComparison extends Judged {
  readonly measure: MeasureName;
  /** A share (0 to 1), or a time in seconds. */
  readonly kind: 'share' | 'time';
  readonly before: Estimate | null;
  readonly after: Estimate | null;
}

/** A figure, how many things it was taken from, and the interval that holds the true one 19 times of 20. */
export interface Estimate {
  readonly value: number;
  readonly samples: number;
  readonly low: number;
  readonly high: number;
}

export interface RuleComparison extends Judged {
  readonly rule: string;
  readonly family: Family;
  readonly before: RuleCount;
  readonly after: RuleCount;
}

export interface RuleCount {
  readonly findings: number;
  /** Connections concerned. */
  readonly connections: number;
  /** Of the worst finding; null without any. */
  readonly severity: Severity | null;
}

interface Judged {
  readonly outcome: Outcome;
  /** Chance of a difference like this if nothing had changed; null where no test was made. */
  readonly p: number | null;
  /** How bad it is that it got worse, or would be, if it did; null for what says something of the capture alone. */
  readonly severity: Severity | null;
}
