import { Frame } from '../capture/frame.ts';
import { UNKNOWN_FORMAT } from '../capture/info.ts';
import { createReader } from '../capture/open.ts';
import type { CaptureProblem } from '../capture/reader.ts';
import { Analyzer } from '../engine/analyzer.ts';
import type { AnalyzerOptions } from '../engine/options.ts';
import { expandInputs } from '../engine/sources/expand.ts';
import { feed, isPipe } from '../engine/sources/feed.ts';
import { InputError } from '../engine/sources/input-error.ts';
import type { Sink } from '../engine/sources/sink.ts';
import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Moment } from '../facts/moment.ts';
import type { NameOf } from '../lint/names.ts';
import type { Origin } from '../report/format.ts';
import { closest } from '../select/nearest.ts';
import { COMMANDS } from './commands.ts';
import { CliError, INTERRUPTED, TERMINATED } from './exit.ts';
import { Pulse } from './live.ts';
import { complain } from './main.ts';
import { loadNames } from './names.ts';
import type { CaptureOptions } from './options.ts';
import { Progress } from './progress.ts';
import type { Terminal } from './terminal.ts';

/** Where rows come from, and who is called what there. */
export interface Source extends Origin {
  readonly nameOf: NameOf;
  /** A pipe, which ends when whoever writes into it wills. */
  readonly endless: boolean;
}

/** What a command wants of each capture: what the analyzer shall tell, and what to do at the end. */
export interface Interest {
  readonly ask: Pick<
    AnalyzerOptions,
    'onComment' | 'onConnection' | 'onPacket' | 'wake' | 'lends' | 'labels' | 'zeek' | 'metrics' | 'payload'
  >;
  finish?(capture: CaptureFacts): void;
  /** The capture's bytes as they come, decompressed: lent until this returns. */
  see?(chunk: Uint8Array): void;
  /** Makes the analyzer, if it is not to be the plain one. */
  make?(options: AnalyzerOptions): Analyzer;
  /** Asked now and then while a pipe has no more to give: what can be told already. */
  soFar?(reading: SoFar): void;
}

/** A capture that goes on. */
export interface SoFar {
  /** It is being made now: nobody merely copies a file into the pipe. */
  readonly live: boolean;
  /** Tells of the connections in memory, and of the capture, as if it ended now. */
  snapshot(tell: (facts: ConnectionFacts) => void): CaptureFacts;
  /** Tells the rows that wait for evidence that might still change them. */
  tellRows(): void;
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
  begin: (origin: Source) => Interest,
  discard: () => void,
): Promise<Analysis> {
  const nameOf = await loadNames(options);
  const captures: CaptureFacts[] = [];
  const failures: Failure[] = [];
  const fail = (error: unknown): void => {
    if (!(error instanceof InputError || error instanceof Unreadable)) {
      throw error;
    }
    const { path } = error;
    failures.push({ path, reason: error.message.slice(path.length + 2) });
    complain(terminal, error.message + hint(path, error.message));
  };
  for (const source of sourcesOf(paths, options, fail)) {
    const stop = new Stop(terminal, source.path === '-', discard);
    const progress = new Progress(terminal, source.path);
    try {
      captures.push(await analyseOne(source, options, nameOf, begin, { signal: stop.signal, progress }));
    } catch (error) {
      progress.end();
      fail(error);
    } finally {
      progress.end();
      stop.release();
    }
  }
  return { captures, failures };
}

/** The traces that paths stand for. A path that stands for nothing fails alone. */
function sourcesOf(
  paths: readonly string[],
  { join }: CaptureOptions,
  fail: (error: unknown) => void,
): readonly TraceSource[] {
  checkPaths(paths);
  const inputs = paths.flatMap((path) => {
    try {
      return expandInputs([path]);
    } catch (error) {
      fail(error);
      return [];
    }
  });
  if (join === true && inputs.length > 1) {
    return [joined(inputs)];
  }
  const several = inputs.length > 1 || paths.length > 1;
  return inputs.map((path) => single(path, several));
}

