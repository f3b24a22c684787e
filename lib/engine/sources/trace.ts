import { type Fed, type FeedOptions, feed } from './feed.ts';
import type { Sink } from './sink.ts';

/** What became of the reading of a trace. */
export type Read = Pick<Fed, 'compression' | 'problem'>;

/** Feeds a trace to a sink: one file as it is, several joined in order of time. Throws `InputError` for what can't be read. */
export async function readTrace(paths: readonly string[], sink: Sink, options: FeedOptions = {}): Promise<Read> {
  if (paths.length === 1) return feed(paths[0]!, sink, options);
  const { join } = await import('./join.ts');
  const files = await join(paths, sink, options);
  const compressions = new Set(files.map(({ compression }) => compression));
  const troubled = files.find(({ problems }) => problems.length > 0);
  const [problem] = troubled?.problems ?? [];
  return {
    compression: compressions.size === 1 ? [...compressions][0]! : null,
    problem: problem === undefined ? null : { ...problem, reason: `${troubled!.path}: ${problem.reason}` },
  };
}
