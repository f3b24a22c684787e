import { type Finding, UNMET } from '../../facts/finding.ts';
import type { Report } from '../../facts/report.ts';
import { SEVERITIES, type Severity } from '../../facts/rule.ts';
import type { PageOptions } from '../page.ts';

/** What a format may know of the run besides its result. */
export interface LintPage extends PageOptions {
  /** Findings from this severity on fail the run. */
  readonly failOn: Severity | 'never';
  /** The working directory: paths below it are shown relative to it where a format asks for that. */
  readonly directory: string;
  /** What the findings were narrowed to, in the language of `--where`: nothing found there says nothing of the rest. */
  readonly selection?: string;
}

/** At or above what the run fails on, or an expectation that is not met. */
export function fails({ rule, severity }: Finding, failOn: LintPage['failOn']): boolean {
  return rule === UNMET || (failOn !== 'never' && SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn));
}

/** What the module of a lint format exports. */
export interface LintFormat {
  render(report: Report, page: LintPage): string;
}

/** A path as the tools of code hosts want it: relative to the repository where it lies below, with slashes. */
export function repositoryPath(path: string, directory: string): string {
  const slashes = path.replaceAll('\\', '/');
  const base = `${directory.replaceAll('\\', '/').replace(/\/$/, '')}/`;
  return (slashes.startsWith(base) ? slashes.slice(base.length) : slashes).replace(/^(\.\/)+/, '');
}
