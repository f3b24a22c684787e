import { closeSync, constants, createReadStream, fstatSync, open as openAsync, openSync, read } from 'node:fs';
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import type { Readable } from 'node:stream';
import type { CaptureProblem } from '../../capture/reader.ts';
import { Decompression } from './decompression.ts';
import { InputError } from './input-error.ts';
import type { Compression, Sink } from './sink.ts';
import { statOf } from './stat.ts';

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

/** Of each of two buffers, used in turn for the whole file. */
const CHUNK_BYTES = 1024 * 1024;

const BYTES_PER_REPORT = 4 * 1024 * 1024;

const STDIN = 0;

/**
 * Feeds a file, or standard input for `-`, to a sink: reads, decompresses (gzip, zstd and lz4, told by their first
 * bytes), writes, ends. Of a file the system reads the next piece while this one is analysed, into two buffers that take
 * turns; a pipe is read as its bytes come, into one. Throws `InputError` for what can't be read.
 */
export async function feed(path: string, sink: Sink, options: FeedOptions = {}): Promise<Fed> {
  const isStdin = path === '-';
  const descriptor = isStdin ? STDIN : isPipe(path) ? await openPipe(path, options.signal) : open(path);
  const decompression = new Decompression(sink);
  const bytesRead = await feedDescriptor(path, descriptor, decompression, options);
  const problem = await decompression.end();
  return { compression: decompression.found, bytesRead, problem };
}

/** Whichever reads closes the descriptor, and nobody else: the number may by then be that of another file. */
function feedDescriptor(
  path: string,
  descriptor: number,
  decompression: Decompression,
  options: FeedOptions,
): Promise<number> {
  const stat = fstatSync(descriptor);
  if (stat.isFIFO() || stat.isSocket()) return feedPipe(path, descriptor, decompression, options);
  if (stat.isFile() || stat.isDirectory()) return feedFile(path, descriptor, stat.size, decompression, options);
  const stream = descriptor === STDIN ? process.stdin : createReadStream(path, { fd: descriptor });
  return feedStream(path, stream, decompression, options);
}

/** A named pipe, or another process's output by a name. */
export function isPipe(path: string): boolean {
  return statOf(path)?.isFIFO() ?? false;
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw InputError.from(path, error);
  }
}

/**
 * Opens a pipe, which waits until somebody writes into it: on another thread, so that signals get through. That thread
 * can't be told to stop, and would hold up the end of the process; so on abort it is given what it waits for.
 */
async function openPipe(path: string, signal: AbortSignal | undefined): Promise<number> {
  const poke = (): void => {
    try {
      closeSync(openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
    } catch {
      // It is open by now, or gone.
    }
  };
  signal?.addEventListener('abort', poke, { once: true });
  try {
    return await new Promise((resolve, reject) => {
      openAsync(path, 'r', (error, descriptor) => (error === null ? resolve(descriptor) : reject(error)));
    });
  } catch (error) {
    throw InputError.from(path, error);
  } finally {
    signal?.removeEventListener('abort', poke);
  }
}

async function feedFile(
  path: string,
  descriptor: number,
  size: number,
  decompression: Decompression,
  { signal, onProgress }: FeedOptions,
): Promise<number> {
  let buffer = new Uint8Array(CHUNK_BYTES);
  let other = new Uint8Array(CHUNK_BYTES);
  let bytesRead = 0;
  let reported = 0;
  try {
    let length = await readInto(path, descriptor, buffer);
    while (length > 0 && !signal?.aborted && !decompression.stopped) {
      // The system reads the next piece while this one is analysed.
      const next = readInto(path, descriptor, other);
      // Its failure is told when it is waited for, below; until then nobody may take it for unhandled.
      next.catch(() => {});
      try {
        bytesRead += length;
        const pending = decompression.write(length === CHUNK_BYTES ? buffer : buffer.subarray(0, length));
        if (pending) await pending;
      } finally {
        // Whatever happens, the file must not be closed under it.
        length = await next;
      }
      if (bytesRead - reported >= BYTES_PER_REPORT) {
        reported = bytesRead;
        onProgress?.(bytesRead, size);
      }
      [buffer, other] = [other, buffer];
    }
  } finally {
    if (descriptor !== STDIN) closeSync(descriptor);
  }
  return bytesRead;
}

function readInto(path: string, descriptor: number, buffer: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, 0, buffer.length, null, (error, length) => {
      if (error) reject(InputError.from(path, error));
      else resolve(length);
    });
  });
}

/**
 * Every piece into one reused buffer, which streams would make anew: of a capture that goes on and on that is garbage of
 * its own size. The socket closes the descriptor.
 */
function feedPipe(
  path: string,
  descriptor: number,
  decompression: Decompression,
  { signal, onProgress }: FeedOptions,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytesRead = 0;
    let pending: Promise<void> | void;
    const take = (length: number, buffer: Uint8Array): boolean => {
      if (signal?.aborted) return false;
      try {
        bytesRead += length;
        pending = decompression.write(buffer.subarray(0, length));
        onProgress?.(bytesRead, null);
        if (pending) {
          pending.then(goOn, fail);
          return false;
        }
      } catch (error) {
        fail(error);
        return false;
      }
      if (decompression.stopped) socket.destroy();
      return true;
    };
    const options: SocketConstructorOpts & { readonly onread: OnReadOpts } = {
      fd: descriptor,
      readable: true,
      writable: false,
      onread: { buffer: new Uint8Array(CHUNK_BYTES), callback: take },
    };
    const socket = new Socket(options);
    const goOn = (): void => {
      if (decompression.stopped) socket.destroy();
      else socket.resume();
    };
    const fail = (error: unknown): void => {
      reject(isSystemError(error) ? InputError.from(path, error) : error);
      socket.destroy();
    };
    const stop = (): void => {
      socket.destroy();
    };
    signal?.addEventListener('abort', stop, { once: true });
    socket.on('error', fail);
    socket.on('end', stop);
    socket.on('close', () => {
      signal?.removeEventListener('abort', stop);
      // What is still being unpacked counts.
      Promise.resolve(pending).then(() => resolve(bytesRead), reject);
    });
    if (signal?.aborted) stop();
    else socket.resume();
  });
}

async function feedStream(
  path: string,
  stream: Readable,
  decompression: Decompression,
  { signal, onProgress }: FeedOptions,
): Promise<number> {
  if (signal?.aborted) stream.destroy();
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
