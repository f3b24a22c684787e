import { seqAdd, seqLe, seqLt } from '../../bytes/seq.ts';
import type { FlowMetrics } from '../../facts/flow-metrics.ts';
import { type Moment, momentOf, secondsBetween } from '../../facts/moment.ts';
import { KEEP_ALIVE, RETRANSMISSION, ZERO_WINDOW_PROBE } from '../../facts/verdict.ts';
import { ACK, FIN, PSH, RST, type Segment, SYN, URG } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import { type Flow, SYN_SEEN } from '../flow.ts';
import { isDuplicateReport } from '../verdict/acknowledging.ts';
import type { Judgement } from '../verdict/judgement.ts';
import { scaleOf } from '../verdict/plausible.ts';
import { Spreading } from './spreading.ts';

/** The metrics of both flows of each connection: for those who ask, after each segment has been judged. */
export class Metrics {
  private readonly connections = new Map<Connection, { readonly client: Meter; readonly server: Meter }>();

  step(connection: Connection, fromClient: boolean, segment: Segment, judgement: Judgement): void {
    let meters = this.connections.get(connection);
    if (meters === undefined) {
      meters = { client: new Meter(), server: new Meter() };
      this.connections.set(connection, meters);
    }
    const { client, server } = connection;
    const sender = fromClient ? client.flow : server.flow;
    const receiver = fromClient ? server.flow : client.flow;
    (fromClient ? meters.client : meters.server).sent(sender, receiver, segment, judgement);
    (fromClient ? meters.server : meters.client).answered(receiver, segment);
  }

  /** The metrics of a connection, which is forgotten with this; null if it was never stepped through. */
  take(connection: Connection): { readonly client: FlowMetrics; readonly server: FlowMetrics } | null {
    const meters = this.connections.get(connection);
    if (meters === undefined) return null;
    this.connections.delete(connection);
    const { client, server } = connection;
    return { client: meters.client.metrics(client.flow), server: meters.server.metrics(server.flow) };
  }
}

/** What one flow adds up to. */
class Meter {
  private acks = 0;
  private pureAcks = 0;
  private resets = 0;
  private syns = 0;
  private fins = 0;
  private pushed = 0;
  private urgentSegments = 0;
  private urgentBytes = 0;
  private sackSegments = 0;
  private dsackSegments = 0;
  private maxSackBlocks = 0;
  private zeroWindowProbeBytes = 0;
  private zeroWindows = 0;
  private initialWindowBytes = 0;
  private initialWindowSegments = 0;
  private cutSegments = 0;
  private cutBytes = 0;
  private ambiguousAcks = 0;
  private acknowledgedTogether = 0;
  private duplicateAcks = 0;
  private tripleDuplicateAcks = 0;
  private maxRepeats = 0;
  private longestSilence = 0;
  private readonly segmentBytes = new Spreading();
  private readonly windowBytes = new Spreading();
  private readonly flightBytes = new Spreading();
  private readonly rtt = new Spreading();
  private readonly fullSizeRtt = new Spreading();
  private readonly repeatTime = new Spreading();
  /** Bytes in flight since `flightAt`, and their integral over the time before. */
  private flight = 0;
  private flightAt: Moment | null = null;
  private flightSeconds = 0;
  private flightIntegral = 0;
  private start: Moment | null = null;
  private last: Moment = { seconds: 0, nanos: 0 };
  private lastData: Moment = { seconds: 0, nanos: 0 };
  private acked = 0;
  private ackSeen = false;
  private dataAcked = false;
  private dupAcks = 0;
  private samples = 0;
  /** Ends and sizes of new data segments that are not acknowledged, in order; those in front of `oldest` are gone. */
  private ends: number[] = [];
  private sizes: number[] = [];
  private oldest = 0;
  /** First bytes of what was sent again and is not acknowledged. */
  private repeated: number[] = [];

  /** The flow sent a segment. */
  sent(flow: Flow, back: Flow, segment: Segment, judgement: Judgement): void {
    const { flags, length } = segment;
    const now = momentOf(segment);
    if (this.start === null) this.start = now;
    else this.longestSilence = Math.max(this.longestSilence, secondsBetween(this.last, now));
    this.last = now;
    if (flags & ACK) this.acks++;
    if (flags & SYN) this.syns++;
    if (flags & FIN) this.fins++;
    if (flags & RST) this.resets++;
    if ((flags & (ACK | SYN | FIN | RST)) === ACK && length === 0) this.pureAcks++;
    if (flags & PSH) this.pushed++;
    if (flags & URG && segment.urgent > 0) {
      this.urgentSegments++;
      this.urgentBytes += segment.urgent;
    }
    if (segment.sackCount > 0) {
      this.sackSegments++;
      this.maxSackBlocks = Math.max(this.maxSackBlocks, segment.sackCount);
      if (isDuplicateReport(segment)) this.dsackSegments++;
    }
    if ((flags & (SYN | RST)) === 0) {
      const bytes = segment.window << scaleOf(flow, back);
      this.windowBytes.add(bytes);
      if (bytes === 0) this.zeroWindows++;
    }
    if (judgement.kind === ZERO_WINDOW_PROBE) this.zeroWindowProbeBytes += length;
    if (length > 0 && judgement.kind !== ZERO_WINDOW_PROBE && judgement.kind !== KEEP_ALIVE) {
      this.lastData = now;
      this.sentData(flow, segment, judgement);
    }
  }

