import { basename, dirname, join as joinPath } from 'node:path';
import type { Command } from 'commander';
import { Overview } from '../../engine/incident/overview.ts';
import type { Incident } from '../../facts/incident.ts';
import { secondsBetween } from '../../facts/moment.ts';
import { createLinter } from '../../lint/runtime.ts';
import type { IncidentFormat } from '../../report/incident/format.ts';
import { type Judged, makeReport } from '../../report/make-report.ts';
import type { LoneSyn } from '../../tcp/entries/lone.ts';
import { ServiceRows } from '../../traffic/service-rows.ts';
import { analyse, type Interest, type Source } from '../analyse.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import { CliError, DONE, FAILED } from '../exit.ts';
import { closeAll, discardAll, type FormatTable, type OpenFormat, openFormats } from '../formats.ts';
import { expandPaths } from '../inputs.ts';
import { payloadFor } from '../judge.ts';
import { addLone } from '../lone-rows.ts';
import { type CaptureOptions, captureCommand, memoryOption, pageFor } from '../options.ts';
import { FileOutput } from '../output.ts';
import { drawPages, pagesFor } from '../pages.ts';
import { openSelector, Picker } from '../selection.ts';
import { Spool } from '../spool.ts';
import type { Terminal } from '../terminal.ts';

const FORMATS: FormatTable<IncidentFormat> = {
  html: () => import('../../report/incident/html.ts'),
  markdown: () => import('../../report/incident/markdown.ts'),
};

type ReportOptions = CaptureOptions & ConfigOptions;

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  configOptions(memoryOption(captureCommand(command, Object.keys(FORMATS), '<capture...>', 'a page for'))).action(
    (paths: string[], options: ReportOptions) => run(report(paths, options, terminal)),
  );
}

/** What one reading of the capture gave. */
interface Told {
  readonly origin: Source;
  readonly judged: Judged;
  readonly overview: Overview;
  readonly services: ServiceRows;
  /** Connections that a page was asked for. */
  readonly asked: readonly number[];
}

/**
 * The capture is read twice: once to find out what there is and what is wrong with it, and once more for the segments of
 * the connections that get a page.
 */
async function report(paths: readonly string[], options: ReportOptions, terminal: Terminal): Promise<number> {
  const inputs = expandPaths(paths);
  if (inputs.length > 1 && options.join !== true) {
    throw new CliError('report is about one capture: --join reads several as one trace');
  }
  const formats = await openFormats(FORMATS, options.format, options.output, terminal);
  const spool = inputs.length === 1 ? Spool.for(inputs[0]!) : null;
  const discard = (): void => {
    discardAll(formats);
    spool?.remove();
  };
  try {
    refuseTerminal(formats, terminal);
    const told = await firstReading(paths, options, terminal, spool, discard);
    if (told === null) {
      discard();
      return FAILED;
    }
    const incident = await secondReading(spool === null ? inputs : [spool.path], told, options, terminal, discard);
    await write(incident, formats, options, terminal);
    return DONE;
  } catch (error) {
    discard();
    throw error;
  } finally {
    spool?.remove();
  }
}

/** A page is no use on a screen. */
function refuseTerminal(formats: readonly OpenFormat<IncidentFormat>[], terminal: Terminal): void {
  if (formats.some(({ name, toFile }) => name === 'html' && !toFile) && terminal.stdout.isTTY === true) {
    throw new CliError('a page is not for a terminal: name a file with --output, or pipe it on');
  }
}

async function firstReading(
  paths: readonly string[],
  options: ReportOptions,
  terminal: Terminal,
  spool: Spool | null,
  discard: () => void,
): Promise<Told | null> {
  const config = await loadConfig(options);
  const selector = await openSelector(options);
  let told: Told | null = null;
  const begin = (origin: Source): Interest => {
    const linter = createLinter(config, { origin, keepFound: selector.needsFindings });
    const overview = new Overview(() => origin.start);
    const services = new ServiceRows();
    const asked: number[] = [];
    const picker = new Picker(selector, origin, ({ connection }) => asked.push(connection));
    const onLoneSyn = (lone: LoneSyn): void => {
      overview.addLone(lone, origin.nameOf);
      addLone(services, lone, origin.nameOf);
    };
    return {
      ...(spool === null ? {} : { see: (chunk) => spool.write(chunk) }),
      ask: {
        ...payloadFor(linter),
        lends: !selector.needsFindings,
        ...(selector.all ? { onLoneSyn } : {}),
        onConnection(facts) {
          linter.connection(facts);
          overview.add(facts);
          services.add(facts);
          if (!selector.all) picker.add(facts);
        },
      },
      finish(capture) {
        const { findings, ruleRuns, found } = linter.finish(capture);
        picker.end(found);
        told = { origin, judged: { capture, findings, ruleRuns }, overview, services, asked };
      },
    };
  };
  await analyse(paths, options, terminal, begin, discard);
  return told;
}

async function secondReading(
  inputs: readonly string[],
  { origin, judged, overview, services, asked }: Told,
  options: ReportOptions,
  terminal: Terminal,
  discard: () => void,
): Promise<Incident> {
  const { capture } = judged;
  const report = makeReport([judged], []);
  const wanted = pagesFor(report.findings, asked, overview);
  const { pages, traffic } = await drawPages(inputs, wanted.known, origin, options, terminal, discard);
  const length = capture.start === null || capture.end === null ? 0 : secondsBetween(capture.start, capture.end);
  return {
    report,
    services: services.rows(report.findings, capture.traffic.services),
    activity: { ...traffic, ...overview.states(length) },
    connections: overview.table(pages, capture.start),
    pages,
    withoutPage: wanted.leftOut,
  };
}

async function write(
  incident: Incident,
  formats: readonly OpenFormat<IncidentFormat>[],
  options: ReportOptions,
  terminal: Terminal,
): Promise<void> {
  const pictures: FileOutput[] = [];
  for (const { module, output, toFile, file } of formats) {
    const picture = (name: string, svg: string): string => {
      if (file === null) {
        return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
      }
      const beside = `${basename(file).replace(/\.[^.]*$/, '')}-${name}.svg`;
      const out = new FileOutput(joinPath(dirname(file), beside));
      out.write(svg);
      pictures.push(out);
      return encodeURI(beside);
    };
    for (const piece of module.render(incident, { ...pageFor(terminal, options, toFile), picture })) {
      output.write(piece);
      await output.ready();
    }
  }
  for (const picture of pictures) {
    await picture.close();
  }
  await closeAll(formats);
}
