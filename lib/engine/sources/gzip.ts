import { createGunzip } from 'node:zlib';
import type { CaptureProblem } from '../../capture/reader.ts';
import type { Decompressor, Sink } from './sink.ts';

/** Large enough that hand-overs between the threads don't show, small enough to stay in the cache. */
const OUTPUT_CHUNK_BYTES = 128 * 1024;

/**
 * gzip, several members in a row included. Inflating runs on another thread while the sink works: what was inflated is
 * passed on a turn later, when the next piece is already under way (and never more than about two pieces wait).
 */
export function createGzipDecompressor(sink: Sink): Decompressor {
  const gunzip = createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES });
  let problem: CaptureProblem | null = null;
  let inflated = 0;
  let broken: unknown = null;
  let settle: (() => void) | null = null;

  gunzip.on('data', (chunk: Buffer) => {
    inflated += chunk.length;
    setImmediate(() => {
      if (broken !== null) return;
      try {
        sink.write(chunk);
      } catch (error) {
        broken = error;
      }
    });
  });
  gunzip.on('error', (error: NodeJS.ErrnoException) => {
    problem =
      error.code === 'Z_BUF_ERROR'
        ? { kind: 'truncated', offset: inflated, reason: 'the gzip data end early' }
        : { kind: 'damaged', offset: inflated, reason: `the gzip data are damaged: ${error.message}` };
    settle?.();
  });
  // Zeroes behind the last member fill up a block. They end the stream, and the piece that held them is never done.
  gunzip.on('end', () => settle?.());

  /** Starts `work` and waits until it is done, or the stream ended or broke. */
  async function during(work: (done: () => void) => void): Promise<void> {
    if (problem === null && !gunzip.readableEnded) {
      await new Promise<void>((resolve) => {
        settle = resolve;
        work(resolve);
      });
    }
    if (broken !== null) throw broken;
  }

  return {
    write: (chunk) => during((done) => gunzip.write(chunk, () => done())),
    async end() {
      // The last bytes have been inflated by now: an early end loses nothing that was there.
      await during(() => gunzip.end());
      await new Promise((resolve) => setImmediate(resolve));
      if (broken !== null) throw broken;
      return problem;
    },
    get problem() {
      return problem;
    },
  };
}
