import type { Moment } from '../../facts/moment.ts';

/** The times of the records so far. */
export class Times {
  /** There was a record. */
  begun = false;
  startSeconds = 0;
  startNanos = 0;
  /** The latest, which clocks that step make other than the last. */
  endSeconds = 0;
  endNanos = 0;

  add(seconds: number, nanos: number): void {
    if (!this.begun) this.begin(seconds, nanos);
    else if (seconds > this.endSeconds || (seconds === this.endSeconds && nanos > this.endNanos)) {
      this.endSeconds = seconds;
      this.endNanos = nanos;
    }
  }

  get start(): Moment {
    return { seconds: this.startSeconds, nanos: this.startNanos };
  }

  get end(): Moment {
    return { seconds: this.endSeconds, nanos: this.endNanos };
  }

  private begin(seconds: number, nanos: number): void {
    this.begun = true;
    this.startSeconds = seconds;
    this.startNanos = nanos;
    this.endSeconds = seconds;
    this.endNanos = nanos;
  }
}
