import type { KeepAliveRun } from '../../facts/connection.ts';
import { secondsBetween } from '../../facts/moment.ts';
import type { Segment } from '../../packet/segment.ts';
import { momentOf } from '../timing/elapsed.ts';

const KEPT_RUNS = 256;

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
