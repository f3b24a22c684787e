import { seqAdd, seqDiff } from '../../bytes/seq.ts';
import type { Entry } from '../../facts/explanation.ts';
import {
  DUPLICATE,
  KEEP_ALIVE,
  NOTHING_ODD,
  REORDERING,
  RETRANSMISSION,
  VERDICT_NAMES,
  type Verdict,
  ZERO_WINDOW_PROBE,
} from '../../facts/verdict.ts';
import { RST, type Segment, SYN, segmentSpan } from '../../packet/segment.ts';
import type { Connection } from '../../tcp/connection.ts';
import type { Flow } from '../../tcp/flow.ts';
import { elapsed } from '../../tcp/timing/elapsed.ts';
import { roundTripOf, vantageOf } from '../../tcp/timing/vantage.ts';
import { find, firstSighting } from '../../tcp/verdict/history.ts';
import type { Memory } from '../../tcp/verdict/memory.ts';
import { findTwin, type Twin } from '../../tcp/verdict/recent-acks.ts';
import { FRAME, HOLE, IP_ID_MASK, MARKS, NANOS, SECONDS, TS_VAL } from '../../tcp/verdict/record.ts';
import { leftOut, SENT_AFTER, SENT_BEFORE, sendingOrder } from '../../tcp/verdict/sending-order.ts';

/** What the judge has to go by: looked at before the segment changes it. */
export class Evidence {
  readonly entries: readonly Entry[];
  private readonly rejections: ReadonlyMap<number, string>;

  constructor(c: Connection, fromClient: boolean, s: Segment, memory: Memory) {
    const flow = (fromClient ? c.client : c.server).flow;
    const back = (fromClient ? c.server : c.client).flow;
    const seen = new Seen(flow, s, memory);
    this.entries = [
      { name: 'numbers', text: position(flow, s) },
      { name: 'seen before', text: seen.text },
      ...order(flow, s),
      { name: 'acknowledged', text: acknowledged(flow, s) },
      ...(flow.dupAcks > 0 ? [{ name: 'duplicate ACKs', text: `${flow.dupAcks} in a row had asked for more` }] : []),
      { name: 'path', text: path(c, flow, back) },
    ];
    this.rejections = rejections(flow, back, s, seen);
  }

  /** The candidates before the one that matched, with what spoke against each: the first match wins. */
  rejected(kind: number): Entry[] {
    const until = kind === NOTHING_ODD ? ORDER.length : ORDER.indexOf(kind);
    return ORDER.slice(0, until).map((candidate) => ({
      name: `not ${VERDICT_NAMES[candidate]!.replaceAll('_', ' ')}`,
      text: this.rejections.get(candidate)!,
    }));
  }
}

/** The order in which judge.ts asks. */
const ORDER: readonly number[] = [DUPLICATE, ZERO_WINDOW_PROBE, KEEP_ALIVE, REORDERING, RETRANSMISSION];

export function verdictText(verdict: Verdict | null): string {
  if (verdict === null) return 'nothing odd';
  const { kind, how, spurious, confidence, of } = verdict;
  const marks = [how, spurious === true ? 'spurious' : undefined].filter((mark) => mark !== undefined);
  const detail = marks.length === 0 ? '' : ` (${marks.join(', ').replaceAll('_', ' ')})`;
  return `${kind.replaceAll('_', ' ')}${detail}${of === undefined ? '' : ` of frame ${of}`}, ${confidence} confidence`;
}

/** What the history holds of the numbers that the segment begins with. */
class Seen {
  readonly text: string;
  /** Frame, seconds since, TSval and IP ID of the latest transmission of them; null where there is none. */
  readonly latest: { frame: number; lag: number; tsVal: number; ipId: number } | null;
  readonly twin: Twin | null;

  constructor(flow: Flow, s: Segment, memory: Memory) {
    const twin: Twin = { frame: 0, lag: 0, sameLink: false };
    this.twin = segmentSpan(s) === 0 && findTwin(memory.acks, flow, s, twin) ? twin : null;
    const pool = memory.sent;
    const record = segmentSpan(s) === 0 ? -1 : find(pool, flow, s.seq);
    if (record < 0 || (pool.get(record, MARKS) & HOLE) !== 0) {
      this.latest = null;
      this.text = this.twin === null ? this.unseenText(s, flow, record) : `the same header, in frame ${twin.frame}`;
      return;
    }
    this.latest = {
      frame: pool.get(record, FRAME),
      lag: elapsed(s, pool.get(record, SECONDS), pool.get(record, NANOS)),
      tsVal: pool.get(record, TS_VAL),
      ipId: pool.get(record, MARKS) & IP_ID_MASK,
    };
    const first = firstSighting(pool, record).frame;
    const again = first === this.latest.frame ? '' : `, first in frame ${first}`;
    this.text = `in frame ${this.latest.frame}, ${time(this.latest.lag)} before${again}`;
  }

  private unseenText(s: Segment, flow: Flow, record: number): string {
    if (segmentSpan(s) === 0) return 'it carries nothing, and none of the last like it has its header';
    if (record >= 0) return 'no: they are a hole, passed over by what came before';
    const below = flow.started !== 0 && seqDiff(s.seq, flow.next) < 0;
    return below ? 'acknowledged long ago: no more is kept of them' : 'no';
  }
}

