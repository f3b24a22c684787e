import type { Report } from '../../facts/report.ts';
import { openPage, type PageOptions } from '../page.ts';

/** A line per finding, for people and `grep`: `FILE:FRAME: severity: sentence [rule]`; without a frame, none. */
export function render(report: Report, options: PageOptions): string {
  const page = openPage(options);
  return report.findings
    .map((finding) => {
      const { first } = finding.frames;
      const place = `${page.text(finding.capture)}:${first === 0 ? '' : `${first}:`}`;
      const severity = page.severity(finding.severity, `${finding.severity}:`);
      return `${page.ink.dim(place)} ${severity} ${page.text(finding.message)} ${page.ink.dim(`[${finding.rule}]`)}\n`;
    })
    .join('');
}
