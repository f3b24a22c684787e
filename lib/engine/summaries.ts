import { secondsBetween } from '../facts/moment.ts';
import { CLOSE_WAIT, ESTABLISHED, STATE_NAMES, SYN_RECEIVED, TIME_WAIT, UNKNOWN } from '../facts/state.ts';
import type { Segment } from '../packet/segment.ts';
import type { Connection, Endpoint } from '../tcp/connection.ts';
import type { LoneSyn } from '../tcp/entries/lone.ts';
import { OFFERED_SACK, OFFERED_SCALE, OFFERED_TIMESTAMPS, SYN_SEEN } from '../tcp/flow.ts';
import { outstanding } from '../tcp/state/resets.ts';
import { Change, type Timeline } from '../tcp/state/timeline.ts';
import { elapsed } from '../tcp/timing/elapsed.ts';
import { ConnectionSummary } from '../traffic/summary.ts';
import type { CaptureQuality } from './capture-quality.ts';

/** A handshake completed later than this after its SYN counts as not completed when floods are looked for, seconds. */
const COMPLETION_SECONDS = 3;
/** No stack repeats a SYN-ACK sooner of its own; one that comes sooner answers a repeated SYN, or crossed the ACK. */
const SOONEST_REPEAT_SECONDS = 0.2;

const OPTIONS = OFFERED_SACK | OFFERED_SCALE | OFFERED_TIMESTAMPS;
/** States in which neither end has begun to close. */
const OPEN_STATES: readonly string[] = [STATE_NAMES[ESTABLISHED]!, STATE_NAMES[UNKNOWN]!];

/** What a connection adds to the counters of the capture, in one reused cursor: valid until the next is asked for. */
export class Summaries {
  private readonly timeline: Timeline;
  private readonly quality: CaptureQuality;
  private readonly summary = new ConnectionSummary();
  private readonly change = new Change();

  constructor(timeline: Timeline, quality: CaptureQuality) {
    this.timeline = timeline;
    this.quality = quality;
  }

  /** Of a SYN that was never answered and that nobody needs to see. */
  ofLone({ segment, number }: LoneSyn): ConnectionSummary {
    const s = this.summary;
    s.clear();
    s.number = number;
    s.firstFrame = segment.frame;
    s.lastFrame = segment.frame;
    this.fillTuple(segment);
    s.ttl = segment.ttl;
    s.synCount = 1;
    s.begun = segment.seconds - this.quality.start.seconds;
    s.startSeconds = segment.seconds;
    s.startNanos = segment.nanos;
    return s;
  }

  /** `tuple` holds its addresses and ports, from client to server. */
  of(c: Connection, tuple: Segment): ConnectionSummary {
    const s = this.summary;
    const { client, server } = c;
    const origin = this.quality.start.seconds;
    s.clear();
    s.number = c.number;
    s.firstFrame = c.firstFrame;
    s.lastFrame = c.lastFrame;
    this.fillTuple(tuple);
    s.ttl = client.ttl;
    s.synCount = client.syns;
    s.synAckCount = server.syns;
    s.answered = server.flow.packets > 0;
    s.refused = c.oddities?.refused != null;
    s.reset = !s.refused && c.oddities !== null && c.oddities.resets.length > 0;
    s.begun = c.handshakeSeen && client.syns > 0 ? c.startSeconds - origin : -1;
    s.startSeconds = c.startSeconds;
    s.startNanos = c.startNanos;
    s.responses = c.service;
    s.bytes = client.flow.bytes + server.flow.bytes;
    s.unheard = client.flow.bytes > 0 && server.flow.bytes === 0 && outstanding(client) === 0;
    if ((client.fins | server.fins) !== 0 || s.reset) {
      s.duration = elapsed({ seconds: c.lastSeconds, nanos: c.lastNanos }, c.startSeconds, c.startNanos);
    }
    if (c.serverHalfMicros >= 0 && c.clientHalfMicros >= 0)
      s.handshake = (c.serverHalfMicros + c.clientHalfMicros) / 1e6;
    if ((client.flow.options & server.flow.options & SYN_SEEN) !== 0) {
      s.offered = client.flow.options & OPTIONS;
      s.answers = s.offered & server.flow.options;
    }
    this.serverStates(c, origin);
    if (s.settled < 0 && (s.refused || s.reset)) s.settled = c.lastSeconds - origin;
    if (s.reset) s.cutOff = cutOff(c, origin);
    this.timeWaitOf(client, 1, origin);
    this.timeWaitOf(server, 2, origin);
    return s;
  }

