import type { CaptureFacts } from '../../facts/capture.ts';
import type { Finding } from '../../facts/finding.ts';
import { secondsBetween } from '../../facts/moment.ts';
import type { Report, RuleRun } from '../../facts/report.ts';
import { markup } from '../escape.ts';
import { framesText } from '../phrases.ts';
import { fails, type LintPage } from './format.ts';

/** JUnit's XML: a suite per capture, a case per rule: red where its findings fail the run, green where it found nothing. */
export function render(report: Report, page: LintPage): string {
  const suites = report.captures.map((capture) => suite(capture, report, page));
  const unread = report.summary.failures.map(
    ({ path, reason }) =>
      `  <testsuite name="${markup(path)}" tests="1" failures="0" errors="1" skipped="0">\n` +
      `    <testcase name="read" classname="${markup(path)}">\n` +
      `      <error type="unreadable" message="${markup(reason)}"/>\n    </testcase>\n  </testsuite>\n`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="tcplint">\n${suites.join('')}${unread.join('')}</testsuites>\n`;
}

function suite(capture: CaptureFacts, { rules, findings }: Report, page: LintPage): string {
  const here = findings.filter((finding) => finding.capture === capture.path);
  const cases = rules.map((run) =>
    testCase(
      run,
      here.filter(({ rule }) => rule === run.meta.id),
      capture,
      page,
    ),
  );
  const failures = rules.filter(({ meta }) => here.some((f) => f.rule === meta.id && fails(f, page.failOn))).length;
  const skipped = rules.filter((run) => isSkipped(run) && !here.some(({ rule }) => rule === run.meta.id)).length;
  const time = capture.start && capture.end ? secondsBetween(capture.start, capture.end) : 0;
  const head = `name="${markup(capture.path)}" tests="${rules.length}" failures="${failures}" errors="0" skipped="${skipped}" time="${time.toFixed(6)}"`;
  return `  <testsuite ${head}>\n${cases.join('')}  </testsuite>\n`;
}

function testCase(run: RuleRun, findings: readonly Finding[], capture: CaptureFacts, page: LintPage): string {
  const open = `    <testcase name="${markup(run.meta.id)}" classname="${markup(capture.path)}"`;
  const failing = findings.filter((finding) => fails(finding, page.failOn));
  const passing = findings.filter((finding) => !fails(finding, page.failOn));
  const parts = [
    ...(failing.length === 0
      ? []
      : [
          `      <failure type="${failing[0]!.severity}" message="${markup(failing[0]!.message)}">` +
            `${failing.map(details).join('\n')}</failure>\n`,
        ]),
    ...(findings.length === 0 && isSkipped(run) ? [`      <skipped message="${markup(run.skipped!)}"/>\n`] : []),
    ...(passing.length === 0 ? [] : [`      <system-out>${passing.map(details).join('\n')}</system-out>\n`]),
  ];
  return parts.length === 0 ? `${open}/>\n` : `${open}>\n${parts.join('')}    </testcase>\n`;
}

function details({ severity, message, frames, filter }: Finding): string {
  return markup(`${severity}: ${message} (${[framesText(frames), filter].filter((text) => text !== '').join('; ')})`);
}

/** Skipped everywhere: on single connections only is not skipped. */
function isSkipped({ skipped }: RuleRun): boolean {
  return skipped !== null && !skipped.startsWith('on ');
}
