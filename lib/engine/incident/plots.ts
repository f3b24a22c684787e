import type { ConnectionFacts } from '../../facts/connection.ts';
import type { Activity, ConnectionPage } from '../../facts/incident.ts';
import { type Moment, momentOf, secondsBetween } from '../../facts/moment.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection } from '../../tcp/connection.ts';
import type { Judgement } from '../../tcp/verdict/judgement.ts';
import { Analyzer } from '../analyzer.ts';
import type { AnalyzerOptions, SegmentWatch } from '../options.ts';
import type { Known } from './overview.ts';
import { Plot } from './plot.ts';
import { TimeBins } from './time-bins.ts';
import { hashOfSegment, hashOfTuple } from './tuple-hash.ts';

/** Steps of the whole capture's traffic. */
const STEPS = 1024;

/**
 * A second reading of a capture: follows the connections that are `wanted`, with a point per segment, and counts
 * everybody's traffic. Bytes in, like an analyzer.
 */
export class PlotReader implements SegmentWatch {
  private readonly analyzer: Analyzer;
  private readonly start: Moment;
  private readonly wanted: ReadonlyMap<string, Known>;
  /** The low bits of the hashes of all wanted 4-tuples: a few others have them too, which does no harm. */
  private readonly hashes: Uint8Array = new Uint8Array(0x10000);
  private readonly mostPoints: number;
  private readonly plots = new Map<Connection, Plot | null>();
  private readonly byKey = new Map<string, Plot>();
  private current: Plot | null = null;
  private readonly pages: ConnectionPage[] = [];
  private readonly segments = new TimeBins(STEPS);
  private readonly bytes = new TimeBins(STEPS);

  /** `start`: time of the first packet; `mostPoints`: of each connection, beyond which ordinary segments are put together. */
  constructor(
    start: Moment,
    wanted: readonly Known[],
    mostPoints: number,
    options: Pick<AnalyzerOptions, 'timeWaitSeconds' | 'captureEnd' | 'limit'> = {},
  ) {
    this.start = start;
    this.wanted = new Map(wanted.map((known) => [keyOf(known.firstFrame, known.hash), known]));
    this.mostPoints = mostPoints;
    for (const { hash } of wanted) this.hashes[hash & 0xffff] = 1;
    this.analyzer = new Analyzer({ ...options, watch: this, onConnection: (facts) => this.finish(facts) });
  }

  write(chunk: Uint8Array): void {
    this.analyzer.write(chunk);
  }

  end(): void {
    this.analyzer.end();
  }

  get full(): boolean {
    return this.analyzer.full;
  }

  /** What there is once the end has come. */
  drawn(): { readonly pages: readonly ConnectionPage[]; readonly traffic: Pick<Activity, 'segments' | 'bytes'> } {
    const pages = this.pages.sort((a, b) => a.facts.connection - b.facts.connection);
    return { pages, traffic: { segments: this.segments.series(), bytes: this.bytes.series() } };
  }

  wants(s: Segment): boolean {
    const time = secondsBetween(this.start, s);
    this.segments.add(time, 1);
    if (s.length > 0) this.bytes.add(time, s.length);
    return this.hashes[hashOfSegment(s) & 0xffff] === 1;
  }

  add(c: Connection, s: Segment, fromClient: boolean, j: Judgement): void {
    let plot = this.plots.get(c);
    if (plot === undefined) {
      const key = keyOf(c.firstFrame, hashOfSegment(s));
      plot = this.wanted.has(key) ? this.begin(key, s) : null;
      this.plots.set(c, plot);
    }
    this.current = plot;
    plot?.add(c, s, fromClient, j);
  }

  revise(frame: number, j: Judgement): void {
    if (this.current?.revise(frame, j) === true) return;
    for (const plot of this.byKey.values()) if (plot.revise(frame, j)) return;
  }

  reassign(s: Segment, c: Connection): void {
    const key = keyOf(c.firstFrame, hashOfSegment(s));
    for (const plot of this.byKey.values()) {
      const point = plot.takeLast(s.frame);
      if (point === null || !this.wanted.has(key)) continue;
      const mine = this.begin(key, { seconds: c.startSeconds, nanos: c.startNanos });
      mine.put({ ...point, time: 0, seq: 0, ack: null, flight: 0, verdict: null });
      this.plots.set(c, mine);
      return;
    }
  }

  private begin(key: string, start: Moment): Plot {
    const plot = new Plot(momentOf(start), this.mostPoints);
    this.byKey.set(key, plot);
    return plot;
  }

  private finish(facts: ConnectionFacts): void {
    const key = keyOf(facts.firstFrame, hashOfTuple(facts));
    const known = this.wanted.get(key);
    const plot = this.byKey.get(key);
    if (known === undefined || plot === undefined) return;
    const { connection, streams } = known;
    this.pages.push({ facts: { ...facts, connection, streams }, plot: plot.facts() });
    this.byKey.delete(key);
  }
}

/** Several connections may begin in one frame. */
function keyOf(firstFrame: number, hash: number): string {
  return `${firstFrame} ${hash}`;
}
