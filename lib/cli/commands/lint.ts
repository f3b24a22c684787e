import { appendFileSync } from 'node:fs';
import type { Command } from 'commander';
import { findRotations } from '../../engine/sources/rotation.ts';
import type { Finding } from '../../facts/finding.ts';
import type { Report } from '../../facts/report.ts';
import { SEVERITIES } from '../../facts/rule.ts';
import { resolveConfig } from '../../lint/config.ts';
import { EXPECT } from '../../lint/expect.ts';
import { fails, type LintFormat, type LintPage } from '../../report/lint/format.ts';
import { counts, type Judged, makeReport } from '../../report/make-report.ts';
import { RULES } from '../../rules/index.ts';
import { analyse, type Failure, type Interest, type Source } from '../analyse.ts';
import { type ConfigOptions, configOptions, findConfig } from '../config.ts';
import { forCrew, judgeAll } from '../crew.ts';
import { CliError, DONE, FAILED, FOUND } from '../exit.ts';
import { closeAll, discardAll, type FormatTable, openFormats } from '../formats.ts';
import { keepHeapSmall } from '../heap.ts';
import { beginJudging, type Judging, type Standard } from '../judge.ts';
import { complain } from '../main.ts';
import { type CaptureOptions, captureCommand, memoryOption, pageFor } from '../options.ts';
import { tellingSoFar, tellProvisional } from '../provisional.ts';
import { openSelector } from '../selection.ts';
import type { Terminal } from '../terminal.ts';
import { parseCount, parseWord } from '../values.ts';

const FORMATS: FormatTable<LintFormat> = {
  pretty: () => import('../../report/lint/pretty.ts'),
  compact: () => import('../../report/lint/compact.ts'),
  json: () => import('../../report/lint/json.ts'),
  ndjson: () => import('../../report/lint/ndjson.ts'),
  sarif: () => import('../../report/lint/sarif.ts'),
  junit: () => import('../../report/lint/junit.ts'),
  github: () => import('../../report/lint/github.ts'),
  gitlab: () => import('../../report/lint/gitlab.ts'),
  markdown: () => import('../../report/lint/markdown.ts'),
  html: () => import('../../report/lint/html.ts'),
};

const BASELINE = 'tcplint-baseline.json';
const FAIL_ON = [...SEVERITIES, 'never'] as const;

export interface LintOptions extends CaptureOptions, ConfigOptions {
  readonly failOn: (typeof FAIL_ON)[number];
  readonly maxWarnings?: number;
  readonly quiet?: boolean;
  readonly redact?: boolean;
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly printConfig?: boolean;
  readonly allowInline?: boolean;
}

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  configOptions(memoryOption(captureCommand(command, Object.keys(FORMATS), '[capture...]')))
    .option(
      '--fail-on <severity>',
      `exit with 1 from this severity on: ${FAIL_ON.join(', ')}`,
      parseWord(FAIL_ON),
      'error',
    )
    .option('--max-warnings <n>', 'exit with 1 when there are more warnings', parseCount)
    .option('-q, --quiet', 'print only findings that fail the run')
    .option('--redact', 'leave addresses and host names out, whatever the format')
    .option('--baseline <file>', 'leave out what this file accepts, by fingerprint and count')
    .option('--update-baseline', `accept all that is found now (in ${BASELINE}, unless --baseline names a file)`)
    .option('--allow-inline', 'let pcapng comments take findings back: tcplint-ignore RULE: REASON')
    .option('--print-config', 'print what would be judged, and how, and read no capture')
    .action((paths: string[], options: LintOptions) => run(lint(paths, options, terminal)));
}

async function lint(paths: readonly string[], options: LintOptions, terminal: Terminal): Promise<number> {
  if (options.printConfig === true) {
    const { printedConfig } = await import('../print-config.ts');
    terminal.stdout.write(printedConfig(await findConfig(options)));
    return DONE;
  }
  if (paths.length === 0) {
    throw new CliError("missing required argument 'capture'");
  }
  const standard = await standardOf(options);
  const formats = await openFormats(FORMATS, options.format, options.output, terminal);
  const discard = (): void => discardAll(formats);
  try {
    const files = forCrew(paths, options);
    const { judged, failures } =
      files === null
        ? await judgeInTurn(paths, options, standard, terminal, discard)
        : await judgeAll(files, options, terminal, discard);
    if (judged.length === 0) {
      discard();
      return FAILED;
    }
    tellSuppressions(judged, terminal);
    const whole = withExpect(makeReport(judged, failures), standard.expectations.length > 0);
    const report = await againstBaseline(whole, options, terminal);
    const shown = await presentable(report, options);
    for (const { module, output, toFile } of formats) {
      output.write(module.render(shown, lintPage(terminal, options, toFile)));
    }
    await closeAll(formats);
    if (formats.some(({ name }) => name === 'github')) {
      await addStepSummary(shown, options, terminal);
    }
    return failures.length > 0 ? FAILED : failed(report, options) ? FOUND : DONE;
  } catch (error) {
    discard();
    throw error;
  }
}

