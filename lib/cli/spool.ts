import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { statOf } from '../engine/sources/stat.ts';
import { CliError } from './exit.ts';
import { reason } from './output.ts';

/** A copy of what can be read only once, for whoever reads it twice: in a folder of its own that nobody else may enter. */
export class Spool {
  readonly path: string;
  private readonly folder: string;
  private readonly descriptor: number;
  private open = true;

  /** One for standard input and for pipes; null for files, which need none. */
  static for(path: string): Spool | null {
    const isFile = path !== '-' && statOf(path)?.isFile() !== false;
    return isFile ? null : new Spool();
  }

  private constructor() {
    try {
      this.folder = mkdtempSync(join(tmpdir(), 'tcplint-'));
      this.path = join(this.folder, 'capture');
      this.descriptor = openSync(this.path, 'wx', 0o600);
    } catch (error) {
      throw new CliError(`cannot keep a copy of the input in ${tmpdir()}: ${reason(error)}`);
    }
  }

  write(chunk: Uint8Array): void {
    try {
      for (let offset = 0; offset < chunk.length; ) {
        offset += writeSync(this.descriptor, chunk, offset);
      }
    } catch (error) {
      throw new CliError(`cannot keep a copy of the input in ${tmpdir()}: ${reason(error)}`);
    }
  }

  remove(): void {
    if (this.open) {
      this.open = false;
      closeSync(this.descriptor);
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}