interface Reading {
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** One trace to analyze: a file, standard input, or several files joined. */
interface TraceSource {
  readonly path: string;
  /** One of several. */
  readonly several: boolean;
  readonly endless: boolean;
  read(sink: Sink, reading: Reading): Promise<Pick<CaptureFacts, 'compression'> & { problem: CaptureProblem | null }>;
}

function single(path: string, several: boolean): TraceSource {
  return {
    path,
    several,
    endless: path === '-' || isPipe(path),
    read: (sink, { signal, progress }) => feed(path, sink, { signal, onProgress: progress.update }),
  };
}

function joined(paths: readonly string[]): TraceSource {
  const more = paths.length > 3 ? [`${paths.length - 1} more`] : paths.slice(1);
  return {
    path: [paths[0]!, ...more].join(' + '),
    several: false,
    endless: false,
    async read(sink, { signal, progress }) {
      const { join } = await import('../engine/sources/join.ts');
      const files = await join(paths, sink, { signal, onProgress: progress.update });
      const compressions = new Set(files.map(({ compression }) => compression));
      const troubled = files.find(({ problems }) => problems.length > 0);
      const [problem] = troubled?.problems ?? [];
      return {
        compression: compressions.size === 1 ? [...compressions][0]! : null,
        problem: problem === undefined ? null : { ...problem, reason: `${troubled!.path}: ${problem.reason}` },
      };
    },
  };
}

function checkPaths(paths: readonly string[]): void {
  if (paths.filter((path) => path === '-').length > 1) {
    throw new CliError('standard input (-) can be read once only');
  }
}

/** The files that paths stand for; one that stands for nothing ends the run. */
export function expandPaths(paths: readonly string[]): string[] {
  checkPaths(paths);
  try {
    return expandInputs(paths);
  } catch (error) {
    throw error instanceof InputError ? new CliError(error.message) : error;
  }
}

/** Readable bytes, but no capture. */
class Unreadable extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

async function analyseOne(
  source: TraceSource,
  options: CaptureOptions,
  nameOf: NameOf,
  begin: (origin: Source) => Interest,
  reading: Reading,
): Promise<CaptureFacts> {
  const { path, several } = source;
  const first = new FirstPacket();
  const origin: Source = {
    path,
    several,
    endless: source.endless,
    get start() {
      return first.time;
    },
    nameOf: (address, port) => nameOf(address, port, analyzer.names.get(address)),
  };
  const interest = begin(origin);
  const make = interest.make ?? ((wanted: AnalyzerOptions) => new Analyzer(wanted));
  const analyzer: Analyzer = make({
    ...interest.ask,
    path,
    nameOf,
    ...(options.timeWait === undefined ? {} : { timeWaitSeconds: options.timeWait }),
    ...(options.captureEnd === undefined ? {} : { captureEnd: options.captureEnd }),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
  });
  let facts: CaptureFacts | null = null;
  const sink = {
    write(chunk: Uint8Array): void {
      first.look(chunk);
      interest.see?.(chunk);
      analyzer.write(chunk);
      pulse?.came(chunk.length);
    },
    get full(): boolean {
      return analyzer.full;
    },
    end(): void {
      facts = analyzer.end();
    },
  };
  const soFar = source.endless && interest.soFar !== undefined ? interest.soFar : null;
  const pulse =
    soFar === null
      ? null
      : new Pulse(
          () => analyzer.latest,
          (live) => {
            reading.progress.end();
            soFar({
              live,
              snapshot: (tell) => analyzer.snapshot(tell),
              tellRows: () => analyzer.tellRows(),
            });
          },
        );
  const { compression, problem } = await source.read(sink, reading).finally(() => pulse?.end());
  const capture: CaptureFacts = {
    ...facts!,
    compression,
    problems: problem === null ? facts!.problems : [...facts!.problems, problem],
  };
  if (capture.format === UNKNOWN_FORMAT) {
    const [trouble] = capture.problems;
    throw new Unreadable(path, `${path}: ${trouble?.reason ?? 'not a capture'} (offset ${trouble?.offset ?? 0})`);
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
      // Whatever waits on another thread would hold up the end of the process.
      this.controller.abort();
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
