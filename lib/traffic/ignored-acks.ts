import type { ServiceFacts } from '../facts/capture.ts';
import { isBefore, type Moment, momentOf } from '../facts/moment.ts';
import { keepLowest } from './lowest.ts';
import { type ConnectionSummary, EXAMPLES } from './summary.ts';

/** Connections of one service whose final ACK it ignored. */
export class IgnoredAcks {
  private connections = 0;
  private repeats = 0;
  private dataIgnored = 0;
  private reset = 0;
  private start: Moment | null = null;
  private end: Moment | null = null;
  private firstFrame = 0;
  private lastFrame = 0;
  private readonly examples: number[] = [];

  add(c: ConnectionSummary): void {
    const { ignoredFirst: first, ignoredLast: last } = c;
    this.connections++;
    this.repeats += c.synAcksIgnored;
    if (c.dataIgnored) this.dataIgnored++;
    if (c.reset) this.reset++;
    if (this.start === null || isBefore(first, this.start)) this.start = momentOf(first);
    if (this.end === null || isBefore(this.end, last)) this.end = momentOf(last);
    if (this.firstFrame === 0 || first.frame < this.firstFrame) this.firstFrame = first.frame;
    if (last.frame > this.lastFrame) this.lastFrame = last.frame;
    keepLowest(this.examples, c.number, EXAMPLES);
  }

  facts(): NonNullable<ServiceFacts['ignoredAcks']> | null {
    const { connections, repeats, dataIgnored, reset, start, end, firstFrame, lastFrame, examples } = this;
    if (start === null || end === null) return null;
    return { connections, repeats, dataIgnored, reset, start, end, firstFrame, lastFrame, examples };
  }
}
