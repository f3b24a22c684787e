import { parentPort, workerData } from 'node:worker_threads';
import { Relay } from '../receiving/relay.ts';
import { InputError } from '../sources/input-error.ts';
import { type Read, readTrace } from '../sources/trace.ts';
import type { Order, Report } from './apart.ts';
import { awaitReturn, lend } from './ring.ts';

/** The other thread of apart.ts: reads, receives and relays. */
const { paths, limit, ring } = workerData as Order;
const port = parentPort!;
const controller = new AbortController();
let bytesRead = 0;
let bytesTotal: number | null = null;
let block = -1;

function report(what: Report): void {
  port.postMessage(what);
}

/** The block in hand is full; waits for the next one. */
function exchange(words: number): Int32Array {
  if (block >= 0) {
    lend(ring, block);
    report({ block, words, bytesRead, bytesTotal });
  }
  block = (block + 1) % ring.blocks.length;
  awaitReturn(ring, block);
  return ring.blocks[block]!;
}

async function work(): Promise<Read> {
  return readTrace(paths, new Relay(limit, exchange), {
    signal: controller.signal,
    onProgress: (read, total) => {
      bytesRead = read;
      bytesTotal = total;
    },
  });
}

port.on('message', () => controller.abort());
// Whoever has nothing left to read has nothing left to hear.
port.unref();
await work().then(
  (read) => report({ read }),
  (error: Error) =>
    report(
      error instanceof InputError
        ? { unreadable: error.message, path: error.path }
        : { defect: error.stack ?? String(error) },
    ),
);
