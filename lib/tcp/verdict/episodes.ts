import { seqDiff, seqLt } from '../../bytes/seq.ts';
import type { RepeatChain, Sighting } from '../../facts/connection.ts';
import { type Moment, momentOf, secondsBetween } from '../../facts/moment.ts';
import { RESENT_BY_TIMER } from '../../facts/notes.ts';
import { HOW_NAMES, HOW_RTO, HOW_TAIL_LOSS, LOW, type VerdictHow } from '../../facts/verdict.ts';
import { ACK, type Segment, SYN } from '../../packet/segment.ts';
import { elapsed } from '../timing/elapsed.ts';
import { roundTripOf } from '../timing/vantage.ts';
import type { Case } from './case.ts';
import type { FlowDetail } from './detail.ts';
import { firstSighting } from './history.ts';
import type { Records } from './records.ts';

/** Frames and sightings kept of one episode, and episodes of one flow. */
const KEPT_FRAMES = 256;
const KEPT_RUNS = 1024;
/** The most retransmissions of one burst that are counted. */
const MOST_RECENT = 4096;
const KEPT_CHAINS = 256;
const OPEN_CHAINS = 4096;

/** Retransmissions of one flow that belong together (facts/connection.ts: RetransmissionRun), while they come in. */
export interface Run {
  start: Moment;
  end: Moment;
  firstFrame: number;
  lastFrame: number;
  frames: number[];
  segments: number;
  bytes: number;
  densest: number;
  by: { [how in VerdictHow]?: number };
  spurious: number;
  unsure: number;
  tail: boolean;
  stall: number;
  /** Since when nothing new has been acknowledged; null once something was. */
  stalledSince: Moment | null;
  /** Times of the retransmissions within one burst's length, seconds after `start`. */
  recent: number[];
  /** Those in front of this are too long ago. */
  oldest: number;
}

/** The same first byte sent again and again (facts/connection.ts: RepeatChain), while it goes on. */
export interface Chain {
  readonly seq: number;
  readonly bytes: number;
  readonly what: RepeatChain['what'];
  readonly sent: Sighting[];
  repeats: number;
  acknowledged: Sighting | null;
}

/** How long retransmissions may lie apart and still belong together, seconds. */
function burstLength(it: Case): number {
  return Math.max(1, 4 * roundTripOf(it.connection, it.flow, it.back));
}

/** Fewer than the three segments behind it that would have revealed its loss (RFC 5681 3.2). */
function isTail({ flow, segment }: Case): boolean {
  if (segment.length === 0 || flow.dupAcks >= 3) return false;
  return seqDiff(flow.next, (segment.seq + segment.length) | 0) <= 2 * flow.largestSegment;
}

/** One more retransmission: it goes on with the run, or begins another. `since`: from when on it was waited for. */
export function addToRun(it: Case, detail: FlowDetail, since: Moment): void {
  const { segment, out } = it;
  const now = momentOf(segment);
  const apart = burstLength(it);
  let run = detail.runs.at(-1);
  if (run === undefined || (secondsBetween(run.end, now) >= apart && run.stalledSince === null)) {
    if (detail.runs.length === KEPT_RUNS) return;
    run = {
      start: now,
      end: now,
      firstFrame: segment.frame,
      lastFrame: segment.frame,
      frames: [],
      segments: 0,
      bytes: 0,
      densest: 0,
      by: {},
      spurious: 0,
      unsure: 0,
      tail: isTail(it),
      stall: 0,
      stalledSince: null,
      recent: [],
      oldest: 0,
    };
    detail.runs.push(run);
  }
  run.end = now;
  run.lastFrame = segment.frame;
  if (run.frames.length < KEPT_FRAMES) run.frames.push(segment.frame);
  run.segments++;
  run.bytes += segment.length;
  const how = HOW_NAMES[out.how] as VerdictHow;
  run.by[how] = (run.by[how] ?? 0) + 1;
  if (out.how === HOW_RTO || out.how === HOW_TAIL_LOSS) it.connection.notes |= RESENT_BY_TIMER;
  if (out.confidence === LOW) run.unsure++;
  if (out.spurious) run.spurious++;
  else run.stalledSince ??= since;
  const at = secondsBetween(run.start, now);
  run.recent.push(at);
  while (at - run.recent[run.oldest]! >= apart || run.recent.length - run.oldest > MOST_RECENT) run.oldest++;
  run.densest = Math.max(run.densest, run.recent.length - run.oldest);
  if (run.oldest > MOST_RECENT) {
    run.recent = run.recent.slice(run.oldest);
    run.oldest = 0;
  }
}

/** The peer acknowledges something new: the stall ends, and so do chains of what it covers. */
export function progressed(detail: FlowDetail, segment: Segment): void {
  const run = detail.runs.at(-1);
  if (run !== undefined && run.stalledSince !== null) {
    run.stall = Math.max(run.stall, elapsed(segment, run.stalledSince.seconds, run.stalledSince.nanos));
    run.stalledSince = null;
  }
  // In order of their first repeat, which is nearly that of their numbers: whatever is left waits for a later ACK.
  for (const [seq, chain] of detail.chains) {
    if (!seqLt(seq, segment.ack)) break;
    chain.acknowledged = { frame: segment.frame, time: momentOf(segment) };
    detail.chains.delete(seq);
    if (isWorthKeeping(chain) && detail.closedChains.length < KEPT_CHAINS) detail.closedChains.push(chain);
  }
}

/** A segment of data sent twice is no story of its own; the runs tell of it. */
function isWorthKeeping(chain: Chain): boolean {
  return chain.repeats > 1 || chain.what !== 'data';
}

export function chainsOf(detail: FlowDetail): Chain[] {
  return [...detail.closedChains, ...[...detail.chains.values()].filter(isWorthKeeping).slice(0, KEPT_CHAINS)];
}

/** The bytes at `seq` were sent once more. */
export function addToChain(it: Case, detail: FlowDetail, pool: Records, record: number): void {
  const { segment } = it;
  const sighting = { frame: segment.frame, time: momentOf(segment) };
  let chain = detail.chains.get(segment.seq);
  if (chain === undefined) {
    if (detail.chains.size >= OPEN_CHAINS) return;
    const what = segment.length > 0 ? 'data' : segment.flags & SYN ? (segment.flags & ACK ? 'synack' : 'syn') : 'fin';
    chain = { seq: segment.seq, bytes: segment.length, what, sent: [], repeats: 0, acknowledged: null };
    if (record >= 0) chain.sent.push(firstSighting(pool, record));
    detail.chains.set(segment.seq, chain);
  }
  if (chain.sent.length < KEPT_FRAMES) chain.sent.push(sighting);
  if (++chain.repeats > 1) it.connection.notes |= RESENT_BY_TIMER;
}

/** A retransmission seen earlier turned out to have been needless. */
export function foundSpurious(detail: FlowDetail, frame: number): void {
  detail.spurious++;
  for (let i = detail.runs.length - 1; i >= 0; i--) {
    const run = detail.runs[i]!;
    if (run.firstFrame > frame) continue;
    if (run.lastFrame >= frame) run.spurious++;
    return;
  }
}
