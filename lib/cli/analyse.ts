import { UNKNOWN_FORMAT } from '../capture/info.ts';
import { Analyzer } from '../engine/analyzer.ts';
import type { AnalyzerOptions } from '../engine/options.ts';
import { InputError } from '../engine/sources/input-error.ts';
import { readTrace } from '../engine/sources/trace.ts';
import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import { forgottenText } from '../facts/wording.ts';
import type { NameOf } from '../lint/names.ts';
import type { Origin } from '../report/format.ts';
import { closest } from '../select/nearest.ts';
import { isReadApart } from './apart.ts';
import { COMMANDS } from './commands.ts';
import { sourcesOf, type TraceSource } from './inputs.ts';
import { Pulse } from './live.ts';
import { complain } from './main.ts';
import { loadNames } from './names.ts';
import type { CaptureOptions } from './options.ts';
import { Progress } from './progress.ts';
import { checkNamed } from './selection.ts';
import { Stop } from './stop.ts';
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
    | 'onComment'
    | 'onConnection'
    | 'onLoneSyn'
    | 'onPacket'
    | 'wake'
    | 'lends'
    | 'labels'
    | 'zeek'
    | 'metrics'
    | 'payload'
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

/**
 * Reads every capture from its first byte to its last. `begin` is called once for each, before its first byte. Throws
 * `CliError` where none has the connection or stream that options name.
 */
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
      const capture = await analyseOne(source, options, nameOf, begin, { signal: stop.signal, progress });
      captures.push(capture);
      progress.end();
      if (capture.forgotten !== undefined) complain(terminal, `${source.path}: ${forgottenText(capture.forgotten)}`);
    } catch (error) {
      progress.end();
      fail(error);
    } finally {
      stop.release();
    }
  }
  checkNamed(captures, options);
  return { captures, failures };
}

/** Readable bytes, but no capture. */
class Unreadable extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

interface Reading {
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

async function analyseOne(
  source: TraceSource,
  options: CaptureOptions,
  nameOf: NameOf,
  begin: (origin: Source) => Interest,
  reading: Reading,
): Promise<CaptureFacts> {
  const { path, several } = source;
  const origin: Source = {
    path,
    several,
    endless: source.endless,
    get start() {
      return analyzer.start;
    },
    nameOf: (address, port) => nameOf(address, port, analyzer.names.get(address)),
  };
  const interest = begin(origin);
  const apart = isReadApart(source, interest, options) ? await import('../engine/workers/apart.ts') : null;
  const make = interest.make ?? ((wanted: AnalyzerOptions) => new Analyzer(wanted, apart?.createReceiver()));
  const analyzer: Analyzer = make({
    ...interest.ask,
    path,
    nameOf,
    ...(options.timeWait === undefined ? {} : { timeWaitSeconds: options.timeWait }),
    ...(options.captureEnd === undefined ? {} : { captureEnd: options.captureEnd }),
    ...(options.limit === undefined ? {} : { limit: options.limit }),
    ...(options.maxMemory === undefined ? {} : { maxMemory: options.maxMemory }),
  });
  let facts: CaptureFacts | null = null;
  const sink = {
    write(chunk: Uint8Array): void {
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
  const read = apart === null ? readTrace : apart.readTraceApart;
  const { compression, problem } = await read(source.files, sink, {
    signal: reading.signal,
    onProgress: reading.progress.update,
    limit: options.limit,
  }).finally(() => pulse?.end());
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

/** A command misspelt is taken for a capture: say so. */
function hint(path: string, message: string): string {
  const names = COMMANDS.map(({ name }) => name);
  const near = message.endsWith('no such file') ? closest(path, names) : null;
  return near === null ? '' : ` (did you mean the command ${near}?)`;
}
