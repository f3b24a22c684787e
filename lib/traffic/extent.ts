import { keepLowest } from './lowest.ts';
import { EXAMPLES } from './summary.ts';

/** Where something is in a capture, from its first frame to its last, and the first connections that show it. */
export class Extent {
  private firstFrame = 0;
  private lastFrame = 0;
  private readonly examples: number[] = [];

  add(firstFrame: number, lastFrame: number, connection: number): void {
    if (this.firstFrame === 0 || firstFrame < this.firstFrame) this.firstFrame = firstFrame;
    if (lastFrame > this.lastFrame) this.lastFrame = lastFrame;
    keepLowest(this.examples, connection, EXAMPLES);
  }

  facts(): { readonly firstFrame: number; readonly lastFrame: number; readonly examples: readonly number[] } {
    const { firstFrame, lastFrame, examples } = this;
    return { firstFrame, lastFrame, examples };
  }
}
