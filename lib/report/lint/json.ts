import type { Report } from '../../facts/report.ts';
import { json } from '../escape.ts';
import { captureShape } from '../shape/capture.ts';
import { findingShape } from '../shape/finding.ts';
import { ruleRunShape } from '../shape/rule.ts';

/** The whole report as one document. */
export function render(report: Report): string {
  const document = {
    schemaVersion: report.schemaVersion,
    tool: report.tool,
    captures: report.captures.map(captureShape),
    rules: report.rules.map(ruleRunShape),
    findings: report.findings.map(findingShape),
    ...(report.suppressions === undefined ? {} : { suppressions: report.suppressions }),
    summary: report.summary,
  };
  return `${json(document, 2)}\n`;
}
