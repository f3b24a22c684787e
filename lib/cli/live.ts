import { type Moment, secondsBetween } from '../facts/moment.ts';

/** How often the source is looked at, milliseconds. */
const BEAT = 250;
/** A source that has sent nothing for so long pauses. */
const PAUSE = 1000;
/** Between two steps: a second, of the capture's time as well, and many times what the last one took. */
const LEAST_BETWEEN = 1000;
const TIMES_ITS_COST = 20;
/** Less than this in a millisecond trickles, bytes: no file is copied so slowly. */
const TRICKLE = 1000;
/** Packets no older than this come from a capture that is being made, seconds. */
const YOUNG = 5;

/**
 * Watches a source that may be a capture being made, and calls `step` now and then. Only wall-clock
 * time decides when; what a step says depends on the bytes alone.
 */
export class Pulse {
  private readonly timer: NodeJS.Timeout;
  private readonly latest: () => Moment;
  private readonly step: (live: boolean) => void;
  private cameAt = performance.now();
  /** Since the last step; and since the last pause in which a step was taken, whether any came. */
  private bytes = 0;
  private news = false;
  private stepped = performance.now();
  private steppedTo: Moment | null = null;
  private cost = 0;

  /** `latest`: the capture's time so far. `step` is told whether the capture is being made now. */
  constructor(latest: () => Moment, step: (live: boolean) => void) {
    this.latest = latest;
    this.step = step;
    this.timer = setInterval(() => this.beat(), BEAT);
  }

  /** So many bytes came, and have been worked on. */
  came(bytes: number): void {
    this.cameAt = performance.now();
    this.bytes += bytes;
    this.news = true;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private beat(): void {
    const now = performance.now();
    const since = now - this.stepped;
    if (!this.news || since < Math.max(LEAST_BETWEEN, TIMES_ITS_COST * this.cost)) return;
    const latest = this.latest();
    const pauses = now - this.cameAt >= PAUSE;
    const live = pauses || Math.abs(Date.now() / 1000 - latest.seconds) <= YOUNG;
    const moved = this.steppedTo === null || secondsBetween(this.steppedTo, latest) >= 1;
    const trickles = this.bytes > 0 && this.bytes < TRICKLE * since;
    if (!pauses && !(moved && (live || trickles))) return;
    this.step(live);
    this.stepped = performance.now();
    this.cost = this.stepped - now;
    this.steppedTo = latest;
    this.bytes = 0;
    this.news = !pauses;
  }
}
