import { addressText } from '../facts/address.ts';
import type { CaptureFacts } from '../facts/capture.ts';
import type { Vantage } from '../facts/connection.ts';
import { isBefore, type Moment } from '../facts/moment.ts';
import { ACKED_UNSEEN, MIDSTREAM, ONE_SIDED } from '../facts/notes.ts';
import { DUPLICATE, HOW_NETWORK, HOW_SYN, HOW_SYNACK, HOW_UNKNOWN, RETRANSMISSION } from '../facts/verdict.ts';
import { type Segment, segmentSpan } from '../packet/segment.ts';
import type { Connection, Endpoint } from '../tcp/connection.ts';
import { elapsed } from '../tcp/timing/elapsed.ts';
import type { Judgement } from '../tcp/verdict/judgement.ts';
import { keepLowest } from '../traffic/lowest.ts';
import { Traffic } from '../traffic/traffic.ts';
import type { Connections } from './connections.ts';
import { HeaderChecks } from './header-checks.ts';
import type { AnalyzerOptions } from './options.ts';
import type { Receiver } from './receiving/receiver.ts';

/** Frames or connections kept as examples. */
const EXAMPLES = 20;
/** More than are shown, because some may be taken back. */
const KEPT_FRAMES = 4 * EXAMPLES;
const LINUX_TIME_WAIT_SECONDS = 60;

/** A count with where it began and a few examples, the lowest. */
class Tally {
  count = 0;
  firstFrame = 0;
  readonly examples: number[] = [];

  add(frame: number, example: number): void {
    this.count++;
    if (this.firstFrame === 0 || frame < this.firstFrame) this.firstFrame = frame;
    keepLowest(this.examples, example, EXAMPLES);
  }

  facts(): { connections: number; firstFrame: number; examples: readonly number[] } {
    const { count, firstFrame, examples } = this;
    return { connections: count, firstFrame, examples };
  }
}

/** The same for frames that may turn out to be something else. */
class FrameTally {
  private count = 0;
  private readonly frames: number[] = [];

  add(frame: number): void {
    this.count++;
    keepLowest(this.frames, frame, KEPT_FRAMES);
  }

  remove(frame: number): void {
    this.count--;
    const at = this.frames.indexOf(frame);
    if (at >= 0) this.frames.splice(at, 1);
  }

  facts(): { segments: number; firstFrame: number; examples: readonly number[] } {
    const { count, frames } = this;
    return { segments: count, firstFrame: frames[0] ?? 0, examples: frames.slice(0, EXAMPLES) };
  }
}

/** Is the evidence good? What the capture as a whole shows of itself, and its beginning and end. */
export class CaptureQuality {
  readonly timeWaitSeconds: number;
  readonly headers: HeaderChecks = new HeaderChecks();
  readonly traffic: Traffic = new Traffic(addressText);
  private readonly receiver: Receiver;
  private readonly options: AnalyzerOptions;
  private readonly captureDuplicates = new FrameTally();
  private readonly networkDuplicates = new FrameTally();
  private readonly oneSided = new Tally();
  private readonly midstream = new Tally();
  private readonly unseen = new Tally();
  private unseenBytes = 0;
  private readonly vantages = new Map<Vantage, number>();

  constructor(receiver: Receiver, options: AnalyzerOptions) {
    this.receiver = receiver;
    this.options = options;
    this.timeWaitSeconds = options.timeWaitSeconds ?? LINUX_TIME_WAIT_SECONDS;
  }

  get start(): Moment {
    return this.receiver.times.start;
  }

  /** Latest of: last record, interface statistics, the end that the user gave (`CaptureFacts.end`). */
  get end(): Moment {
    let { end } = this.receiver.times;
    const { endSeconds, endNanos } = this.receiver.info;
    if (endSeconds !== null && isBefore(end, { seconds: endSeconds, nanos: endNanos })) {
      end = { seconds: endSeconds, nanos: endNanos };
    }
    const given = this.options.captureEnd;
    return given !== undefined && isBefore(end, given) ? given : end;
  }

