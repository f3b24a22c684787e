import { existsSync, readFileSync } from 'node:fs';
import type { Finding } from '../facts/finding.ts';
import { SCHEMA_VERSION } from '../facts/report.ts';
import { json } from '../report/escape.ts';
import { CliError } from './exit.ts';
import { FileOutput, reason } from './output.ts';

/** What a project has accepted: findings by fingerprint, each with how often it may occur. */
export interface Baseline {
  readonly schemaVersion: string;
  readonly accepted: { readonly [fingerprint: string]: Accepted };
}

export interface Accepted {
  readonly rule: string;
  readonly count: number;
  /** For the reader of the file; not compared. */
  readonly message: string;
}

export interface Compared {
  /** What the baseline does not cover. */
  readonly findings: readonly Finding[];
  readonly accepted: number;
  /** Entries that no finding answers to any more. */
  readonly stale: readonly string[];
}

/** How often a finding occurs: a fold stands for many. More than were accepted is not accepted. */
export function occurrences({ evidence, impact }: Finding): number {
  return typeof evidence.findings === 'number' ? evidence.findings : (impact.connections ?? 1);
}

export function compareWithBaseline(findings: readonly Finding[], { accepted }: Baseline): Compared {
  const seen = new Map<string, number>();
  for (const finding of findings) {
    seen.set(finding.fingerprint, (seen.get(finding.fingerprint) ?? 0) + occurrences(finding));
  }
  const covered = ({ fingerprint, rule }: Finding): boolean => {
    const entry = Object.hasOwn(accepted, fingerprint) ? accepted[fingerprint] : undefined;
    return entry !== undefined && entry.rule === rule && seen.get(fingerprint)! <= entry.count;
  };
  return {
    findings: findings.filter((finding) => !covered(finding)),
    accepted: findings.filter(covered).length,
    stale: Object.keys(accepted).filter((fingerprint) => !seen.has(fingerprint)),
  };
}

/** Everything found now, to be accepted from now on. In order of fingerprints, so that changes read well. */
export function baselineOf(findings: readonly Finding[]): Baseline {
  const accepted: { [fingerprint: string]: Accepted } = {};
  for (const finding of findings.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))) {
    const { fingerprint, rule, message } = finding;
    const count = (accepted[fingerprint]?.count ?? 0) + occurrences(finding);
    accepted[fingerprint] = { rule, count, message: accepted[fingerprint]?.message ?? message };
  }
  return { schemaVersion: SCHEMA_VERSION, accepted };
}

export function readBaseline(path: string): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const missing = existsSync(path) ? '' : ' (--update-baseline writes it)';
    const why = error instanceof SyntaxError ? `not JSON: ${error.message}` : reason(error) + missing;
    throw new CliError(`${path}: ${why}`);
  }
  if (!isBaseline(value)) {
    throw new CliError(`${path}: not a baseline (--update-baseline writes one)`);
  }
  return value;
}

export async function writeBaseline(path: string, baseline: Baseline): Promise<void> {
  const output = new FileOutput(path);
  output.write(`${json(baseline, 2)}\n`);
  await output.close();
}

function isBaseline(value: unknown): value is Baseline {
  const accepted = (value as Baseline | null)?.accepted;
  return (
    typeof accepted === 'object' &&
    accepted !== null &&
    Object.values(accepted).every(({ rule, count }) => typeof rule === 'string' && typeof count === 'number')
  );
}
