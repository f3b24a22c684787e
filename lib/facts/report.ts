import type { CaptureFacts } from './capture.ts';
import type { Finding } from './finding.ts';
import type { RuleMeta, Severity } from './rule.ts';

export const SCHEMA_VERSION = '1.0';

/** Who made an output. The version is package.json's: a test holds them together. */
export const TOOL = { name: 'tcplint', version: '0.1.0' } as const;

/** A rule in this run: what it is, and whether it ran. */
export interface RuleRun {
  readonly meta: RuleMeta;
  readonly severity: Severity;
  /** Why it did not run (at all, or on how many connections); null when it ran everywhere. */
  readonly skipped: string | null;
}

/** The result of a lint run: everything a format needs, so that formats judge nothing. */
export interface Report {
  readonly schemaVersion: string;
  readonly tool: { readonly name: string; readonly version: string };
  readonly captures: readonly CaptureFacts[];
  readonly rules: readonly RuleRun[];
  readonly findings: readonly Finding[];
  /** Comments in the captures that take findings back, or would; absent where there are none. */
  readonly suppressions?: readonly Suppressed[];
  readonly summary: Summary;
}

/** A comment in a capture: `tcplint-ignore RULE: REASON`. */
export interface Suppressed {
  readonly capture: string;
  readonly rule: string;
  readonly reason: string;
  /** The frame that it stands on; null for a whole section. */
  readonly frame: number | null;
  /** It was asked to be listened to. */
  readonly honoured: boolean;
  /** Findings that it took back. */
  readonly findings: number;
}

export interface Summary {
  readonly error: number;
  readonly warning: number;
  readonly note: number;
  /** Findings left out because a baseline accepts them; absent without one. */
  readonly accepted?: number;
  /** Findings that comments in the captures took back; absent where there are no such comments. */
  readonly suppressed?: number;
  /** Inputs that could not be read: the others are still reported. */
  readonly failures: readonly { readonly path: string; readonly reason: string }[];
}