  private sentData(flow: Flow, segment: Segment, judgement: Judgement): void {
    const { length } = segment;
    this.segmentBytes.add(length);
    if (segment.payloadCaptured < length) {
      this.cutSegments++;
      this.cutBytes += length - segment.payloadCaptured;
    }
    if (!this.dataAcked) {
      this.initialWindowBytes += length;
      this.initialWindowSegments++;
    }
    if (judgement.kind === RETRANSMISSION) this.sentAgain(flow, segment);
    else {
      this.ends.push(seqAdd(segment.seq, length));
      this.sizes.push(length);
    }
    this.setFlight(flow, this.last);
    this.flightBytes.add(this.flight);
  }

  private sentAgain(flow: Flow, segment: Segment): void {
    this.repeated.push(segment.seq);
    const chain = flow.detail?.chains.get(segment.seq);
    if (chain === undefined) return;
    this.maxRepeats = Math.max(this.maxRepeats, chain.repeats);
    const before = chain.sent.at(-2);
    if (before !== undefined) this.repeatTime.add(secondsBetween(before.time, this.last));
  }

  /** The other endpoint sent a segment, which may acknowledge. */
  answered(flow: Flow, segment: Segment): void {
    if (flow.ackSeen === 0) return;
    if (this.ackSeen && flow.acked === this.acked) {
      if (flow.dupAcks > this.dupAcks) {
        this.duplicateAcks++;
        if (flow.dupAcks === 3) this.tripleDuplicateAcks++;
      }
      this.dupAcks = flow.dupAcks;
      return;
    }
    this.ackSeen = true;
    this.acked = flow.acked;
    this.dupAcks = 0;
    this.moveOn(flow);
    this.setFlight(flow, momentOf(segment));
  }

  private moveOn(flow: Flow): void {
    let covered = 0;
    for (; this.oldest < this.ends.length && seqLe(this.ends[this.oldest]!, flow.acked); this.oldest++) covered++;
    if (covered > 0) this.dataAcked = true;
    if (covered > 1) this.acknowledgedTogether += covered - 1;
    if (this.repeated.length > 0 && seqLt(this.repeated[0]!, flow.acked)) {
      this.ambiguousAcks++;
      let below = 1;
      while (below < this.repeated.length && seqLt(this.repeated[below]!, flow.acked)) below++;
      this.repeated.splice(0, below);
    }
    if (flow.roundTrips.samples > this.samples) {
      this.samples = flow.roundTrips.samples;
      const sample = flow.roundTrips.last / 1e6;
      this.rtt.add(sample);
      if (covered > 0 && this.sizes[this.oldest - 1] === flow.largestSegment) this.fullSizeRtt.add(sample);
    }
    if (this.oldest > 1024 && this.oldest * 2 > this.ends.length) {
      this.ends = this.ends.slice(this.oldest);
      this.sizes = this.sizes.slice(this.oldest);
      this.oldest = 0;
    }
  }

  private setFlight(flow: Flow, now: Moment): void {
    if (this.flightAt !== null) {
      const time = Math.max(0, secondsBetween(this.flightAt, now));
      this.flightIntegral += this.flight * time;
      this.flightSeconds += time;
    }
    this.flightAt = now;
    this.flight = (flow.next - flow.acked) | 0;
  }

  metrics(flow: Flow): FlowMetrics {
    const { segmentBytes } = this;
    const unique = flow.bytes - (flow.detail?.repeatedBytes ?? 0);
    const whole = flow.finSent === 1 && (flow.options & SYN_SEEN) !== 0;
    const streamBytes = whole ? ((flow.fin - flow.isn) >>> 0) - 1 : null;
    const time = this.start === null ? 0 : secondsBetween(this.start, this.last);
    return {
      acks: this.acks,
      pureAcks: this.pureAcks,
      resets: this.resets,
      syns: this.syns,
      fins: this.fins,
      pushed: this.pushed,
      urgentSegments: this.urgentSegments,
      urgentBytes: this.urgentBytes,
      sackSegments: this.sackSegments,
      dsackSegments: this.dsackSegments,
      maxSackBlocks: this.maxSackBlocks,
      zeroWindowProbeBytes: this.zeroWindowProbeBytes,
      segmentBytes: segmentBytes.spread(),
      windowBytes: this.windowBytes.spread(),
      zeroWindows: this.zeroWindows,
      flightBytes: this.flightBytes.spread(),
      flightBytesOverTime: this.flightSeconds > 0 ? this.flightIntegral / this.flightSeconds : null,
      initialWindowBytes: this.initialWindowBytes,
      initialWindowSegments: this.initialWindowSegments,
      streamBytes,
      missedBytes: streamBytes === null ? null : Math.max(0, streamBytes - unique),
      cutSegments: this.cutSegments,
      cutBytes: this.cutBytes,
      transferTime: segmentBytes.samples === 0 ? 0 : secondsBetween(firstData(flow), this.lastData),
      longestSilence: this.longestSilence,
      throughput: time > 0 ? unique / time : null,
      rtt: this.rtt.spread(),
      fullSizeRtt: this.fullSizeRtt.spread(),
      ambiguousAcks: this.ambiguousAcks,
      acknowledgedTogether: this.acknowledgedTogether,
      duplicateAcks: this.duplicateAcks,
      tripleDuplicateAcks: this.tripleDuplicateAcks,
      maxRepeats: this.maxRepeats,
      repeatTime: this.repeatTime.spread(),
    };
  }
}

function firstData(flow: Flow): Moment {
  return { seconds: flow.firstDataSeconds, nanos: flow.firstDataNanos };
}
