import { Worker } from 'node:worker_threads';
import type { Receiver } from '../receiving/receiver.ts';
import { RelayedReceiver } from '../receiving/relayed.ts';
import type { FeedOptions } from '../sources/feed.ts';
import { InputError } from '../sources/input-error.ts';
import type { Sink } from '../sources/sink.ts';
import type { Read } from '../sources/trace.ts';
import { createRing, giveBack, type Ring } from './ring.ts';

/** What the other thread is to do. */
export interface Order {
  readonly paths: readonly string[];
  readonly limit: number | undefined;
  readonly ring: Ring;
}

/** What it says, in this order: blocks that are full, and one of the others. */
export type Report =
  | {
      readonly block: number;
      readonly words: number;
      readonly bytesRead: number;
      readonly bytesTotal: number | null;
    }
  | { readonly read: Read }
  | { readonly unreadable: string; readonly path: string }
  | { readonly defect: string };

/** Takes what `readTraceApart` gives. */
export function createReceiver(): Receiver {
  return new RelayedReceiver();
}

/**
 * As `readTrace`, on another thread, which also receives (receiving/receiver.ts), at most `limit` packets. The sink gets
 * what it relays, for an analyzer with a `createReceiver`. Between two blocks, signals and other work get their turn.
 */
export async function readTraceApart(
  paths: readonly string[],
  sink: Sink,
  { signal, onProgress, limit }: FeedOptions & Pick<Order, 'limit'>,
): Promise<Read> {
  const ring = createRing();
  const workerData: Order = { paths, limit, ring };
  const worker = new Worker(new URL('./receiving-worker.js', import.meta.url), { workerData });
  // It is told nothing else.
  const stop = (): void => worker.postMessage(null);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  // Messages are handed over as long as there are any, and nothing else happens meanwhile: each is heard in a turn of its own.
  const waiting: Report[] = [];
  try {
    return await new Promise<Read>((resolve, reject) => {
      const hear = (report: Report): void => {
        if ('block' in report) {
          const { block, words, bytesRead, bytesTotal } = report;
          const { buffer, byteOffset } = ring.blocks[block]!;
          sink.write(new Uint8Array(buffer, byteOffset, 4 * words));
          giveBack(ring, block);
          onProgress?.(bytesRead, bytesTotal);
        } else if ('read' in report) {
          sink.end(report.read.problem);
          resolve(report.read);
        } else if ('unreadable' in report) {
          reject(Object.assign(new InputError(report.path, ''), { message: report.unreadable }));
        } else reject(Object.assign(new Error(), { stack: report.defect }));
      };
      const turn = (): void => {
        try {
          hear(waiting[0]!);
        } catch (error) {
          reject(error);
          return;
        }
        waiting.shift();
        if (waiting.length > 0) setImmediate(turn);
      };
      const take = (report: Report): void => {
        if (waiting.push(report) === 1) setImmediate(turn);
      };
      worker.on('message', take);
      worker.on('error', reject);
      worker.on('exit', () => take({ defect: 'the thread that reads has ended too early' }));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
    worker.terminate();
  }
}
