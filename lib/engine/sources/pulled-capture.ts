import { Frame } from '../../capture/frame.ts';
import { UNKNOWN_FORMAT } from '../../capture/info.ts';
import { createReader } from '../../capture/open.ts';
import type { CaptureProblem, CaptureReader } from '../../capture/reader.ts';
import { InputError } from './input-error.ts';
import { PulledInput } from './pulled-input.ts';

const NOTHING = new Uint8Array(0);

/** A capture whose frames are pulled one by one, by whoever reads several at a time. Throws `InputError`. */
export class PulledCapture {
  readonly path: string;
  /** Valid until the next `advance` or `refill`. */
  readonly frame: Frame = new Frame();
  private readonly input: PulledInput;
  private readonly reader: CaptureReader = createReader();

  constructor(path: string) {
    this.path = path;
    this.input = new PulledInput(path);
  }

  /** Goes to the next frame, if it has arrived; else `refill`. */
  advance(): boolean {
    return this.reader.next(this.frame);
  }

  /** Goes to the next frame with more bytes. False at the end: the file is closed. */
  async refill(): Promise<boolean> {
    for (;;) {
      const chunk = await this.input.pull();
      if (chunk === null) break;
      this.reader.write(chunk);
      if (this.advance()) return true;
    }
    this.reader.end();
    const last = this.advance();
    if (!last) this.close();
    return last;
  }

  close(): void {
    this.input.close();
    this.frame.bytes = NOTHING;
    const { info } = this.reader;
    if (info.format !== UNKNOWN_FORMAT) return;
    const [trouble] = this.problems;
    throw new InputError(this.path, `${trouble?.reason ?? 'not a capture'} (offset ${trouble?.offset ?? 0})`);
  }

  /** Of the file, as it is: read so far, and in all. */
  get bytesRead(): number {
    return this.input.bytesRead;
  }

  get size(): number {
    return this.input.size;
  }

  get problems(): readonly CaptureProblem[] {
    const { problem } = this.input;
    return problem === null ? this.reader.info.problems : [...this.reader.info.problems, problem];
  }
}
