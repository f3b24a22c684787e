import type { KeepAliveRun } from '../../facts/connection.ts';
import { momentOf, secondsBetween } from '../../facts/moment.ts';
import type { Segment } from '../../packet/segment.ts';
import { elapsed } from '../timing/elapsed.ts';

const KEPT_RUNS = 256;
/** No stack keeps alive sooner (RFC 9293 3.8.4: two hours unless told otherwise; Linux counts seconds). Seconds. */
export const LEAST_KEEP_ALIVE = 1;

type Growing = { -readonly [K in keyof KeepAliveRun]: KeepAliveRun[K] };

/** Keep-alives of one endpoint in runs: a run ends when one of the two has something to say. */
export class KeepAlives {
  private readonly closed: Growing[] = [];
  private open: Growing | null = null;
  private next = 0;
  private peerNext = 0;

  /** One more probe, at a time when the two endpoints had sent up to `next` and `peerNext`. */
  add(segment: Segment, next: number, peerNext: number): void {
    const now = momentOf(segment);
    if (next !== this.next || peerNext !== this.peerNext) this.close();
    this.next = next;
    this.peerNext = peerNext;
    const run = this.open;
    if (run === null) {
      this.open = {
        start: now,
        end: now,
        firstFrame: segment.frame,
        lastFrame: segment.frame,
        probes: 1,
        unanswered: 1,
        interval: 0,
      };
      return;
    }
    run.end = now;
    run.lastFrame = segment.frame;
    run.probes++;
    run.unanswered++;
    run.interval = secondsBetween(run.start, now) / (run.probes - 1);
  }

  /** How many probes may have gone out since the last one seen, `now` being when this endpoint speaks on at `next`. */
  due(now: Segment, next: number): number {
    if (this.open === null || this.next !== next) return 0;
    const { end, interval } = this.open;
    return Math.floor(elapsed(now, end.seconds, end.nanos) / (interval || LEAST_KEEP_ALIVE));
  }

  /** The peer was heard. */
  answered(): void {
    if (this.open !== null) this.open.unanswered = 0;
  }

  private close(): void {
    if (this.open !== null && this.closed.length < KEPT_RUNS) this.closed.push(this.open);
    this.open = null;
  }

  facts(): KeepAliveRun[] {
    return this.open === null ? this.closed : [...this.closed, this.open];
  }
}
