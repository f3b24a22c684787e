import type { Occurrences } from '../../facts/connection.ts';
import type { Moment } from '../../facts/moment.ts';

const KEPT_FRAMES = 16;

interface Framed extends Moment {
  readonly frame: number;
}

/** Something odd that happens some times (facts/connection.ts: Occurrences), while it goes on; and what else is told of it. */
export class Seen<T extends object> {
  readonly more: T;
  private count = 0;
  private readonly frames: number[] = [];
  private startSeconds = 0;
  private startNanos = 0;
  private endSeconds = 0;
  private endNanos = 0;

  constructor(more: T) {
    this.more = more;
  }

  add(s: Framed): T {
    this.count++;
    if (this.frames.length === 0) {
      this.startSeconds = s.seconds;
      this.startNanos = s.nanos;
    }
    this.endSeconds = s.seconds;
    this.endNanos = s.nanos;
    if (this.frames.length < KEPT_FRAMES) this.frames.push(s.frame);
    return this.more;
  }

  /** So many happened before it was worth keeping. */
  skip(times: number): void {
    this.count += times;
  }

  clear(): void {
    this.count = 0;
    this.frames.length = 0;
  }

  get times(): number {
    return this.count;
  }

  facts(): Occurrences & T {
    const { count, frames, startSeconds, startNanos, endSeconds, endNanos, more } = this;
    return {
      count,
      frames: [...frames],
      start: { seconds: startSeconds, nanos: startNanos },
      end: { seconds: endSeconds, nanos: endNanos },
      ...more,
    };
  }
}
