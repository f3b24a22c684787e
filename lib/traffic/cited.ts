import type { Cited as CitedFacts } from '../facts/capture.ts';
import { keepLowest } from './lowest.ts';
import { type ConnectionSummary, EXAMPLES } from './summary.ts';

const MOST_FRAMES = 16;

/** The connections that show something, and where: by the last frame of each. */
export class Cited {
  private readonly frames: number[] = [];
  private readonly examples: number[] = [];
  private lastFrame = 0;

  add(c: ConnectionSummary): void {
    keepLowest(this.frames, c.lastFrame, MOST_FRAMES);
    keepLowest(this.examples, c.number, EXAMPLES);
    if (c.lastFrame > this.lastFrame) this.lastFrame = c.lastFrame;
  }

  facts(): CitedFacts | null {
    const { frames, lastFrame, examples } = this;
    return frames.length === 0 ? null : { frames, lastFrame, examples };
  }
}
