import type { ServiceFacts } from '../facts/capture.ts';
import { isBefore, type Moment, momentOf } from '../facts/moment.ts';
import { Extent } from './extent.ts';
import type { ConnectionSummary } from './summary.ts';

/** Connections of one service whose final ACK it ignored. */
export class IgnoredAcks {
  private connections = 0;
  private repeats = 0;
  private dataIgnored = 0;
  private reset = 0;
  private start: Moment | null = null;
  private end: Moment | null = null;
  private readonly extent = new Extent();

  add(c: ConnectionSummary): void {
    const { ignoredFirst: first, ignoredLast: last } = c;
    this.connections++;
    this.repeats += c.synAcksIgnored;
    if (c.dataIgnored) this.dataIgnored++;
    if (c.reset) this.reset++;
    if (this.start === null || isBefore(first, this.start)) this.start = momentOf(first);
    if (this.end === null || isBefore(this.end, last)) this.end = momentOf(last);
    this.extent.add(first.frame, last.frame, c.number);
  }

  facts(): NonNullable<ServiceFacts['ignoredAcks']> | null {
    const { connections, repeats, dataIgnored, reset, start, end } = this;
    if (start === null || end === null) return null;
    return { connections, repeats, dataIgnored, reset, start, end, ...this.extent.facts() };
  }
}
