import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expandInputs } from '../engine/sources/expand.ts';
import { isPipe } from '../engine/sources/feed.ts';
import { InputError } from '../engine/sources/input-error.ts';
import { findRotations, type Span } from '../engine/sources/rotation.ts';
import { statOf } from '../engine/sources/stat.ts';
import type { CaptureFacts } from '../facts/capture.ts';
import type { Judged } from '../report/make-report.ts';
import type { Failure } from './analyse.ts';
import type { LintOptions } from './commands/lint.ts';
import { checkNamed } from './selection.ts';
import { endOnSignal } from './stop.ts';
import type { Terminal } from './terminal.ts';

/** What a worker is asked to do with the capture of that index. */
export type Order =
  | { readonly index: number; readonly path: string }
  | { readonly index: number; readonly rotated: CaptureFacts['rotated'] | null };

/** Its answer, in the order of the orders. */
export type Answer =
  | { readonly span: Span | null; readonly failures: readonly Failure[]; readonly complaints: string }
  | { readonly judged: Judged }
  | { readonly defect: string };

/** Fewer bytes are judged before a second thread has begun. */
const WORTH_BYTES = 16 * 1024 * 1024;

/** Each takes some tens of megabytes, whatever is asked for. */
const MOST_THREADS = 64;

/** The files to be judged on several threads; null where one thread does as well, or must. */
export function forCrew(paths: readonly string[], { join, threads }: LintOptions): readonly string[] | null {
  if (join === true || threads === 1 || paths.includes('-')) {
    return null;
  }
  try {
    const files = expandInputs(paths);
    const bytes = files.reduce((sum, path) => sum + sizeOf(path), 0);
    const plain = files.every((path) => !isPipe(path));
    const worth = threads !== undefined || bytes >= WORTH_BYTES;
    return files.length > 1 && plain && worth ? files : null;
  } catch (error) {
    if (error instanceof InputError) {
      return null;
    }
    throw error;
  }
}

function sizeOf(path: string): number {
  return statOf(path)?.size ?? 0;
}

/** Judges each file on a thread, as many at a time as there are threads: the results are those of one thread. */
export async function judgeAll(
  files: readonly string[],
  options: LintOptions,
  terminal: Terminal,
  discard: () => void,
): Promise<{ readonly judged: readonly Judged[]; readonly failures: readonly Failure[] }> {
  const count = Math.min(options.threads ?? availableParallelism(), MOST_THREADS, files.length);
  const hands = Array.from({ length: count }, () => new Hand(options));
  const off = endOnSignal(terminal, discard);
  try {
    const of = new Map<number, Hand>();
    const read: Extract<Answer, { span: unknown }>[] = [];
    // The largest first: a small one left for the end keeps nobody waiting.
    const largestFirst = files.map((path, index) => ({ index, bytes: sizeOf(path) })).sort((a, b) => b.bytes - a.bytes);
    const left = largestFirst.map(({ index }) => index).values();
    await Promise.all(
      hands.map(async (hand) => {
        for (const index of left) {
          of.set(index, hand);
          read[index] = (await hand.ask({ index, path: files[index]! })) as (typeof read)[number];
        }
      }),
    );
    for (const { complaints } of read) {
      terminal.stderr.write(complaints);
    }
    const whole = read.flatMap(({ span }, index) => (span === null ? [] : [{ index, span }]));
    const rotations = findRotations(whole.map(({ span }) => span));
    const judged = await Promise.all(
      whole.map(async ({ index }, i) => {
        const answer = await of.get(index)!.ask({ index, rotated: rotations[i] ?? null });
        return (answer as Extract<Answer, { judged: unknown }>).judged;
      }),
    );
    checkNamed(
      judged.map(({ capture }) => capture),
      options,
    );
    return { judged, failures: read.flatMap(({ failures }) => failures) };
  } finally {
    off();
    for (const hand of hands) {
      hand.release();
    }
  }
}

/** One worker, and who waits for its answers. */
class Hand {
  private readonly worker: Worker;
  private readonly waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }[] =
    [];

  constructor(options: LintOptions) {
    this.worker = new Worker(new URL('./crew-worker.js', import.meta.url), { workerData: options });
    this.worker.on('message', (answer: Answer) => {
      const { resolve, reject } = this.waiting.shift()!;
      if ('defect' in answer) {
        reject(Object.assign(new Error(), { stack: answer.defect }));
      } else {
        resolve(answer);
      }
    });
    this.worker.on('error', (error) => {
      for (const { reject } of this.waiting.splice(0)) {
        reject(error);
      }
    });
  }

  ask(order: Order): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(order);
    });
  }

  release(): void {
    this.worker.terminate();
  }
}
