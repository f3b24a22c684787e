import type { Command } from 'commander';
import type { Side } from '../../facts/connection.ts';
import { OVERLAPS, type Overlaps, type StreamEvent } from '../../facts/stream.ts';
import { holeText } from '../../report/follow/words.ts';
import type { Origin, RowFormatModule } from '../../report/format.ts';
import { count } from '../../report/phrases.ts';
import type { Interest, Source } from '../analyse.ts';
import { configFileOptions, loadConfig } from '../config.ts';
import { CliError } from '../exit.ts';
import type { FormatTable } from '../formats.ts';
import { complain } from '../main.ts';
import { type CaptureOptions, captureCommand, helpNote } from '../options.ts';
import { preselect } from '../preselect.ts';
import { runRows, type WriteRow } from '../rows.ts';
import { openSelector } from '../selection.ts';
import { meantBy } from '../streams.ts';
import type { Terminal } from '../terminal.ts';
import { parseCount, parseWord } from '../values.ts';

const FORMATS: FormatTable<RowFormatModule<StreamEvent>> = {
  text: () => import('../../report/follow/text.ts'),
  hex: () => import('../../report/follow/hex.ts'),
  raw: () => import('../../report/follow/raw.ts'),
  json: () => import('../../report/follow/json.ts'),
  ndjson: () => import('../../report/follow/ndjson.ts'),
};

/** Of `--segments`: text is a table of them. */
const SEGMENT_FORMATS: typeof FORMATS = {
  text: () => import('../../report/follow/segments.ts'),
  json: FORMATS.json!,
  ndjson: FORMATS.ndjson!,
};

const SIDES: readonly Side[] = ['client', 'server'];

interface FollowOptions extends CaptureOptions {
  readonly direction?: Side;
  readonly segments?: boolean;
  readonly maxBytes?: number;
  readonly overlaps: Overlaps;
}

const WHAT_IT_SHOWS =
  'Bytes stand in the order in which the receiver reads them, each once. What is missing is told with its cause, and ' +
  'bytes that came again with other content with both copies. raw writes the bytes of one direction and nothing in ' +
  'place of holes, which are told on standard error.';

export function define(command: Command, terminal: Terminal, run: (exit: Promise<number>) => Promise<void>): void {
  helpNote(configFileOptions(captureCommand(command, Object.keys(FORMATS))), WHAT_IT_SHOWS)
    .option('--direction <side>', 'only what the client, or the server, sent', parseWord(SIDES))
    .option('--segments', 'a line per segment: how the stream was cut, what came late, twice or with other content')
    .option('--max-bytes <n>', 'no more than the first N bytes of each direction', parseCount)
    .option('--overlaps <copy>', 'where copies differ, the one seen first or last counts', parseWord(OVERLAPS), 'first')
    .action((paths: string[], options: FollowOptions) => run(follow(paths, options, terminal)));
}

async function follow(paths: readonly string[], options: FollowOptions, terminal: Terminal): Promise<number> {
  const selector = await openSelector(options);
  if (selector.all) {
    throw new CliError('which connection? --stream N or --connection N; flows lists them');
  }
  const raw = options.format?.filter(({ name }) => name === 'raw') ?? [];
  if (raw.length > 0) {
    checkRaw(
      options,
      raw.some(({ file }) => file === null),
      terminal,
    );
  }
  const known = selector.needsConnections ? await firstReading(paths, options, terminal) : null;
  const table = options.segments === true ? SEGMENT_FORMATS : FORMATS;
  let any = false;
  const begin = (write: WriteRow<StreamEvent>, origin: Source): Interest => {
    const chosen = known?.get(origin.path)?.connections;
    const telling = new Telling(options, raw.length > 0, origin, terminal);
    let meant = 0;
    return {
      ask: {
        ...(known === null
          ? { onConnection: (facts) => void (selector.matches(facts, origin) && meant++) }
          : { wake: 0 }),
        payload: {
          overlaps: options.overlaps,
          segments: options.segments === true,
          wants: meantBy(options, chosen),
          onEvent(event) {
            const shown = telling.of(event);
            if (shown !== null) {
              write(shown, origin);
            }
          },
        },
      },
      soFar({ live }) {
        if (live) write.flush();
      },
      finish() {
        const there = chosen?.size ?? meant;
        any ||= there > 0;
        telling.conclude(there);
      },
    };
  };
  const check = (): boolean => {
    if (!any) throw new CliError('no connection is what you asked for');
    return true;
  };
  return runRows(paths, options, table, terminal, begin, check);
}

function checkRaw(options: FollowOptions, toStdout: boolean, terminal: Terminal): void {
  if (options.segments === true) {
    throw new CliError('--segments has no raw form: text, json or ndjson');
  }
  if (options.direction === undefined) {
    throw new CliError('raw is what one side sent: add --direction client or --direction server');
  }
  if (toStdout && options.output === undefined && terminal.stdout.isTTY === true) {
    throw new CliError('raw bytes are not for a terminal: name a file with --output (- to print them anyhow)');
  }
}

async function firstReading(paths: readonly string[], options: FollowOptions, terminal: Terminal) {
  const selector = await openSelector(options);
  return preselect(paths, selector, await loadConfig(options), options, terminal);
}

/** Holes told one by one beside raw bytes; the others are counted. */
const MOST_HOLES = 10;

/** Which events are printed of one capture, and what is told on standard error beside. */
class Telling {
  private readonly options: FollowOptions;
  private readonly raw: boolean;
  private readonly origin: Origin;
  private readonly terminal: Terminal;
  private payload = false;
  private holes = 0;
  private first: StreamEvent['of'] | null = null;
  private readonly others = new Set<number>();

  constructor(options: FollowOptions, raw: boolean, origin: Origin, terminal: Terminal) {
    this.options = options;
    this.raw = raw;
    this.origin = origin;
    this.terminal = terminal;
  }

  of(event: StreamEvent): StreamEvent | null {
    const { direction, maxBytes = Number.POSITIVE_INFINITY, segments } = this.options;
    this.payload = true;
    if (direction !== undefined && event.from !== direction) return null;
    this.first ??= event.of;
    if (this.raw && event.of !== this.first) {
      this.others.add(event.of.connection);
      return null;
    }
    if (this.raw && event.kind === 'hole' && ++this.holes <= MOST_HOLES) {
      complain(this.terminal, `${this.origin.path}: ${holeText(event)}`);
    }
    if (event.kind === 'end') return event;
    if (event.offset >= maxBytes) return null;
    if (event.kind !== 'bytes') return event;
    if (segments === true) return null;
    const room = maxBytes - event.offset;
    return room >= event.bytes.length ? event : { ...event, bytes: event.bytes.subarray(0, room) };
  }

  conclude(meant: number): void {
    const { path } = this.origin;
    if (meant > 0 && !this.payload) {
      complain(this.terminal, `${path}: ${meant === 1 ? 'it' : 'they'} carried no payload`);
    }
    if (this.holes > MOST_HOLES) {
      complain(this.terminal, `${path}: ${count(this.holes - MOST_HOLES, 'more hole')}`);
    }
    if (this.others.size > 0) {
      const numbers = [...this.others].join(', ');
      complain(
        this.terminal,
        `${path}: only connection ${this.first!.connection} was written; also meant: ${numbers} (choose with --connection)`,
      );
    }
  }
}
