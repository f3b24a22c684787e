import type { Report } from '../../facts/report.ts';
import type { Severity } from '../../facts/rule.ts';
import { json, plain } from '../escape.ts';
import { type LintPage, repositoryPath } from './format.ts';

const SEVERITY: { readonly [severity in Severity]: string } = { error: 'critical', warning: 'major', note: 'info' };

/** GitLab's code-quality report: a list of issues, each with a fingerprint of its own. */
export function render(report: Report, page: LintPage): string {
  const used = new Map<string, number>();
  const issues = report.findings.map((finding) => {
    const path = repositoryPath(finding.capture, page.directory);
    const key = `${finding.fingerprint} ${path}`;
    const times = (used.get(key) ?? 0) + 1;
    used.set(key, times);
    return {
      description: plain(finding.message),
      check_name: finding.rule,
      fingerprint: times === 1 ? key : `${key} ${times}`,
      severity: SEVERITY[finding.severity],
      location: { path: plain(path), lines: { begin: Math.max(1, finding.frames.first) } },
    };
  });
  return `${json(issues, 2)}\n`;
}
