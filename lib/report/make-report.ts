import type { CaptureFacts } from '../facts/capture.ts';
import type { Finding } from '../facts/finding.ts';
import { type Report, type RuleRun, SCHEMA_VERSION, type Suppressed, TOOL } from '../facts/report.ts';
import { SEVERITIES, type Severity } from '../facts/rule.ts';

/** What judging one capture gave. */
export interface Judged {
  readonly capture: CaptureFacts;
  readonly findings: readonly Finding[];
  readonly ruleRuns: readonly RuleRun[];
  readonly suppressions?: readonly Suppressed[];
  readonly suppressionProblems?: readonly string[];
}

/** One report of any number of captures: findings in the one order (severity, first frame, rule), numbered anew. */
export function makeReport(judged: readonly Judged[], failures: Report['summary']['failures']): Report {
  const all = judged.flatMap(({ findings }) => findings);
  const suppressions = judged.flatMap((each) => each.suppressions ?? []);
  const suppressed = suppressions.reduce((sum, each) => sum + each.findings, 0);
  const findings = all.toSorted(inOrder).map((finding, i) => ({ ...finding, id: i + 1 }));
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: TOOL,
    captures: judged.map(({ capture }) => capture),
    rules: mergedRuns(judged.map(({ ruleRuns }) => ruleRuns)),
    findings,
    ...(suppressions.length === 0 ? {} : { suppressions }),
    summary: { ...counts(findings), ...(suppressions.length === 0 ? {} : { suppressed }), failures },
  };
}

export function counts(findings: readonly Finding[]): { readonly [severity in Severity]: number } {
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  return { error: count('error'), warning: count('warning'), note: count('note') };
}

function inOrder(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    a.frames.first - b.frames.first ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)
  );
}

/** A rule ran where it ran on any capture; each reason to skip it is told once. */
function mergedRuns(runs: readonly (readonly RuleRun[])[]): RuleRun[] {
  const [first = [], ...others] = runs;
  return first.map((run, i) => {
    const reasons = [run, ...others.map((other) => other[i]!)].map(({ skipped }) => skipped);
    const told = [...new Set(reasons.filter((reason) => reason !== null))];
    return { ...run, skipped: told.length === 0 ? null : told.join('; ') };
  });
}
