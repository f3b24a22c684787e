import type { Command } from 'commander';
import { InputError } from '../../engine/sources/input-error.ts';
import { parseAddress, printAddress } from '../../facts/address.ts';
import type { CaptureFacts } from '../../facts/capture.ts';
import type { ConnectionFacts } from '../../facts/connection.ts';
import { after, isBefore, type Moment, secondsBetween } from '../../facts/moment.ts';
import type { SocketCounts, SocketTable } from '../../facts/sockets.ts';
import { createLinter } from '../../lint/runtime.ts';
import { clock } from '../../report/clock.ts';
import type { Origin, RowFormatModule } from '../../report/format.ts';
import { duration } from '../../report/phrases.ts';
import { HostCounts } from '../../traffic/hosts.ts';
import { Sockets } from '../../traffic/sockets.ts';
import { type ConfigOptions, configOptions, loadConfig } from '../config.ts';
import { CliError } from '../exit.ts';
import type { FormatTable } from '../formats.ts';
import { payloadFor } from '../judge.ts';
import { type CaptureOptions, captureCommand, memoryOption } from '../options.ts';
import { runRows } from '../rows.ts';
import { openSelector, Picker } from '../selection.ts';
import type { Terminal } from '../terminal.ts';
import { parseDuration, parseTime } from '../values.ts';

const TABLES: FormatTable<RowFormatModule<SocketTable>> = {
  table: () => import('../../report/netstat/table.ts'),
  json: () => import('../../report/netstat/json.ts'),
  ndjson: () => import('../../report/netstat/ndjson.ts'),
  csv: () => import('../../report/netstat/csv.ts'),
};

const COUNTS: FormatTable<RowFormatModule<SocketCounts>> = {
  table: () => import('../../report/netstat/counts-table.ts'),
  json: () => import('../../report/netstat/counts-json.ts'),
  ndjson: () => import('../../report/netstat/counts-ndjson.ts'),
  csv: () => import('../../report/netstat/counts-csv.ts'),
};

/** Rows of `--every`: more are a mistake, or more than anyone looks at. */
const MOST_SAMPLES = 1_000_000;
/** Numbers from here on are seconds since the epoch (1973), smaller ones since the capture's first packet. */
const LEAST_EPOCH = 1e8;

/** Seconds since the capture's first packet, a moment, or the end of the capture. */
type Instant = number | Moment | 'end';

interface NetstatOptions extends CaptureOptions, ConfigOptions {
  readonly at?: Instant;
  readonly every?: number;
  readonly host?: readonly string[];
}

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  configOptions(memoryOption(captureCommand(command, Object.keys(TABLES))))
    .option(
      '--at <time>',
      'the table at this time: 12.5s after the first packet, epoch, ISO 8601, or end',
      parseInstant,
    )
    .option('--every <duration>', 'counts per state over time, this far apart', parseInterval)
    .option('--host <address>', 'an address of the host (default: the busiest); may be repeated', addHost)
    .action((paths: string[], options: NetstatOptions) => run(netstat(paths, options, terminal)));
}

async function netstat(paths: readonly string[], options: NetstatOptions, terminal: Terminal): Promise<number> {
  if (options.at !== undefined && options.every !== undefined) {
    throw new CliError('--at and --every exclude each other');
  }
  return options.every === undefined ? tableAt(paths, options, terminal) : countsOver(paths, options, terminal);
}

async function tableAt(paths: readonly string[], options: NetstatOptions, terminal: Terminal): Promise<number> {
  const { at = 'end' } = options;
  const select = await selecting(options);
  return runRows(paths, options, TABLES, terminal, (write, origin) => {
    let sockets: Sockets | null = null;
    return select(origin, {
      add(facts, timeWait) {
        sockets ??= new Sockets(at === 'end' ? null : momentOf(at, origin), timeWait);
        sockets.add(facts);
      },
      finish(capture) {
        if (capture.end === null) {
          return;
        }
        const moment = at === 'end' ? capture.end : momentOf(at, origin);
        checkWithin(moment, capture, options);
        const known = sockets?.busiest() ?? [];
        const { host: hosts = known.slice(0, 1) } = options;
        const chosenOf = options.host === undefined ? known.length : null;
        write({ hosts, chosenOf, at: moment, sockets: sockets?.rows(hosts, moment) ?? [] }, origin);
      },
    });
  });
}

