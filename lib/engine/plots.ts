import { seqDiff } from '../bytes/seq.ts';
import type { ConnectionFacts, EndpointFacts, Side } from '../facts/connection.ts';
import type { Activity, ConnectionPage, PlotFacts, PlotPoint, RttSample } from '../facts/incident.ts';
import { type Moment, secondsBetween } from '../facts/moment.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../packet/segment.ts';
import { parseAddress } from '../select/address.ts';
import type { Connection } from '../tcp/connection.ts';
import type { Judgement } from '../tcp/verdict/judgement.ts';
import { Analyzer } from './analyzer.ts';
import type { AnalyzerOptions, SegmentWatch } from './options.ts';
import type { Known } from './overview.ts';
import { verdictOf, windowScale } from './packet-rows.ts';
import { TimeBins } from './time-bins.ts';

/** Steps of the whole capture's traffic, and of one connection's throughput. */
const STEPS = 1024;
const CONNECTION_STEPS = 256;
const MOST_RTTS = 2048;
/** Points at the beginning and at the end of a connection that are kept whatever must go. */
const EDGE_POINTS = 50;

/**
 * A second reading of a capture: follows the connections that are `wanted`, with a point per segment, and counts
 * everybody's traffic. Bytes in, like an analyzer.
 */
export class PlotReader implements SegmentWatch {
  private readonly analyzer: Analyzer;
  private readonly start: Moment;
  private readonly wanted: ReadonlyMap<number, Known>;
  /** The low bits of the hashes of all wanted 4-tuples: a few others have them too, which does no harm. */
  private readonly hashes: Uint8Array = new Uint8Array(0x10000);
  private readonly mostPoints: number;
  private readonly plots = new Map<Connection, Plot | null>();
  private readonly byFrame = new Map<number, Plot>();
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
    this.wanted = new Map(wanted.map((known) => [known.firstFrame, known]));
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

  /** What there is once the end has come; `length`: of the capture, seconds. */
  drawn(): { readonly pages: readonly ConnectionPage[]; readonly traffic: Pick<Activity, 'segments' | 'bytes'> } {
    const pages = this.pages.sort((a, b) => a.facts.connection - b.facts.connection);
    return { pages, traffic: { segments: this.segments.series(), bytes: this.bytes.series() } };
  }

  wants(s: Segment): boolean {
    const time = s.seconds - this.start.seconds + (s.nanos - this.start.nanos) / 1e9;
    this.segments.add(time, 1);
    if (s.length > 0) this.bytes.add(time, s.length);
    return this.hashes[hashOfSegment(s) & 0xffff] === 1;
  }

  add(c: Connection, s: Segment, fromClient: boolean, j: Judgement): void {
    let plot = this.plots.get(c);
    if (plot === undefined) {
      plot = this.wanted.has(c.firstFrame) ? this.begin(c.firstFrame, s) : null;
      this.plots.set(c, plot);
    }
    this.current = plot;
    plot?.add(c, s, fromClient, j);
  }

  revise(frame: number, j: Judgement): void {
    if (this.current?.revise(frame, j) === true) return;
    for (const plot of this.byFrame.values()) if (plot.revise(frame, j)) return;
  }

  reassign(frame: number, c: Connection): void {
    for (const plot of this.byFrame.values()) {
      const point = plot.takeLast(frame);
      if (point === null || !this.wanted.has(c.firstFrame)) continue;
      const mine = this.begin(c.firstFrame, { seconds: c.startSeconds, nanos: c.startNanos });
      mine.put({ ...point, time: 0, seq: 0, ack: null, flight: 0, verdict: null });
      this.plots.set(c, mine);
      return;
    }
  }

  private begin(firstFrame: number, start: Moment): Plot {
    const plot = new Plot({ seconds: start.seconds, nanos: start.nanos }, this.mostPoints);
    this.byFrame.set(firstFrame, plot);
    return plot;
  }

  private finish(facts: ConnectionFacts): void {
    const known = this.wanted.get(facts.firstFrame);
    const plot = this.byFrame.get(facts.firstFrame);
    if (known === undefined || plot === undefined) return;
    const { connection, streams } = known;
    this.pages.push({ facts: { ...facts, connection, streams }, plot: plot.facts() });
    this.byFrame.delete(facts.firstFrame);
  }
}

/** The same for both directions of a connection. */
function hash(addresses: number, ports: number): number {
  const mixed = Math.imul(addresses ^ Math.imul(ports, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}

/** Of its 4-tuple, as `hashOfTuple`. */
export function hashOfSegment(s: Segment): number {
  const addresses = s.srcA ^ s.dstA ^ s.srcB ^ s.dstB ^ s.srcC ^ s.dstC ^ s.srcD ^ s.dstD;
  return hash(addresses, s.srcPort + s.dstPort);
}

export function hashOfTuple({ client, server }: ConnectionFacts): number {
  return hash(folded(client) ^ folded(server), client.port + server.port);
}

/** The words of an address, as Segment has them, folded into one. */
function folded({ address }: EndpointFacts): number {
  if (!address.includes(':')) return foldedIpv4(address);
  const bytes = parseAddress(address) ?? [];
  let word = 0;
  for (let i = 0; i < bytes.length; i += 4) {
    word ^= (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
  }
  return word;
}

/** Asked for every connection of a capture, so without a list of bytes in between. */
function foldedIpv4(address: string): number {
  let word = 0;
  let byte = 0;
  for (let i = 0; i < address.length; i++) {
    const digit = address.charCodeAt(i) - 48;
    if (digit >= 0) byte = byte * 10 + digit;
    else {
      word = (word << 8) | byte;
      byte = 0;
    }
  }
  return (word << 8) | byte;
}

type MutablePoint = { -readonly [K in keyof PlotPoint]: PlotPoint[K] };

/** The points of one connection, while it grows. */
class Plot {
  private readonly start: Moment;
  private readonly most: number;
  private points: MutablePoint[] = [];
  private segments = 0;
  private leftOut = 0;
  private readonly numbers = { client: new Unwrapped(), server: new Unwrapped() };
  private readonly samples = { client: 0, server: 0 };
  private readonly rtt = { client: new Samples(), server: new Samples() };
  private readonly throughput = { client: new TimeBins(CONNECTION_STEPS), server: new TimeBins(CONNECTION_STEPS) };

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
    const point = this.find(frame);
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

  private find(frame: number): MutablePoint | null {
    const { points } = this;
    let low = 0;
    let high = points.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const point = points[middle]!;
      if (point.frame === frame) return point;
      if (point.frame < frame) low = middle + 1;
      else high = middle - 1;
    }
    return null;
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
