import type { Report } from '../../facts/report.ts';
import { json } from '../escape.ts';
import { findingShape } from '../shape/finding.ts';

/** A line per finding. */
export function render(report: Report): string {
  return report.findings.map((finding) => `${json(findingShape(finding))}\n`).join('');
}