async function countsOver(paths: readonly string[], options: NetstatOptions, terminal: Terminal): Promise<number> {
  const every = options.every!;
  const select = await selecting(options);
  return runRows(paths, options, COUNTS, terminal, (write, origin) => {
    const counts = new HostCounts(every, options.host);
    return select(origin, {
      add(facts) {
        counts.add(facts, origin.start!);
      },
      finish({ path, start, end }) {
        if (start === null || end === null) {
          return;
        }
        const samples = secondsBetween(start, end) / every;
        if (samples > MOST_SAMPLES) {
          const rows = `${Math.ceil(samples)} rows: ${MOST_SAMPLES} at most`;
          throw new InputError(path, `--every ${duration(every)} would be ${rows}`);
        }
        const busiest = counts.busiest(end);
        const hosts = options.host ?? (busiest === null ? [] : [busiest]);
        const chosenOf = options.host === undefined ? counts.size : null;
        write({ hosts, chosenOf, counts: counts.facts(hosts, start, end) }, origin);
      },
    });
  });
}

interface Gathering {
  add(facts: ConnectionFacts, timeWaitSeconds: number): void;
  finish(capture: CaptureFacts): void;
}

/** Hands over the connections that are selected; those that findings select, when the capture has ended. */
async function selecting(options: NetstatOptions) {
  const selector = await openSelector(options);
  const config = selector.needsFindings ? await loadConfig(options) : null;
  const timeWait = options.timeWait ?? DEFAULT_TIME_WAIT;
  return (origin: Origin, gathering: Gathering) => {
    const linter = config === null ? null : createLinter(config, { origin, keepFound: true });
    const picker = new Picker(selector, origin, (facts) => gathering.add(facts, timeWait));
    return {
      ask: {
        ...(linter === null ? {} : payloadFor(linter)),
        onConnection(facts: ConnectionFacts): void {
          linter?.connection(facts);
          picker.add(facts);
        },
      },
      finish(capture: CaptureFacts): void {
        picker.end(linter?.finish(capture).found);
        gathering.finish(capture);
      },
    };
  };
}

const DEFAULT_TIME_WAIT = 60;

function momentOf(at: number | Moment, { start }: Origin): Moment {
  return typeof at === 'number' ? after(start!, at) : at;
}

/** Nothing is claimed of times that the capture does not know. */
function checkWithin(at: Moment, { path, start, end }: CaptureFacts, { timeFormat }: NetstatOptions): void {
  if (isBefore(at, start!) || isBefore(end!, at)) {
    const range = [start!, end!].map((time) => clock(timeFormat, time, start)).join(' to ');
    const hint = isBefore(end!, at) ? '; --capture-end says when it ended, if later than its last packet' : '';
    throw new InputError(path, `--at ${clock(timeFormat, at, start)} is not within the capture (${range}${hint})`);
  }
}

function parseInstant(text: string): Instant {
  if (text === 'end') {
    return text;
  }
  const relative = /^\+?(\d+(?:\.\d+)? ?[a-zµ]*)$/.exec(text)?.[1];
  return relative !== undefined && !(Number(relative) >= LEAST_EPOCH)
    ? parseDuration(relative)
    : parseTime(text, '12.5s after the first packet');
}

function parseInterval(text: string): number {
  const seconds = parseDuration(text);
  if (seconds <= 0) {
    throw new CliError(`'${text}' is no interval`);
  }
  return seconds;
}

function addHost(text: string, before: readonly string[] = []): readonly string[] {
  const address = parseAddress(text);
  if (address === null) {
    throw new CliError(`not an IP address: '${text}'`);
  }
  return [...before, printAddress(address)];
}
