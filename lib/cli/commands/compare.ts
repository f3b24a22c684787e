import type { Command } from 'commander';
import { compareResults, type Result, USUAL_RATE } from '../../compare/results/compare.ts';
import { InputError } from '../../engine/sources/input-error.ts';
import type { Comparison } from '../../facts/comparison.ts';
import { SEVERITIES, type Severity } from '../../facts/rule.ts';
import type { TapComparison } from '../../facts/taps.ts';
import { createLinter } from '../../lint/runtime.ts';
import type { PageOptions } from '../../report/page.ts';
import { ServiceRows } from '../../traffic/service-rows.ts';
import { analyse } from '../analyse.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import { CliError, DONE, FAILED, FOUND } from '../exit.ts';
import { closeAll, discardAll, type FormatTable, openFormats } from '../formats.ts';
import { payloadFor } from '../judge.ts';
import { complain } from '../main.ts';
import { type CaptureOptions, captureCommand, pageFor } from '../options.ts';
import { Progress } from '../progress.ts';
import { openSelector, Picker } from '../selection.ts';
import { endOnSignal } from '../stop.ts';
import type { Terminal } from '../terminal.ts';
import { parseCount, parseDuration, parseWord } from '../values.ts';

interface Rendering<Result> {
  render(result: Result, page: PageOptions): string;
}

const RESULTS: FormatTable<Rendering<Comparison>> = {
  pretty: () => import('../../report/compare/pretty.ts'),
  json: () => import('../../report/compare/json.ts'),
  markdown: () => import('../../report/compare/markdown.ts'),
};

const TAPS: FormatTable<Rendering<TapComparison>> = {
  pretty: () => import('../../report/compare/taps-pretty.ts'),
  json: () => import('../../report/compare/taps-json.ts'),
};

const FAIL_ON = [...SEVERITIES, 'never'] as const;
/** How long a packet may be under way between two taps, seconds. */
const DEFAULT_PATIENCE = 10;

interface CompareOptions extends CaptureOptions, ConfigOptions {
  readonly taps?: boolean;
  readonly failOn: (typeof FAIL_ON)[number];
  readonly maxWarnings?: number;
  readonly chance: number;
  readonly strict?: boolean;
  readonly clockOffset?: number;
  readonly patience: number;
}

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  configOptions(captureCommand(command, Object.keys(RESULTS)))
    .usage('[options] <before> <after> | --taps <client> <server>')
    .option(
      '--fail-on <severity>',
      `exit with 1 when something of this severity got worse: ${FAIL_ON.join(', ')}`,
      parseWord(FAIL_ON),
      'error',
    )
    .option('--max-warnings <n>', 'exit with 1 when more warnings got worse', parseCount)
    .option('--chance <share>', 'of what is called better or worse, so much may be chance', parseShare, USUAL_RATE)
    .option('--strict', 'what chance may explain got worse as well')
    .option('--taps', 'the captures are the same traffic at two points: near the client and near the server')
    .option(
      '--clock-offset <duration>',
      "with --taps: the server tap's clock is so much ahead (-2ms: behind)",
      parseOffset,
    )
    .option('--patience <duration>', 'with --taps: how long a packet may be under way', parseDuration, DEFAULT_PATIENCE)
    .action((paths: string[], options: CompareOptions) => run(compare(paths, options, terminal)));
}

async function compare(paths: readonly string[], options: CompareOptions, terminal: Terminal): Promise<number> {
  const [one, other, ...more] = paths;
  if (one === undefined || other === undefined || more.length > 0) {
    throw new CliError(`two captures are compared, not ${paths.length}`);
  }
  return options.taps === true ? betweenTaps(one, other, options, terminal) : overTime(one, other, options, terminal);
}

