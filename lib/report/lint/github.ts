import type { Report } from '../../facts/report.ts';
import { SEVERITIES, type Severity } from '../../facts/rule.ts';
import { annotation, annotationProperty } from '../escape.ts';
import { count, list } from '../phrases.ts';
import { type LintPage, repositoryPath } from './format.ts';

/** GitHub shows ten annotations of each level and step. */
const SHOWN = 10;
const COMMAND: { readonly [severity in Severity]: string } = { error: 'error', warning: 'warning', note: 'notice' };

/** Workflow commands, which GitHub shows as annotations; those that it would drop are counted in a last line. */
export function render(report: Report, page: LintPage): string {
  const lines = SEVERITIES.flatMap((severity) =>
    report.findings
      .filter((finding) => finding.severity === severity)
      .slice(0, SHOWN)
      .map(({ capture, frames, rule, message }) => {
        const file = annotationProperty(repositoryPath(capture, page.directory));
        const place = `file=${file},line=${Math.max(1, frames.first)},title=${annotationProperty(rule)}`;
        return `::${COMMAND[severity]} ${place}::${annotation(message)}`;
      }),
  );
  const unread = report.summary.failures.map(
    ({ path, reason }) => `::error title=unreadable::${annotation(`${path}: ${reason}`)}`,
  );
  const dropped = SEVERITIES.filter((severity) => report.summary[severity] > SHOWN).map((severity) =>
    count(report.summary[severity] - SHOWN, `more ${severity}`),
  );
  const rest = dropped.length === 0 ? [] : [`${list(dropped)}: see the step summary, or --format pretty`];
  return [...lines, ...unread, ...rest].map((line) => `${line}\n`).join('');
}
