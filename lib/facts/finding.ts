import type { Moment } from './moment.ts';
import type { Severity } from './rule.ts';
import type { Confidence } from './verdict.ts';

export type Evidence = { readonly [name: string]: number | string | boolean | null | readonly (number | string)[] };

export interface FindingEndpoint {
  readonly address: string;
  readonly port: number;
  readonly name?: string;
  readonly role: 'client' | 'server' | 'host';
}

/** The rule of expectations that are not met: they fail a run whatever else it fails on, and no baseline accepts them. */
export const UNMET = 'expect';

/** A finding as every output carries it (docs/schema/lint.json). Times are moments here; formats print them. */
export interface Finding {
  /** Ordinal in this run, from 1. */
  readonly id: number;
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** One sentence: who did what, where, how much. */
  readonly message: string;
  readonly capture: string;
  readonly connections: readonly number[];
  readonly streams: readonly number[];
  readonly endpoints: readonly FindingEndpoint[];
  readonly frames: {
    readonly first: number;
    readonly last: number;
    readonly count: number;
    readonly examples: readonly number[];
  };
  readonly start: Moment;
  readonly end: Moment;
  /** The capture's end cut it short: durations are lower bounds. */
  readonly lowerBound: boolean;
  readonly impact: { readonly seconds?: number; readonly bytes?: number; readonly connections?: number };
  readonly evidence: Evidence;
  readonly likelyCauses: readonly string[];
  readonly nextSteps: readonly string[];
  /** A Wireshark display filter. */
  readonly filter: string;
  readonly docs: string;
  readonly fingerprint: string;
}
