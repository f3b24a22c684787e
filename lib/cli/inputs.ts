import type { CaptureProblem } from '../capture/reader.ts';
import { expandInputs } from '../engine/sources/expand.ts';
import { feed, isPipe } from '../engine/sources/feed.ts';
import { InputError } from '../engine/sources/input-error.ts';
import type { Sink } from '../engine/sources/sink.ts';
import type { CaptureFacts } from '../facts/capture.ts';
import { CliError } from './exit.ts';
import type { CaptureOptions } from './options.ts';
import type { Progress } from './progress.ts';

/** The traces that paths stand for. A path that stands for nothing fails alone. */
export function sourcesOf(
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

export interface Reading {
  readonly signal: AbortSignal;
  readonly progress: Progress;
}

/** One trace to analyze: a file, standard input, or several files joined. */
export interface TraceSource {
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