  /** Time of the latest record so far: what ends in mid-capture is not watched until its end. */
  get latest(): Moment {
    return this.receiver.times.end;
  }

  /** A tunnel in words, by the number that segments bear; null for none. */
  tunnelText(tunnel: number): string | null {
    return this.receiver.tunnelText(tunnel);
  }

  /** A segment that is not what it seems. */
  verdict(j: Judgement, s: Segment, c: Connection): void {
    if (j.kind === RETRANSMISSION && isLoss(j)) {
      const { startSeconds, startNanos } = this.receiver.times;
      this.traffic.losses.add(c.number, elapsed(s, startSeconds, startNanos), j.of, s);
    }
    // Nobody answers a bare ACK, so nothing can tell who doubled it.
    if (j.kind !== DUPLICATE || (j.how === HOW_UNKNOWN && segmentSpan(s) === 0)) return;
    (j.how === HOW_NETWORK ? this.networkDuplicates : this.captureDuplicates).add(s.frame);
  }

  /** A verdict told earlier was wrong: the copy was the network's, the retransmission was not needed. */
  revise(frame: number, j: Judgement): void {
    if (j.kind === RETRANSMISSION && j.spurious) this.traffic.losses.takeBack(frame);
    if (j.kind !== DUPLICATE || j.how !== HOW_NETWORK) return;
    this.captureDuplicates.remove(frame);
    this.networkDuplicates.add(frame);
  }

  connectionEnded(c: Connection, vantage: Vantage): void {
    const { notes, firstFrame, number } = c;
    if ((notes & ONE_SIDED) !== 0) this.oneSided.add(firstFrame, number);
    if ((notes & MIDSTREAM) !== 0) this.midstream.add(firstFrame, number);
    const unseen = (notes & ACKED_UNSEEN) === 0 ? 0 : unseenBytes(c.client) + unseenBytes(c.server);
    if (unseen > 0) {
      this.unseen.add(firstFrame, number);
      this.unseenBytes += unseen;
    }
    this.vantages.set(vantage, (this.vantages.get(vantage) ?? 0) + 1);
  }

  /** `traffic`: counters to tell, these or a copy with more in it. */
  facts({ begun, streams }: Pick<Connections, 'begun' | 'streams'>, traffic = this.traffic): CaptureFacts {
    const { options } = this;
    const { info, times } = this.receiver;
    const { packets, segments, cutFrames, snapLength, clockSteps, skipped, checksumsUnchecked } = this.receiver.facts();
    return {
      path: options.path ?? '',
      format: info.format,
      compression: options.compression ?? null,
      packets,
      segments,
      connections: begun,
      streams: streams.count,
      start: times.begun ? this.start : null,
      end: times.begun ? this.end : null,
      vantage: this.vantage(),
      problems: info.problems,
      timeWaitSeconds: this.timeWaitSeconds,
      droppedByCapture: info.dropped,
      cutFrames,
      snapLength,
      clockSteps,
      oneSided: this.oneSided.facts(),
      midstream: this.midstream.facts(),
      captureDuplicates: this.captureDuplicates.facts(),
      networkDuplicates: this.networkDuplicates.facts(),
      unseenBytes: { bytes: this.unseenBytes, connections: this.unseen.count, firstFrame: this.unseen.firstFrame },
      skipped,
      traffic: traffic.facts(),
      ...this.headers.facts(checksumsUnchecked),
    };
  }

  /** Where the tap stands by most connections that can tell. */
  private vantage(): Vantage {
    let best: Vantage = 'unknown';
    let most = 0;
    for (const [vantage, count] of [...this.vantages].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
      if (vantage !== 'unknown' && count > most) {
        best = vantage;
        most = count;
      }
    }
    return best;
  }
}

/** A segment was lost. Handshakes are another matter: a server that is down or overrun loses nothing. */
function isLoss({ how, spurious }: Judgement): boolean {
  return !spurious && how !== HOW_SYN && how !== HOW_SYNACK;
}

function unseenBytes({ flow }: Endpoint): number {
  return flow.detail?.unseenBytes ?? 0;
}
