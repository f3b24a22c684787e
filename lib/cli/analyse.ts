import { Frame } from '../capture/frame.ts';
import { UNKNOWN_FORMAT } from '../capture/info.ts';
import { createReader } from '../capture/open.ts';
import { Analyzer } from '../engine/analyzer.ts';
import type { AnalyzerOptions } from '../engine/options.ts';
import { expandInputs } from '../engine/sources/expand.ts';
import { feed } from '../engine/sources/feed.ts';
import { InputError } from '../engine/sources/input-error.ts';
import type { CaptureFacts } from '../facts/capture.ts';
import type { Moment } from '../facts/moment.ts';
import { closest } from '../lint/spelling.ts';
import type { Origin } from '../report/format.ts';
import { COMMANDS } from './commands.ts';
import { CliError, INTERRUPTED, TERMINATED } from './exit.ts';
import { complain } from './main.ts';
import type { CaptureOptions } from './options.ts';
import type { Terminal } from './terminal.ts';

/** What a command wants of each capture: what the analyzer shall tell, and what to do at the end. */
export interface Interest {
  readonly ask: Pick<AnalyzerOptions, 'onConnection' | 'onPacket' | 'wake' | 'labels' | 'zeek'>;
  finish?(capture: CaptureFacts): void;
}

export interface Failure {
  readonly path: string;
  readonly reason: string;
}

export interface Analysis {
  readonly captures: readonly CaptureFacts[];
  /** Inputs that could not be read: told on standard error, and the others are still done. */
  readonly failures: readonly Failure[];
}

/** Reads every capture from its first byte to its last. `begin` is called once for each, before its first byte. */
export async function analyse(
  paths: readonly string[],
  options: CaptureOptions,
  terminal: Terminal,
  begin: (origin: Origin) => Interest,
  discard: () => void,
): Promise<Analysis> {
  const inputs = expandPaths(paths);
  const captures: CaptureFacts[] = [];
  const failures: Failure[] = [];
  for (const path of inputs) {
    const stop = new Stop(terminal, path === '-', discard);
    try {
      captures.push(await analyseOne(path, inputs.length > 1, options, begin, stop.signal));
    } catch (error) {
      if (!(error instanceof InputError || error instanceof Unreadable)) {
        throw error;
      }
      failures.push({ path, reason: error.message.slice(path.length + 2) });
      complain(terminal, error.message + hint(path, error.message));
    } finally {
      stop.release();
    }
  }
  return { captures, failures };
}

export function expandPaths(paths: readonly string[]): string[] {
  if (paths.filter((path) => path === '-').length > 1) {
    throw new CliError('standard input (-) can be read once only');
  }
  try {
    return expandInputs(paths);
  } catch (error) {
    throw error instanceof InputError ? new CliError(error.message) : error;
  }
}

/** Readable bytes, but no capture. */
class Unreadable extends Error {}

async function analyseOne(
  path: string,
  several: boolean,
  options: CaptureOptions,
  begin: (origin: Origin) => Interest,
  signal: AbortSignal,
): Promise<CaptureFacts> {
  const first = new FirstPacket();
  const origin: Origin = {
    path,
    several,
    get start() {
      return first.time;
    },
  };
  const interest = begin(origin);
  const analyzer = new Analyzer({
    ...interest.ask,
    path,
    ...(options.timeWait === undefined ? {} : { timeWaitSeconds: options.timeWait }),
    ...(options.captureEnd === undefined ? {} : { captureEnd: options.captureEnd }),
  });
  let facts: CaptureFacts | null = null;
  const sink = {
    write(chunk: Uint8Array): void {
      first.look(chunk);
      analyzer.write(chunk);
    },
    end(): void {
      facts = analyzer.end();
    },
  };
  const { compression, problem } = await feed(path, sink, { signal });
  const capture: CaptureFacts = {
    ...facts!,
    compression,
    problems: problem === null ? facts!.problems : [...facts!.problems, problem],
  };
  if (capture.format === UNKNOWN_FORMAT) {
    const [trouble] = capture.problems;
    throw new Unreadable(`${path}: ${trouble?.reason ?? 'not a capture'} (offset ${trouble?.offset ?? 0})`);
  }
  interest.finish?.(capture);
  return capture;
}

/** The time of a capture's first packet, TCP or not: the zero of relative times, wanted before the first row. */
class FirstPacket {
  time: Moment | null = null;
  private reader: ReturnType<typeof createReader> | null = createReader();

  look(chunk: Uint8Array): void {
    if (this.reader === null) {
      return;
    }
    const frame = new Frame();
    this.reader.write(chunk);
    if (this.reader.next(frame)) {
      this.time = { seconds: frame.seconds, nanos: frame.nanos };
      this.reader = null;
    }
  }
}

/** How long standard input is still listened to after the first signal: whoever feeds us was told to stop as well. */
const GRACE_MILLISECONDS = 250;

/** Ctrl-C: on standard input the first is the end of input; otherwise, and the second, the end of the run. */
class Stop {
  private readonly controller = new AbortController();
  private readonly off: () => void;
  private timer: NodeJS.Timeout | null = null;

  constructor(terminal: Terminal, stdin: boolean, discard: () => void) {
    let ended = false;
    this.off = terminal.onStop((signal) => {
      if (stdin && !ended) {
        ended = true;
        this.timer = setTimeout(() => this.controller.abort(), GRACE_MILLISECONDS);
        return;
      }
      discard();
      terminal.exit(signal === 'SIGINT' ? INTERRUPTED : TERMINATED);
    });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  release(): void {
    this.off();
    if (this.timer !== null) {
      clearTimeout(this.timer);
    }
  }
}

/** A command misspelt is taken for a capture: say so. */
function hint(path: string, message: string): string {
  const names = COMMANDS.map(({ name }) => name);
  const near = message.endsWith('no such file') ? closest(path, names) : null;
  return near === null ? '' : ` (did you mean the command ${near}?)`;
}