function position(flow: Flow, s: Segment): string {
  if (flow.started === 0) return 'the first segment seen of its sender';
  const ahead = seqDiff(s.seq, flow.next);
  const end = seqDiff(seqAdd(s.seq, segmentSpan(s)), flow.next);
  const relative = seqDiff(s.seq, flow.isn);
  const hole = flow.contiguous === flow.next ? '' : `; bytes from ${seqDiff(flow.contiguous, flow.isn)} on are missing`;
  if (ahead === 0) return `at ${relative}: next in order${hole}`;
  if (ahead > 0) return `at ${relative}: ${bytes(ahead)} beyond the highest so far${hole}`;
  const reach = end > 0 ? `, and reaches ${end} beyond it` : '';
  return `at ${relative}: ${bytes(-ahead)} below the highest so far${reach}${hole}`;
}

/** What the sender's own clocks say. */
function order(flow: Flow, s: Segment): Entry[] {
  const out: Entry[] = [];
  if (flow.started !== 0) {
    const by = sendingOrder(flow, s, flow.tsVal, flow.ipId);
    const word = by === SENT_BEFORE ? 'before' : by === SENT_AFTER ? 'after' : null;
    const clock = s.hasTimestamps && s.tsVal !== flow.tsVal ? 'timestamps' : 'IP ID';
    const text = word === null ? 'nothing tells' : `sent ${word} the newest so far, by ${clock}`;
    out.push({ name: 'sender’s clocks', text });
  }
  const missing = leftOut(flow, s);
  if (missing > 0) out.push({ name: 'numbers left out', text: `${missing} packets of this sender never came (IP ID)` });
  return out;
}

function acknowledged(flow: Flow, s: Segment): string {
  if (flow.ackSeen === 0) return 'nothing of this sender yet';
  const open = seqDiff(s.seq, flow.acked);
  const upTo = `up to ${seqDiff(flow.acked, flow.isn)}`;
  return open < 0 ? `${upTo}: beyond the beginning of this one` : upTo;
}

const PLACES = { client: 'at the client', server: 'at the server', middle: 'between the two' } as const;

function path(c: Connection, flow: Flow, back: Flow): string {
  const trip = roundTripOf(c, flow, back);
  const vantage = vantageOf(c);
  const tap = vantage === 'unknown' ? 'where the tap stands is not known' : `the tap stands ${PLACES[vantage]}`;
  return trip === 0 ? `no round trip known; ${tap}` : `round trip ${time(trip)}; ${tap}`;
}

function rejections(flow: Flow, back: Flow, s: Segment, seen: Seen): Map<number, string> {
  const behind = flow.started === 0 ? 0 : seqDiff(flow.next, s.seq);
  const idle = flow.ackSeen === 1 && flow.acked === flow.next;
  return new Map([
    [DUPLICATE, notCopy(s, seen)],
    [
      ZERO_WINDOW_PROBE,
      back.packets > 0 && back.window === 0
        ? 'the peer’s window is zero, but its numbers are no probe’s'
        : `the window that the peer offers is not zero${back.packets > 0 ? ` (${back.window}, unscaled)` : ''}`,
    ],
    [
      KEEP_ALIVE,
      s.length > 1
        ? 'it carries more than one byte'
        : behind !== 1
          ? 'it does not begin one below the next number'
          : idle
            ? 'it is not sent alone to be answered'
            : 'something is still unacknowledged',
    ],
    [
      REORDERING,
      behind <= 0
        ? 'nothing that was sent after it had come before it'
        : 'its sender’s clocks, or the time that it took, say that it was sent after what came before it',
    ],
    [RETRANSMISSION, notRepeated(s, behind, seen)],
  ]);
}

function notCopy(s: Segment, seen: Seen): string {
  const { latest, twin } = seen;
  if (twin !== null) return `frame ${twin.frame} has the same header, but came ${time(twin.lag)} before`;
  if (latest === null) return 'no transmission like it is known';
  if (s.hasTimestamps && s.tsVal !== latest.tsVal) return `frame ${latest.frame} bore another timestamp`;
  if (s.ipId > 0 && (s.ipId & IP_ID_MASK) !== latest.ipId) return `frame ${latest.frame} bore another IP ID`;
  return `it is not like frame ${latest.frame} to the bit, or its sender’s clock has moved on since`;
}

function notRepeated(s: Segment, behind: number, seen: Seen): string {
  if ((s.flags & RST) !== 0) return 'resets are not repeated';
  if (segmentSpan(s) === 0) return 'it carries nothing that could be repeated';
  if ((s.flags & SYN) !== 0) return 'no SYN of this number was seen before';
  if (behind <= 0) return 'it carries only what is new';
  return seen.latest === null ? 'none of it was seen before' : 'it was sent before what it repeats';
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count} bytes`;
}

/** Seconds in a unit that reads well. */
export function time(seconds: number): string {
  const size = Math.abs(seconds);
  if (size >= 1) return `${Number(seconds.toPrecision(4))} s`;
  if (size >= 1e-3) return `${Number((seconds * 1e3).toPrecision(4))} ms`;
  return `${Math.round(seconds * 1e6)} µs`;
}
