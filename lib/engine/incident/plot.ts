import { seqDiff } from '../../bytes/seq.ts';
import type { Side } from '../../facts/connection.ts';
import type { PlotFacts, PlotPoint, RttSample } from '../../facts/incident.ts';
import { type Moment, secondsBetween } from '../../facts/moment.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../packet/segment.ts';
import type { Connection } from '../../tcp/connection.ts';
import type { Judgement } from '../../tcp/verdict/judgement.ts';
import { atFrame } from '../at-frame.ts';
import { mayBecome, verdictOf, windowScale } from '../packet-rows.ts';
import { TimeBins } from './time-bins.ts';

/** Steps of a connection's throughput. */
const STEPS = 256;
const MOST_RTTS = 2048;
/** Points at the beginning and at the end of a connection that are kept whatever must go. */
const EDGE_POINTS = 50;

type MutablePoint = { -readonly [K in keyof PlotPoint]: PlotPoint[K] };

/** The points of one connection, while it grows. */
export class Plot {
  private readonly start: Moment;
  private readonly most: number;
  private points: MutablePoint[] = [];
  private segments = 0;
  private leftOut = 0;
  private readonly numbers = { client: new Unwrapped(), server: new Unwrapped() };
  private readonly samples = { client: 0, server: 0 };
  private readonly rtt = { client: new Samples(), server: new Samples() };
  private readonly throughput = { client: new TimeBins(STEPS), server: new TimeBins(STEPS) };

  constructor(start: Moment, most: number) {
    this.start = start;
    this.most = most;
  }

  add(c: Connection, s: Segment, fromClient: boolean, j: Judgement): void {
    const from: Side = fromClient ? 'client' : 'server';
    const to: Side = fromClient ? 'server' : 'client';
    const { flow } = c[from];
    const time = secondsBetween(this.start, s);
    const ack = (s.flags & ACK) === 0 ? null : this.numbers[to].place(s.ack, 1);
    const scale = windowScale(c, fromClient, s);
    const selective = flow.detail === null ? 0 : flow.detail.sacked.total;
    this.put({
      frame: s.frame,
      time,
      from,
      flags: s.flags,
      seq: this.numbers[from].place(s.seq, (s.flags & SYN) === 0 ? 1 : 0),
      length: s.length,
      ack,
      window: scale < 0 || (s.flags & RST) !== 0 ? null : s.window * 2 ** scale,
      flight: flow.ackSeen === 0 ? 0 : Math.max(0, seqDiff(flow.next, flow.acked) - selective),
      verdict: verdictOf(j),
      sack: s.sackCount === 0 ? null : this.edges(s, to),
      stands: 1,
    });
    if (s.length > 0) this.throughput[from].add(time, s.length);
    const { roundTrips } = c[to].flow;
    if (roundTrips.samples > this.samples[to]) {
      this.samples[to] = roundTrips.samples;
      this.rtt[to].add({ time, seconds: roundTrips.last / 1e6 });
    }
  }

  put(point: PlotPoint): void {
    this.segments++;
    this.points.push(point);
    if (this.points.length >= 2 * this.most) this.thin();
  }

  /** Whether the frame is one of its points. */
  revise(frame: number, j: Judgement): boolean {
    const point = atFrame(this.points, frame, ({ verdict }) => mayBecome(verdict, j));
    if (point !== null) point.verdict = verdictOf(j);
    return point !== null;
  }

  /** Gives away its newest point, if that is this frame. */
  takeLast(frame: number): PlotPoint | null {
    if (this.points.at(-1)?.frame !== frame) return null;
    this.segments--;
    return this.points.pop()!;
  }

  facts(): PlotFacts {
    if (this.points.length > this.most) this.thin();
    return {
      points: this.points,
      segments: this.segments,
      leftOut: this.leftOut,
      rtt: { client: this.rtt.client.kept, server: this.rtt.server.kept },
      throughput: { client: this.throughput.client.series(), server: this.throughput.server.series() },
    };
  }

  private edges(s: Segment, of: Side): number[] {
    const edges: number[] = [];
    for (let i = 0; i < 2 * Math.min(4, s.sackCount); i++) edges.push(this.numbers[of].place(s.sack[i]!, 1));
    return edges;
  }

  /** At most `most` points: ordinary segments are put together pair by pair; where that is not enough, every other goes. */
  private thin(): void {
    for (let before = Number.POSITIVE_INFINITY; this.points.length > this.most && this.points.length < before * 0.9; ) {
      before = this.points.length;
      this.points = paired(this.points);
    }
    while (this.points.length > this.most) {
      const last = this.points.length - EDGE_POINTS;
      const kept = this.points.filter((_, i) => i < EDGE_POINTS || i >= last || i % 2 === 0);
      if (kept.length === this.points.length) return;
      this.leftOut += standing(this.points) - standing(kept);
      this.points = kept;
    }
  }
}

function standing(points: readonly PlotPoint[]): number {
  return points.reduce((sum, { stands }) => sum + stands, 0);
}

/** Every ordinary point takes in the next of its sender, if that goes on where it ends. */
function paired(points: readonly MutablePoint[]): MutablePoint[] {
  const kept: (MutablePoint | null)[] = [];
  const open: { [side in Side]: number } = { client: -1, server: -1 };
  for (const point of points) {
    const { from } = point;
    const at = open[from];
    const before = at < 0 ? null : kept[at]!;
    open[from] = -1;
    if (!isOrdinary(point)) kept.push(point);
    else if (before !== null && before.length > 0 && point.length > 0 && point.seq === before.seq + before.length) {
      before.length += point.length;
      before.stands += point.stands;
      before.flight = Math.max(before.flight, point.flight);
    } else if (before !== null && before.length === 0 && point.length === 0) {
      kept[at] = null;
      kept.push({ ...point, stands: point.stands + before.stands });
    } else {
      open[from] = kept.length;
      kept.push(point);
    }
  }
  return kept.filter((point) => point !== null);
}

function isOrdinary({ flags, verdict, sack, ack, window }: PlotPoint): boolean {
  return verdict === null && sack === null && (flags & (SYN | FIN | RST)) === 0 && ack !== null && window !== 0;
}

/** Sequence numbers of one sender, counted on beyond 2^32. */
class Unwrapped {
  private seq = 0;
  private placed: number | null = null;

  /** `first`: where the first number lies that is ever asked for. */
  place(seq: number, first: number): number {
    const placed = this.placed === null ? first : this.placed + seqDiff(seq, this.seq);
    if (this.placed === null || placed > this.placed) {
      this.seq = seq;
      this.placed = placed;
    }
    return placed;
  }
}

/** Every sample while they are few, then every second, every fourth... */
class Samples {
  kept: RttSample[] = [];
  private step = 1;
  private count = 0;

  add(sample: RttSample): void {
    if (this.count++ % this.step !== 0) return;
    this.kept.push(sample);
    if (this.kept.length < MOST_RTTS) return;
    this.kept = this.kept.filter((_, i) => i % 2 === 0);
    this.step *= 2;
  }
}
