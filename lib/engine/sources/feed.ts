import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { CaptureProblem } from '../../capture/reader.ts';
import { Decompression } from './decompression.ts';
import { InputError } from './input-error.ts';
import type { Compression, Sink } from './sink.ts';

export interface FeedOptions {
  /** Aborting is the end of input: what has been read is ended properly. */
  readonly signal?: AbortSignal;
  /** Bytes read so far (compressed, if the file is) of how many; null where nobody knows. */
  readonly onProgress?: (bytesRead: number, bytesTotal: number | null) => void;
}

export interface Fed {
  readonly compression: Compression | null;
  /** Bytes read, as they are in the file. */
  readonly bytesRead: number;
  /** What was wrong with the compression, as told to `sink.end`. */
  readonly problem: CaptureProblem | null;
}

/** One buffer for the whole file, which stays in the second-level cache: larger ones were slower. */
const CHUNK_BYTES = 128 * 1024;

/** Between these, signals and other work get their turn. */
const BYTES_PER_TURN = 32 * 1024 * 1024;

const STDIN = 0;

/**
 * Feeds a file, or standard input for `-`, to a sink: reads, decompresses (gzip, zstd and lz4, told by their first
 * bytes), writes, ends. Files are read synchronously into one reused buffer; pipes as their bytes come.
 * Throws `InputError` for what can't be read.
 */
export async function feed(path: string, sink: Sink, options: FeedOptions = {}): Promise<Fed> {
  const descriptor = path === '-' ? STDIN : open(path);
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) throw new InputError(path, 'is a directory');
    const decompression = new Decompression(sink);
    const bytesRead = stat.isFile()
      ? await feedFile(path, descriptor, stat.size, decompression, options)
      : await feedPipe(path, descriptor, decompression, options);
    const problem = await decompression.end();
    return { compression: decompression.found, bytesRead, problem };
  } finally {
    if (descriptor !== STDIN) closeSync(descriptor);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw InputError.from(path, error);
  }
}

async function feedFile(
  path: string,
  descriptor: number,
  size: number,
  decompression: Decompression,
  { signal, onProgress }: FeedOptions,
): Promise<number> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  let bytesRead = 0;
  let turnAt = BYTES_PER_TURN;
  while (!signal?.aborted && !decompression.stopped) {
    const length = readInto(path, descriptor, buffer);
    if (length === 0) break;
    bytesRead += length;
    const pending = decompression.write(length === CHUNK_BYTES ? buffer : buffer.subarray(0, length));
    if (pending) await pending;
    if (bytesRead >= turnAt) {
      turnAt += BYTES_PER_TURN;
      onProgress?.(bytesRead, size);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return bytesRead;
}

function readInto(path: string, descriptor: number, buffer: Uint8Array): number {
  try {
    return readSync(descriptor, buffer, 0, buffer.length, null);
  } catch (error) {
    throw InputError.from(path, error);
  }
}

async function feedPipe(
  path: string,
  descriptor: number,
  decompression: Decompression,
  { signal, onProgress }: FeedOptions,
): Promise<number> {
  const stream: Readable =
    descriptor === STDIN ? process.stdin : createReadStream(path, { fd: descriptor, autoClose: false });
  const stop = () => stream.destroy();
  signal?.addEventListener('abort', stop, { once: true });
  let bytesRead = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (signal?.aborted || decompression.stopped) break;
      bytesRead += chunk.length;
      const pending = decompression.write(chunk);
      if (pending) await pending;
      onProgress?.(bytesRead, null);
    }
  } catch (error) {
    // Destroying the stream ends the loop with an error of its own.
    if (!signal?.aborted) throw isSystemError(error) ? InputError.from(path, error) : error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  return bytesRead;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
