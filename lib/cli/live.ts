import { type Moment, secondsBetween } from '../facts/moment.ts';

/** How often the source is looked at, milliseconds. */
const BEAT = 250;
/** A source that has sent nothing for so long pauses. */
const PAUSE = 500;
/** Between two steps: a second, of the capture's time as well, and many times what the last one took. */
const LEAST_BETWEEN = 1000;
const TIMES_ITS_COST = 20;
/** Packets no older than this come from a capture that is being made, seconds. */
const YOUNG = 5;

/**
 * Watches a source that may be a capture being made, and calls `step` now and then while it waits for more. Only wall-clock
 * time decides when; what a step says depends on the bytes alone.
 */
export class Pulse {
  private readonly timer: NodeJS.Timeout;
  private readonly latest: () => Moment;
  private readonly step: (live: boolean) => void;
  private cameAt = performance.now();
  private idle = 0;
  private fresh = false;
  private stepped = performance.now();
  private steppedTo: Moment | null = null;
  private cost = 0;

  /** `latest`: the capture's time so far. `step` is told whether the capture is being made now. */
  constructor(latest: () => Moment, step: (live: boolean) => void) {
    this.latest = latest;
    this.step = step;
    this.timer = setInterval(() => this.beat(), BEAT);
  }

  /** To be called before and after bytes are worked on. */
  begin(): void {
    this.idle += performance.now() - this.cameAt;
  }

  done(): void {
    this.cameAt = performance.now();
    this.fresh = true;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const now = performance.now();
    const since = now - this.stepped;
    if (!this.fresh || since < Math.max(LEAST_BETWEEN, TIMES_ITS_COST * this.cost)) return;
    const latest = this.latest();
    const pauses = now - this.cameAt >= PAUSE;
    const live = pauses || Math.abs(Date.now() / 1000 - latest.seconds) <= YOUNG;
    const mostlyWaits = (this.idle + now - this.cameAt) * 2 > since;
    const moved = this.steppedTo === null || secondsBetween(this.steppedTo, latest) >= 1;
    if (!(pauses || ((live || mostlyWaits) && moved))) return;
    this.step(live);
    this.stepped = performance.now();
    this.cost = this.stepped - now;
    this.steppedTo = latest;
    this.fresh = false;
    this.idle = 0;
    this.cameAt = this.stepped;
  }
}