  private serverStates(c: Connection, origin: number): void {
    const s = this.summary;
    const { timeline, change } = this;
    let until = -1;
    for (let i = c.server.change; i >= 0; i = timeline.below(i)) {
      const { state, seconds, nanos } = timeline.read(i, change);
      if (state === ESTABLISHED) {
        s.settled = seconds - origin;
        s.completed = seconds - c.startSeconds <= COMPLETION_SECONDS;
      } else if (state === CLOSE_WAIT) {
        s.closeWaitFrom = seconds - origin;
        s.closeWaitTo = until;
      } else if (state === SYN_RECEIVED && c.oddities !== null && c.oddities.synAcksAfterAck > 0) {
        this.ignoredAck(c, seconds, nanos);
      }
      until = seconds - origin;
    }
  }

  /** SYN-ACKs, the first of which was sent then, that came again for no other reason than that the ACK did not count. */
  private ignoredAck(c: Connection, seconds: number, nanos: number): void {
    const s = this.summary;
    const { synAcks, synAcksAfterAck } = c.oddities!;
    const soonest = Math.max(SOONEST_REPEAT_SECONDS, (1.5 * c.clientHalfMicros) / 1e6);
    let before = { seconds, nanos };
    for (const [i, { frame, time }] of synAcks.entries()) {
      const isLate = i >= synAcks.length - synAcksAfterAck && secondsBetween(before, time) > soonest;
      before = time;
      if (!isLate) continue;
      if (s.synAcksIgnored++ === 0) Object.assign(s.ignoredFirst, { frame, ...time });
      Object.assign(s.ignoredLast, { frame, ...time });
    }
    // The list ends after sixteen.
    if (s.synAcksIgnored > 0) s.synAcksIgnored = Math.max(s.synAcksIgnored, synAcksAfterAck - synAcks.length);
    const { dataSegments, firstDataSeconds, firstDataNanos } = c.client.flow;
    if (s.synAcksIgnored === 0 || dataSegments === 0) return;
    s.dataIgnored = secondsBetween({ seconds: firstDataSeconds, nanos: firstDataNanos }, s.ignoredLast) > 0;
  }

  private fillTuple(tuple: Segment): void {
    const s = this.summary;
    s.ipVersion = tuple.ipVersion;
    s.client[0] = tuple.srcA;
    s.client[1] = tuple.srcB;
    s.client[2] = tuple.srcC;
    s.client[3] = tuple.srcD;
    s.server[0] = tuple.dstA;
    s.server[1] = tuple.dstB;
    s.server[2] = tuple.dstC;
    s.server[3] = tuple.dstD;
    s.serverPort = tuple.dstPort;
  }

  private timeWaitOf(e: Endpoint, by: number, origin: number): void {
    const s = this.summary;
    let until = -1;
    for (let i = e.change; i >= 0; i = this.timeline.below(i)) {
      const { state, seconds, frame } = this.timeline.read(i, this.change);
      if (state === TIME_WAIT) {
        s.timeWaitBy |= by;
        s.timeWaitFrom = seconds - origin;
        s.timeWaitFrame = frame;
        s.timeWaitTo = until >= 0 ? until : e.waitSeconds + this.quality.timeWaitSeconds - origin;
        return;
      }
      until = seconds - origin;
    }
  }
}

/** Second of the reset that met both ends open, -1 if none did. */
function cutOff(c: Connection, origin: number): number {
  const reset = c.oddities!.resets.find(({ accepted }) => accepted);
  if (reset === undefined) return -1;
  const wasOpen = OPEN_STATES.includes(reset.fromState) && OPEN_STATES.includes(reset.toState);
  return wasOpen ? reset.time.seconds - origin : -1;
}