/** What captures are judged by, as the options say. */
export async function standardOf(options: LintOptions): Promise<Required<Standard>> {
  const { config } = await findConfig(options);
  return {
    config: resolveConfig(config, RULES),
    expectations: config.expect ?? [],
    selector: await openSelector(options),
    allowInline: options.allowInline === true,
  };
}

async function judgeInTurn(
  paths: readonly string[],
  options: LintOptions,
  standard: Standard,
  terminal: Terminal,
  discard: () => void,
): Promise<{ readonly judged: readonly Judged[]; readonly failures: readonly Failure[] }> {
  const begun: Judging[] = [];
  const begin = (origin: Source): Interest => {
    const judging = beginJudging(standard, origin);
    begun.push(judging);
    if (origin.endless) {
      keepHeapSmall();
    }
    const tell = (finding: Finding): void => {
      if (options.quiet !== true || fails(finding, options.failOn)) {
        tellProvisional(finding, options, origin, terminal);
      }
    };
    return origin.endless && options.redact !== true ? tellingSoFar(judging, tell) : judging;
  };
  const { captures, failures } = await analyse(paths, options, terminal, begin, discard);
  const rotations = captures.length > 1 ? findRotations(captures) : [];
  const judged = begun
    .filter(({ capture }) => capture !== null)
    .map((judging, i) => judging.conclude(rotations[i] ?? null));
  return { judged, failures };
}

/** Expectations are judged like a rule, and listed as one. */
function withExpect(report: Report, expects: boolean): Report {
  return expects
    ? { ...report, rules: [...report.rules, { meta: EXPECT, severity: EXPECT.severity, skipped: null }] }
    : report;
}

/** Comments in captures that take nothing back, are not understood, or not listened to. */
function tellSuppressions(judged: readonly Judged[], terminal: Terminal): void {
  for (const { capture, suppressions = [], suppressionProblems = [] } of judged) {
    const unheard = suppressions.filter(({ honoured }) => !honoured).length;
    if (unheard > 0) {
      const them = unheard === 1 ? '1 tcplint-ignore comment is' : `${unheard} tcplint-ignore comments are`;
      complain(terminal, `${capture.path}: ${them} not honoured without --allow-inline`);
    }
    const unused = suppressions.filter(({ honoured, findings }) => honoured && findings === 0);
    for (const { rule, frame } of unused) {
      const where = frame === null ? 'section comment' : `comment of frame ${frame}`;
      complain(terminal, `${capture.path}: ${where}: tcplint-ignore ${rule} takes nothing back`);
    }
    for (const problem of suppressionProblems) {
      complain(terminal, `${capture.path}: ${problem}`);
    }
  }
}

/** Leaves out what the baseline accepts, or writes one. */
async function againstBaseline(report: Report, options: LintOptions, terminal: Terminal): Promise<Report> {
  if (options.baseline === undefined && options.updateBaseline !== true) {
    return report;
  }
  const path = options.baseline ?? BASELINE;
  const [{ baselineOf, compareWithBaseline }, { readBaseline, writeBaseline }] = await Promise.all([
    import('../../lint/baseline.ts'),
    import('../baseline.ts'),
  ]);
  const update = options.updateBaseline === true;
  const baseline = update ? baselineOf(report.findings) : readBaseline(path);
  if (update) {
    await writeBaseline(path, baseline);
  }
  const { findings, accepted, stale } = compareWithBaseline(report.findings, baseline);
  if (stale.length > 0) {
    const entries = stale.length === 1 ? '1 entry no longer occurs' : `${stale.length} entries no longer occur`;
    complain(terminal, `${path}: ${entries} (--update-baseline takes them out)`);
  }
  return { ...report, findings, summary: { ...report.summary, ...counts(findings), accepted } };
}

function failed({ findings, summary }: Report, options: LintOptions): boolean {
  return (
    findings.some((finding) => fails(finding, options.failOn)) ||
    summary.warning > (options.maxWarnings ?? Number.POSITIVE_INFINITY)
  );
}

async function presentable(report: Report, options: LintOptions): Promise<Report> {
  const visible =
    options.quiet === true
      ? { ...report, findings: report.findings.filter((finding) => fails(finding, options.failOn)) }
      : report;
  return options.redact === true ? (await import('../../report/redact.ts')).redact(visible) : visible;
}

function lintPage(terminal: Terminal, options: LintOptions, toFile: boolean): LintPage {
  const { failOn, where, stream, connection } = options;
  const selection = [
    ...(stream === undefined ? [] : [`stream ${stream}`]),
    ...(connection === undefined ? [] : [`connection ${connection}`]),
    ...(where === undefined ? [] : [where]),
  ].join(' and ');
  return { ...pageFor(terminal, options, toFile), failOn, directory: process.cwd(), selection };
}

/** GitHub shows few annotations; the whole report goes where it shows a job's summary. */
async function addStepSummary(report: Report, options: LintOptions, terminal: Terminal): Promise<void> {
  const file = terminal.env.GITHUB_STEP_SUMMARY;
  if (file !== undefined && file !== '') {
    const { render } = await import('../../report/lint/markdown.ts');
    appendFileSync(file, render(report, lintPage(terminal, options, true)));
  }
}