async function overTime(before: string, after: string, options: CompareOptions, terminal: Terminal): Promise<number> {
  if (options.join === true) {
    throw new CliError('--join would make one capture of the two');
  }
  const config = await loadConfig(options);
  const selector = await openSelector(options);
  const formats = await openFormats(RESULTS, options.format, options.output, terminal);
  const discard = (): void => discardAll(formats);
  try {
    const results: Result[] = [];
    const { failures } = await analyse(
      [before, after],
      options,
      terminal,
      (origin) => {
        const linter = createLinter(config, { origin, keepFound: true });
        const folded = new ServiceRows();
        const selected = new Set<number>();
        const picker = new Picker(selector, origin, (facts) => {
          selected.add(facts.connection);
          folded.add(facts);
        });
        return {
          ask: {
            ...payloadFor(linter),
            lends: !selector.needsFindings,
            onConnection(facts) {
              linter.connection(facts);
              picker.add(facts);
            },
          },
          finish(capture) {
            const { findings, ruleRuns: rules, found } = linter.finish(capture);
            picker.end(found);
            const about = selector.all
              ? findings
              : findings.filter(({ connections }) => connections.some((each) => selected.has(each)));
            const services = folded.rows(about, capture.traffic.services);
            results.push({ capture, connections: selected.size, services, findings: about, rules });
          },
        };
      },
      discard,
    );
    const [own, other, ...more] = results;
    if (failures.length > 0 || own === undefined || other === undefined || more.length > 0) {
      discard();
      if (failures.length === 0) {
        complain(terminal, `two captures are compared, not ${results.length}`);
      }
      return FAILED;
    }
    const comparison = compareResults(own, other, options.chance);
    for (const { module, output, toFile } of formats) {
      output.write(module.render(comparison, pageFor(terminal, options, toFile)));
    }
    await closeAll(formats);
    return failed(comparison, options) ? FOUND : DONE;
  } catch (error) {
    discard();
    throw error;
  }
}

function failed({ services, rules }: Comparison, { failOn, maxWarnings, strict }: CompareOptions): boolean {
  const worse = [...services.flatMap(({ measures }) => measures), ...rules].filter(
    (each) => each.outcome === 'worse' || (strict === true && each.outcome === 'unclear' && isMore(each)),
  );
  const gravities = worse.flatMap(({ severity }) => (severity === null ? [] : [severity]));
  const fails = (severity: Severity): boolean =>
    failOn !== 'never' && SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
  const warnings = gravities.filter((severity) => severity === 'warning').length;
  return gravities.some(fails) || warnings > (maxWarnings ?? Number.POSITIVE_INFINITY);
}

type Compared = Comparison['services'][number]['measures'][number] | Comparison['rules'][number];

function isMore(each: Compared): boolean {
  return 'measure' in each
    ? (each.after?.value ?? 0) > (each.before?.value ?? 0)
    : each.after.connections > each.before.connections || each.after.findings > each.before.findings;
}

async function betweenTaps(
  client: string,
  server: string,
  options: CompareOptions,
  terminal: Terminal,
): Promise<number> {
  const whole = ['where', 'stream', 'connection', 'limit', 'join', 'captureEnd'] as const;
  const misplaced = whole.find((name) => options[name] !== undefined);
  if (misplaced !== undefined) {
    const dashed = misplaced.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
    throw new CliError(`--taps compares captures whole: without --${dashed}`);
  }
  const unfit = options.format?.find(({ name }) => !(name in TAPS));
  if (unfit !== undefined) {
    throw new CliError(`--taps has no format ${unfit.name}: ${Object.keys(TAPS).join(', ')}`);
  }
  const formats = await openFormats(TAPS, options.format, options.output, terminal);
  const discard = (): void => discardAll(formats);
  const release = endOnSignal(terminal, discard);
  const progress = new Progress(terminal, `${client}, ${server}`);
  try {
    const { compareTaps } = await import('../taps.ts');
    const { clockOffset = null, patience } = options;
    const found = await compareTaps(
      client,
      server,
      { clockOffset, patience },
      { onProblem: (text) => complain(terminal, text), onProgress: progress.update },
    );
    progress.end();
    for (const { module, output, toFile } of formats) {
      output.write(module.render(found, pageFor(terminal, options, toFile)));
    }
    await closeAll(formats);
    return DONE;
  } catch (error) {
    discard();
    throw error instanceof InputError ? new CliError(error.message) : error;
  } finally {
    progress.end();
    release();
  }
}

function parseShare(text: string): number {
  const share = Number(text);
  if (!(share > 0 && share < 1)) {
    throw new CliError(`not a share between 0 and 1: '${text}'`);
  }
  return share;
}

function parseOffset(text: string): number {
  const [, sign, amount] = /^([-+]?)(.+)$/.exec(text) ?? [];
  return parseDuration(amount ?? text) * (sign === '-' ? -1 : 1);
}
