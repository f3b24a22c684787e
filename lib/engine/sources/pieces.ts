import { createReadStream } from 'node:fs';
import { Decompression } from './decompression.ts';
import { InputError } from './input-error.ts';
import type { Read } from './trace.ts';

/** Small, for what it is inflated to waits in memory: a thousand times as much at worst. */
const PIECE_BYTES = 16 * 1024;

/**
 * A file's bytes, decompressed, piece by piece as they are asked for: for readers that take their time. Ends early where
 * the compression is damaged. `ended` is told, before the last pieces, what became of it. Throws `InputError` for what
 * can't be read.
 */
export async function* pieces(path: string, ended: (read: Read) => void): AsyncGenerator<Uint8Array, void> {
  const ready: Uint8Array[] = [];
  const decompression = new Decompression({ write: (chunk) => ready.push(new Uint8Array(chunk)), end: () => {} });
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  try {
    for await (const chunk of file as AsyncIterable<Buffer>) {
      await decompression.write(chunk);
      yield* ready.splice(0);
      if (decompression.stopped) break;
    }
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? InputError.from(path, error) : error;
  }
  const problem = await decompression.end();
  ended({ compression: decompression.found, problem });
  yield* ready;
}
