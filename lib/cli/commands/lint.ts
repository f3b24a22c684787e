import type { Command } from 'commander';
import type { CaptureFacts } from '../../facts/capture.ts';
import type { Finding } from '../../facts/finding.ts';
import { type Report, type RuleRun, SCHEMA_VERSION, TOOL } from '../../facts/report.ts';
import { SEVERITIES, type Severity } from '../../facts/rule.ts';
import { createLinter } from '../../lint/runtime.ts';
import type { PageOptions } from '../../report/page.ts';
import { analyse, connectionSelector } from '../analyse.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import { DONE, FAILED, FOUND } from '../exit.ts';
import { closeAll, discardAll, type FormatTable, openFormats } from '../formats.ts';
import { type CaptureOptions, captureCommand, pageFor } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { parseCount, parseWord } from '../values.ts';

interface LintFormat {
  render(report: Report, page: PageOptions): string;
}

const FORMATS: FormatTable<LintFormat> = {
  pretty: () => import('../../report/lint/pretty.ts'),
  compact: () => import('../../report/lint/compact.ts'),
  json: () => import('../../report/lint/json.ts'),
  ndjson: () => import('../../report/lint/ndjson.ts'),
};

const FAIL_ON = [...SEVERITIES, 'never'] as const;

interface LintOptions extends CaptureOptions, ConfigOptions {
  readonly failOn: (typeof FAIL_ON)[number];
  readonly maxWarnings?: number;
  readonly quiet?: boolean;
}

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  configOptions(captureCommand(command, Object.keys(FORMATS)))
    .option(
      '--fail-on <severity>',
      `exit with 1 from this severity on: ${FAIL_ON.join(', ')}`,
      parseWord(FAIL_ON),
      'error',
    )
    .option('--max-warnings <n>', 'exit with 1 when there are more warnings', parseCount)
    .option('-q, --quiet', 'print only findings that fail the run')
    .action((paths: string[], options: LintOptions) => run(lint(paths, options, terminal)));
}

async function lint(paths: readonly string[], options: LintOptions, terminal: Terminal): Promise<number> {
  const config = await loadConfig(options, terminal);
  const formats = await openFormats(FORMATS, options.format, options.output, terminal);
  try {
    const findings: Finding[] = [];
    const runs: RuleRun[][] = [];
    const selected = connectionSelector(options);
    const { captures, failures } = await analyse(
      paths,
      options,
      terminal,
      () => {
        const linter = createLinter(config);
        return {
          ask: {
            wake: linter.wake,
            onConnection: (facts) => {
              if (selected(facts)) {
                linter.connection(facts);
              }
            },
          },
          finish(capture) {
            const result = linter.finish(capture);
            findings.push(...result.findings.filter((finding) => concerns(finding, options)));
            runs.push([...result.ruleRuns]);
          },
        };
      },
      () => discardAll(formats),
    );
    if (captures.length === 0 && failures.length > 0) {
      discardAll(formats);
      return FAILED;
    }
    const report = makeReport(captures, ordered(findings, paths.length > 1), mergedRuns(runs), failures);
    for (const { module, output, toFile } of formats) {
      output.write(module.render(visible(report, options), pageFor(terminal, options, toFile)));
    }
    await closeAll(formats);
    return failures.length > 0 ? FAILED : failed(report, options) ? FOUND : DONE;
  } catch (error) {
    discardAll(formats);
    throw error;
  }
}

/** With one stream or connection asked for, what is about others is left out; what is about the capture stays. */
function concerns(finding: Finding, { stream, connection }: CaptureOptions): boolean {
  return (
    finding.connections.length === 0 ||
    ((stream === undefined || finding.streams.includes(stream)) &&
      (connection === undefined || finding.connections.includes(connection)))
  );
}

/** Several captures' findings in the one order: severity, first frame, rule. Numbered anew. */
function ordered(findings: readonly Finding[], several: boolean): Finding[] {
  const sorted = several
    ? findings.toSorted(
        (a, b) =>
          SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
          a.frames.first - b.frames.first ||
          (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
      )
    : findings;
  return sorted.map((finding, index) => ({ ...finding, id: index + 1 }));
}

/** A rule ran where it ran on any capture; a reason to skip it is told once. */
function mergedRuns(runs: readonly (readonly RuleRun[])[]): RuleRun[] {
  const [first = [], ...others] = runs;
  return first.map((run, i) => {
    const reasons = [run, ...others.map((other) => other[i]!)].map(({ skipped }) => skipped);
    const told = [...new Set(reasons.filter((reason) => reason !== null))];
    return { ...run, skipped: told.length === 0 ? null : told.join('; ') };
  });
}

function makeReport(
  captures: readonly CaptureFacts[],
  findings: readonly Finding[],
  rules: readonly RuleRun[],
  failures: Report['summary']['failures'],
): Report {
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  const summary = { error: count('error'), warning: count('warning'), note: count('note'), failures };
  return { schemaVersion: SCHEMA_VERSION, tool: TOOL, captures, rules, findings, summary };
}

/** At or above `--fail-on`. */
function fails(finding: Finding, { failOn }: LintOptions): boolean {
  return failOn !== 'never' && SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(failOn);
}

function failed({ findings, summary }: Report, options: LintOptions): boolean {
  return findings.some((finding) => fails(finding, options)) || summary.warning > (options.maxWarnings ?? Infinity);
}

function visible(report: Report, options: LintOptions): Report {
  return options.quiet === true
    ? { ...report, findings: report.findings.filter((finding) => fails(finding, options)) }
    : report;
}
