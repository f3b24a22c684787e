import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { CaptureProblem } from '../../capture/reader.ts';
import { Decompression } from './decompression.ts';
import { InputError } from './input-error.ts';
import type { Compression } from './sink.ts';

const CHUNK_BYTES = 128 * 1024;

/** Compressed bytes are taken in small pieces, as all that comes out of one must be held. */
const COMPRESSED_CHUNK_BYTES = 4 * 1024;

/**
 * A file's bytes, decompressed, pulled piece by piece by whoever reads several files at a time. A piece is lent until
 * the next `pull`.
 */
export class PulledInput {
  problem: CaptureProblem | null = null;
  /** As they are in the file; and how many it holds. */
  bytesRead = 0;
  readonly size: number;
  private readonly path: string;
  private readonly descriptor: number;
  private readonly buffer = new Uint8Array(CHUNK_BYTES);
  private readonly decompression: Decompression;
  private readonly waiting: Uint8Array[] = [];
  private ended = false;

  /** Opens it; throws `InputError`. */
  constructor(path: string) {
    this.path = path;
    try {
      this.descriptor = openSync(path, 'r');
    } catch (error) {
      throw InputError.from(path, error);
    }
    const stat = fstatSync(this.descriptor);
    if (!stat.isFile()) {
      closeSync(this.descriptor);
      throw new InputError(path, stat.isDirectory() ? 'is a directory' : 'is no regular file, as joining needs');
    }
    this.size = stat.size;
    this.decompression = new Decompression({
      write: (chunk) => this.waiting.push(this.compression === null ? chunk : chunk.slice()),
      end: (problem) => {
        this.problem = problem;
      },
    });
  }

  get compression(): Compression | null {
    return this.decompression.found;
  }

  /** The next piece, null at the end. */
  async pull(): Promise<Uint8Array | null> {
    while (this.waiting.length === 0 && !this.ended) {
      const length = this.read();
      if (length > 0) await this.decompression.write(this.buffer.subarray(0, length));
      if (length > 0 && !this.decompression.stopped) continue;
      this.ended = true;
      await this.decompression.end();
    }
    return this.waiting.shift() ?? null;
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private read(): number {
    const most = this.decompression.found === null ? CHUNK_BYTES : COMPRESSED_CHUNK_BYTES;
    try {
      const length = readSync(this.descriptor, this.buffer, 0, most, null);
      this.bytesRead += length;
      return length;
    } catch (error) {
      throw InputError.from(this.path, error);
    }
  }
}
