import { expandInputs } from '../engine/sources/expand.ts';
import { isPipe } from '../engine/sources/feed.ts';
import { InputError } from '../engine/sources/input-error.ts';
import { statOf } from '../engine/sources/stat.ts';
import { CliError } from './exit.ts';
import type { CaptureOptions } from './options.ts';

/** The traces that paths stand for. A path that stands for nothing fails alone, and so does what can't be read of a directory. */
export function sourcesOf(
  paths: readonly string[],
  { join }: CaptureOptions,
  fail: (error: unknown) => void,
): readonly TraceSource[] {
  checkPaths(paths);
  const inputs = expandInputs(paths, fail);
  if (join === true && inputs.length > 1) {
    return [joined(inputs)];
  }
  const several = inputs.length > 1 || paths.length > 1;
  return inputs.map((path) => single(path, several));
}

/** One trace to analyze: a file, standard input, or several files joined. */
export interface TraceSource {
  /** What it is called. */
  readonly path: string;
  readonly files: readonly string[];
  /** One of several. */
  readonly several: boolean;
  readonly endless: boolean;
}

function single(path: string, several: boolean): TraceSource {
  return { path, files: [path], several, endless: path === '-' || isPipe(path) };
}

function joined(files: readonly string[]): TraceSource {
  const more = files.length > 3 ? [`${files.length - 1} more`] : files.slice(1);
  return { path: [files[0]!, ...more].join(' + '), files, several: false, endless: false };
}

/** Standard input, a pipe, a device: it can be read once only. */
export function isReadOnce(path: string): boolean {
  const stat = statOf(path);
  return path === '-' || (stat !== null && !stat.isFile() && !stat.isDirectory());
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
