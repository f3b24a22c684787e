import type { Frame } from './frame.ts';
import type { CaptureInfo, CaptureReader } from './reader.ts';

/** Reads so many frames and no further: what comes after them is not looked at, and so is no damage either. */
export class LimitedReader implements CaptureReader {
  private readonly reader: CaptureReader;
  private left: number;

  constructor(reader: CaptureReader, frames: number) {
    this.reader = reader;
    this.left = frames;
  }

  get info(): CaptureInfo {
    return this.reader.info;
  }

  get full(): boolean {
    return this.left === 0 || this.reader.full === true;
  }

  write(chunk: Uint8Array): void {
    if (!this.full) this.reader.write(chunk);
  }

  next(frame: Frame): boolean {
    if (this.full || !this.reader.next(frame)) return false;
    this.left--;
    return true;
  }

  end(): void {
    if (!this.full) this.reader.end();
  }
}
