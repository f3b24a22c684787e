import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { statOf } from '../engine/sources/stat.ts';
import { CliError, isReaderGone, PipeClosedError } from './exit.ts';
import type { CaptureOptions } from './options.ts';
import { wipeProgress } from './progress.ts';

/** Where results go. Text is gathered and written in pieces of this size, not line by line. */
const PIECE = 64 * 1024;

export interface Output {
  write(text: string): void;
  /** The same for bytes, lent until this returns. */
  writeBytes(bytes: Uint8Array): void;
  /** What has been gathered is to be seen now: somebody waits for it. */
  flush(): void;
  /** Resolves when the reader has kept up: to be awaited now and then by whoever writes much. */
  ready(): Promise<void>;
  /** Everything is written; a file appears under its name only now. */
  close(): Promise<void>;
  /** Nothing of it shall remain. */
  discard(): void;
}

/** Gathers text into pieces. */
abstract class Gathering {
  protected pending = '';

  write(text: string): void {
    this.pending += text;
    if (this.pending.length >= PIECE) {
      this.send();
    }
  }

  flush(): void {
    this.send();
  }

  /** Writes what is pending. */
  protected abstract send(): void;
}

/** Writes to a pipe, a terminal or whatever else standard output is. */
export class StreamOutput extends Gathering implements Output {
  private readonly stream: Writable;
  private full = false;
  private failure: Error | null = null;
  private readonly onError = (error: Error): void => {
    this.failure ??= isReaderGone(error) ? new PipeClosedError() : new CliError(`cannot write: ${reason(error)}`);
  };

  constructor(stream: Writable) {
    super();
    this.stream = stream;
    stream.on('error', this.onError);
  }

  writeBytes(bytes: Uint8Array): void {
    this.send();
    this.full = !this.stream.write(bytes.slice());
  }

  protected send(): void {
    const text = this.pending;
    this.pending = '';
    if (this.failure === null && this.stream.errored !== null) {
      this.onError(this.stream.errored);
    }
    if (this.failure !== null) {
      throw this.failure;
    }
    if (text !== '') {
      wipeProgress();
      this.full = !this.stream.write(text);
    }
  }

  async ready(): Promise<void> {
    if (this.full && this.failure === null) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          for (const event of ['drain', 'error', 'close']) {
            this.stream.off(event, go);
          }
          resolve();
        };
        for (const event of ['drain', 'error', 'close']) {
          this.stream.on(event, go);
        }
      });
      this.full = false;
    }
    if (this.failure !== null) {
      throw this.failure;
    }
  }

  async close(): Promise<void> {
    const text = this.pending;
    this.pending = '';
    if (this.failure === null) {
      await new Promise<void>((resolve) => this.stream.write(text, () => resolve()));
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    if (this.failure !== null) {
      throw this.failure;
    }
    this.stream.off('error', this.onError);
  }

  discard(): void {
    this.pending = '';
  }
}

/** Writes beside the file and renames at the end: there is never half a file under its name. */
export class FileOutput extends Gathering implements Output {
  private readonly path: string;
  private readonly beside: string | null;
  private readonly descriptor: number;
  private open = true;

  constructor(path: string) {
    super();
    const [target, replaceable] = resolve(path);
    this.path = target;
    this.beside = replaceable ? `${target}.${process.pid}.tmp` : null;
    try {
      this.descriptor = openSync(this.beside ?? target, 'w');
    } catch (error) {
      throw new CliError(`${path}: cannot write: ${reason(error)}`);
    }
  }

  writeBytes(bytes: Uint8Array): void {
    this.send();
    this.put(bytes);
  }

  protected send(): void {
    const bytes = Buffer.from(this.pending);
    this.pending = '';
    this.put(bytes);
  }

  private put(bytes: Uint8Array): void {
    try {
      for (let offset = 0; offset < bytes.length; ) {
        offset += writeSync(this.descriptor, bytes, offset);
      }
    } catch (error) {
      this.discard();
      throw isReaderGone(error) ? new PipeClosedError() : new CliError(`${this.path}: cannot write: ${reason(error)}`);
    }
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {
    this.send();
    this.open = false;
    closeSync(this.descriptor);
    if (this.beside !== null) {
      renameSync(this.beside, this.path);
    }
  }

  discard(): void {
    if (this.open) {
      this.open = false;
      closeSync(this.descriptor);
      if (this.beside !== null) {
        rmSync(this.beside, { force: true });
      }
    }
  }
}

/** Refuses to put a result where one of the captures is: it may be all the evidence there is. */
export function spareInputs(
  inputs: readonly string[],
  { output, format = [] }: Pick<CaptureOptions, 'output' | 'format'>,
): void {
  const results = [output, ...format.map(({ file }) => file)].filter((path) => path != null);
  const taken = results.find((result) => inputs.some((input) => isSameFile(input, result)));
  if (taken !== undefined) {
    throw new CliError(`${taken}: is the capture itself, and would be replaced`);
  }
}

function isSameFile(path: string, other: string): boolean {
  const [one, two] = [statOf(path), statOf(other)];
  return one?.isFile() === true && one.ino === two?.ino && one.dev === two.dev;
}

/** The file behind links, and whether it may be replaced: a device or a pipe is written to as it is. */
function resolve(path: string): [target: string, replaceable: boolean] {
  try {
    const target = realpathSync(path);
    const kind = statSync(target);
    if (kind.isDirectory()) {
      throw new CliError(`${path}: cannot write: is a directory`);
    }
    return [target, kind.isFile()];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      // /dev/stdout may lead to a pipe, which is there and has no path: the link itself must not be replaced.
      return [path, statOf(path) === null];
    }
    throw error instanceof CliError ? error : new CliError(`${path}: cannot write: ${reason(error)}`);
  }
}

const REASONS: { readonly [code: string]: string } = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EISDIR: 'is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ENOSPC: 'no space left on the device',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many open files',
  EIO: 'input/output error',
};

/** What went wrong with a file, in words. */
export function reason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}
