import { type Finding, UNMET } from '../facts/finding.ts';
import { SCHEMA_VERSION } from '../facts/report.ts';
import { isObject } from './read.ts';

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
    return rule !== UNMET && entry?.rule === rule && seen.get(fingerprint)! <= entry.count;
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
  const acceptable = findings.filter(({ rule }) => rule !== UNMET);
  for (const finding of acceptable.toSorted((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1))) {
    const { fingerprint, rule, message } = finding;
    const count = (accepted[fingerprint]?.count ?? 0) + occurrences(finding);
    accepted[fingerprint] = { rule, count, message: accepted[fingerprint]?.message ?? message };
  }
  return { schemaVersion: SCHEMA_VERSION, accepted };
}

/** Null for what is no baseline. */
export function parseBaseline(value: unknown): Baseline | null {
  if (!isObject(value) || !isObject(value.accepted)) return null;
  const isEntry = (entry: unknown): boolean =>
    isObject(entry) && typeof entry.rule === 'string' && typeof entry.count === 'number';
  return Object.values(value.accepted).every(isEntry) ? (value as unknown as Baseline) : null;
}
