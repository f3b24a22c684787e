import { UNKNOWN_FORMAT } from '../capture/info.ts';
import type { CaptureInfo, CaptureProblem } from '../capture/reader.ts';
import { type Fed, feed } from '../engine/sources/feed.ts';
import { InputError } from '../engine/sources/input-error.ts';
import type { Sink } from '../engine/sources/sink.ts';
import type { Finding } from '../facts/finding.ts';
import { TOOL } from '../facts/report.ts';
import { resolveConfig } from '../lint/config.ts';
import { makeReport } from '../report/make-report.ts';
import { Copier, CopyError, type CopyOptions } from '../rewrite/copy.ts';
import { RULES } from '../rules/index.ts';
import { analyse, type Source } from './analyse.ts';
import { type ConfigOptions, findConfig } from './config.ts';
import { CliError } from './exit.ts';
import { expandPaths, isReadOnce } from './inputs.ts';
import { beginJudging, type Judging } from './judge.ts';
import { complainOfDamage } from './main.ts';
import type { CaptureOptions } from './options.ts';
import { FileOutput, type Output, StreamOutput } from './output.ts';
import { Progress } from './progress.ts';
import { openSelector } from './selection.ts';
import { endOnSignal } from './stop.ts';
import type { Terminal } from './terminal.ts';

/** Commands that write captures: they read the one they are given more than once. */

/** The one file that is meant: no pipe, for it is read again, and no several. */
export function oneFile(paths: readonly string[], command: string): string {
  const [path, ...more] = expandPaths(paths);
  if (more.length > 0) {
    throw new CliError(`${command} reads one capture, and there are ${more.length + 1}`);
  }
  if (isReadOnce(path!)) {
    throw new CliError(`${command} reads a capture twice: give a file, not standard input or a pipe`);
  }
  return path!;
}

/** Where the new capture goes: `--output`, or standard output unless that is a terminal. */
export function openCaptureOutput(file: string | undefined, terminal: Terminal): Output {
  if (file !== undefined && file !== '-') {
    return new FileOutput(file);
  }
  if (terminal.stdout.isTTY === true) {
    throw new CliError('a capture is not for a terminal: name a file with --output, or pipe it on');
  }
  return new StreamOutput(terminal.stdout);
}

/** Feeds a file to `sink`, with progress; a signal discards the output and ends the run. */
export async function read(path: string, sink: Sink, terminal: Terminal, output: Output): Promise<Fed> {
  const progress = new Progress(terminal, path);
  const release = endOnSignal(terminal, () => output.discard());
  try {
    return await feed(path, sink, { onProgress: progress.update });
  } catch (error) {
    throw error instanceof InputError ? new CliError(error.message) : error;
  } finally {
    progress.end();
    release();
  }
}

/** The last reading: copies what is meant to `output` and closes it; tells where the capture was damaged. */
export async function copy(
  path: string,
  output: Output,
  terminal: Terminal,
  options: Omit<CopyOptions, 'application'>,
): Promise<Copier> {
  const copier = new Copier((bytes) => output.writeBytes(bytes), {
    ...options,
    application: `${TOOL.name} ${TOOL.version}`,
  });
  let compressed: CaptureProblem | null;
  try {
    compressed = (await read(path, copier, terminal, output)).problem;
  } catch (error) {
    throw error instanceof CopyError ? new CliError(`${path}: ${error.message}`) : error;
  }
  checkFormat(path, copier.info);
  const { problems } = copier.info;
  await output.close();
  complainOfDamage(terminal, { path, problems: compressed === null ? problems : [...problems, compressed] });
  return copier;
}

/** Throws, with the reason, where a file is no capture. */
export function checkFormat(path: string, { format, problems }: CaptureInfo): void {
  if (format === UNKNOWN_FORMAT) {
    throw new CliError(`${path}: ${problems[0]?.reason ?? 'not a capture'} (offset ${problems[0]?.offset ?? 0})`);
  }
}

/** What `lint` finds in the capture, numbered as it numbers. */
export async function findingsOf(
  path: string,
  options: CaptureOptions & ConfigOptions,
  terminal: Terminal,
  output: Pick<Output, 'discard'>,
): Promise<readonly Finding[]> {
  const [{ config }, selector] = await Promise.all([findConfig(options), openSelector(options)]);
  const standard = { config: resolveConfig(config, RULES), selector, expectations: config.expect ?? [] };
  const judgings: Judging[] = [];
  const begin = (origin: Source): Judging => {
    const judging = beginJudging(standard, origin);
    judgings.push(judging);
    return judging;
  };
  const silent: Terminal = { ...terminal, stderr: { write: () => true } as unknown as Terminal['stderr'] };
  const { failures } = await analyse([path], options, silent, begin, () => output.discard());
  for (const { reason } of failures) {
    throw new CliError(`${path}: ${reason}`);
  }
  const judged = judgings.map((judging) => judging.conclude(null));
  return makeReport(judged, []).findings;
}
