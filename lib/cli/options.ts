import { type Command, Option } from 'commander';
import type { Moment } from '../facts/moment.ts';
import { TIME_FORMATS, type TimeFormat } from '../report/clock.ts';
import { wrap } from '../report/layout/wrap.ts';
import type { PageOptions } from '../report/page.ts';
import { CliError } from './exit.ts';
import { colourLevel, showsUnicode, type Terminal, widthOf } from './terminal.ts';
import {
  type FormatChoice,
  parseCount,
  parseDuration,
  parseFormat,
  parsePositive,
  parseSize,
  parseTime,
  parseWord,
} from './values.ts';

/** What commander hands over of the options that all commands share which read captures. */
export interface CaptureOptions {
  readonly format?: readonly FormatChoice[];
  readonly output?: string;
  readonly stream?: number;
  readonly connection?: number;
  readonly where?: string;
  readonly limit?: number;
  readonly join?: boolean;
  readonly threads?: number;
  readonly maxMemory?: number;
  readonly hosts?: string;
  readonly config?: string | boolean;
  readonly timeFormat: TimeFormat;
  readonly timeWait?: number;
  readonly captureEnd?: Moment;
  readonly color?: boolean;
}

/** The heading in `--help` of what only this command has; what several share stands under others. */
export const OWN_OPTIONS = 'Options:';

/** Declares the arguments and options of a command that reads captures; `what` becomes of the connections one selects. */
export function captureCommand(
  command: Command,
  formats: readonly string[],
  argument = '<capture...>',
  what = 'only',
): Command {
  outputOptions(command, formats)
    .argument(argument, 'pcap or pcapng files, directories or patterns; - is standard input')
    .optionsGroup('Selection:')
    .option('--stream <n>', `${what} Wireshark's tcp.stream N`, parseCount)
    .option('--connection <n>', `${what} tcplint's connection N`, parseCount)
    .option(
      '--where <expression>',
      `${what} what it describes, as in: server port 443 and not host 10.0.0.7 (tcplint explain where)`,
    )
    .option('--limit <n>', 'read only the first N packets', parsePositive)
    .optionsGroup('Reading:')
    .option('--join', 'read several captures as one trace, in order of time')
    .option('--threads <n>', 'use so many threads, with the same result (default: as many as help)', parsePositive)
    .option('--hosts <file>', 'names of hosts, in the form of /etc/hosts')
    .option('--time-wait <duration>', 'how long hosts hold TIME_WAIT (default: 60s, as Linux does)', parseDuration)
    .option('--capture-end <time>', 'when the capture ended, if later than its last packet; or now', (text) =>
      parseTime(text),
    );
  return pageCommand(command);
}

/** What the process takes beside what it remembers of connections: the runtime, code, buffers. */
const RUNTIME_BYTES = 128 * 1024 * 1024;
/** What it must be allowed to remember, to be of any use. */
const LEAST_BYTES = 32 * 1024 * 1024;

/** The option of commands that tell of whole captures. */
export function memoryOption(command: Command): Command {
  return command
    .optionsGroup('Reading:')
    .option(
      '--max-memory <size>',
      'the memory to get by with, as in 500M (default: 3G): beyond, old connections are forgotten, and counted',
      parseMaxMemory,
    )
    .optionsGroup(OWN_OPTIONS);
}

/** What may be remembered of connections in a process of this size, bytes. */
function parseMaxMemory(text: string): number {
  const bytes = parseSize(text) - RUNTIME_BYTES;
  if (bytes < LEAST_BYTES) {
    throw new CliError(`too little to work with: '${text}' (at least ${(RUNTIME_BYTES + LEAST_BYTES) / 1024 ** 2}M)`);
  }
  return bytes;
}

export function outputOptions(command: Command, formats: readonly string[]): Command {
  const format = parseFormat(formats);
  return command
    .optionsGroup('Output:')
    .addOption(
      new Option('-f, --format <format[=file]>', `${formats.join(', ')}; may be repeated`).argParser(
        (text: string, before: readonly FormatChoice[] = []) => [...before, format(text)],
      ),
    )
    .option('-o, --output <file>', 'write to a file: it appears whole or not at all')
    .optionsGroup(OWN_OPTIONS);
}

/** What `--help` says below the options. */
export function helpNote(command: Command, text: string): Command {
  return command.addHelpText('after', () => {
    const { getOutHelpWidth } = command.configureOutput();
    return `\n${wrap(text, getOutHelpWidth?.() ?? 80).join('\n')}`;
  });
}

/** Options of how text is shown. */
export function pageCommand(command: Command): Command {
  return command
    .optionsGroup('Output:')
    .addOption(
      new Option('--time-format <form>', `${TIME_FORMATS.join(', ')}: how times are shown to people`)
        .default('relative')
        .argParser(parseWord(TIME_FORMATS)),
    )
    .option('--color', 'colour the output, whatever it goes to')
    .option('--no-color', 'no colours')
    .optionsGroup(OWN_OPTIONS);
}

/** What commander hands over of them. */
export interface PageChoices {
  readonly color?: boolean;
  readonly timeFormat?: TimeFormat;
}

/** The paper for one output: colours only where a terminal, or the user, wants them. */
export function pageFor(terminal: Terminal, options: PageChoices, toFile: boolean): PageOptions {
  return {
    width: widthOf(terminal),
    colour: colourLevel(terminal, options.color, !toFile && terminal.stdout.isTTY === true),
    unicode: showsUnicode(terminal),
    timeFormat: options.timeFormat ?? 'relative',
  };
}
