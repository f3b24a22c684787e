import { seqGe, seqLe, seqLt } from '../../bytes/seq.ts';
import type { Sighting } from '../../facts/connection.ts';
import type { Moment } from '../../facts/moment.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import {
  END,
  FIRST_FRAME,
  FIRST_MARKS,
  FIRST_NANOS,
  FIRST_SECONDS,
  FIRST_TS_VAL,
  FRAME,
  HOLE,
  IP_ID_MASK,
  LATE,
  LINK,
  MARKS,
  NANOS,
  payloadMarks,
  RECORD_WIDTH,
  REPEATED,
  RESENT,
  SECONDS,
  START,
  TS_VAL,
} from './record.ts';
import type { Records } from './records.ts';
import { SeqIndex, WALK } from './seq-index.ts';

/**
 * What a flow has sent, exact to the byte: records in a shared pool, linked in order of sequence numbers, which cut the
 * sequence space from the oldest byte kept up to `flow.next` without gap or overlap. Each record is a range seen at the
 * tap, with its first and its latest transmission, or a hole. Ranges are cut when a later segment covers them in part.
 *
 * In order, a segment is one record appended; an ACK releases what it passes, but for a bounded tail.
 */
/** Acknowledged records that a flow keeps, plain and after the first odd event. */
const KEPT_PLAIN = 16;
const KEPT_ODD = 64;

/** Appends what `segment` carries from `start` to `end`, which must be `flow.next`'s successor. The caller moves `next`. */
export function append(pool: Records, flow: Flow, start: number, end: number, segment: Segment, marks: number): void {
  const record = pool.allocate();
  const chunk = pool.chunk(record);
  const at = pool.offset(record);
  chunk[at + START] = start;
  chunk[at + END] = end;
  chunk[at + SECONDS] = segment.seconds;
  chunk[at + NANOS] = segment.nanos;
  chunk[at + FRAME] = segment.frame;
  chunk[at + TS_VAL] = segment.tsVal;
  chunk[at + MARKS] = (segment.ipId & IP_ID_MASK) | marks;
  chunk[at + LINK] = linkOf(segment);
  if (flow.tail < 0) flow.head = record;
  else pool.link(flow.tail, record);
  if (flow.una < 0) flow.una = record;
  flow.tail = record;
  const index = flow.detail?.index;
  if (index) index.appended(record);
}

/** The marks that an unrepeated record of this segment carries. */
export function marksOf(segment: Segment): number {
  return segment.length > 0 ? payloadMarks(segment.flags) : 0;
}

/** What tells two captures of one transmission apart: TTL and link-layer identity. */
export function linkOf(segment: Segment): number {
  return (segment.linkHash ^ Math.imul(segment.ttl + 1, 0x01000193) ^ Math.imul(segment.interface, 0x85ebca6b)) | 0;
}

/** The record that holds sequence number `seq`, -1 where nothing is kept of it. */
export function find(pool: Records, flow: Flow, seq: number): number {
  if (flow.head < 0 || seqLt(seq, pool.get(flow.head, START)) || seqGe(seq, pool.get(flow.tail, END))) return -1;
  let record = flow.head;
  const index = flow.detail?.index;
  if (index) record = index.before(pool, seq, record);
  else if (flow.una >= 0 && seqGe(seq, pool.get(flow.una, START))) record = flow.una;
  let steps = 0;
  while (seqGe(seq, pool.get(record, END))) {
    record = pool.next(record);
    if (++steps === WALK && flow.detail) {
      flow.detail.index ??= new SeqIndex(pool, flow.head);
      flow.detail.index.add(pool, record);
    }
  }
  return record;
}

/** Cuts `record` at `seq` if that lies inside of it; the part from `seq` on. */
export function cutAt(pool: Records, flow: Flow, record: number, seq: number): number {
  if (seqLe(seq, pool.get(record, START))) return record;
  const rest = pool.allocate();
  for (let column = 0; column < RECORD_WIDTH; column++) pool.set(rest, column, pool.get(record, column));
  pool.set(record, END, seq);
  pool.set(rest, START, seq);
  pool.link(rest, pool.next(record));
  pool.link(record, rest);
  if (flow.tail === record) flow.tail = rest;
  if (flow.ackSeen === 1 && seqLe(seq, flow.acked)) {
    // The part in front is acknowledged whole: it counts among those kept behind `una`.
    flow.kept++;
    if (flow.una === record) flow.una = rest;
  }
  return rest;
}

/** Appends a hole from `flow.next` to `end`. */
export function appendHole(pool: Records, flow: Flow, end: number, segment: Segment): void {
  append(pool, flow, flow.next, end, segment, HOLE);
}

/** A record in front of all others: bytes below the first that the tap saw. */
export function prepend(pool: Records, flow: Flow, start: number, end: number, segment: Segment): void {
  const head = flow.head;
  const { una, tail } = flow;
  flow.tail = -1;
  flow.una = -1;
  append(pool, flow, start, end, segment, HOLE);
  pool.link(flow.tail, head);
  flow.head = flow.tail;
  flow.tail = tail < 0 ? flow.head : tail;
  if (flow.ackSeen === 1 && seqLe(end, flow.acked)) {
    flow.una = una;
    flow.kept++;
  } else flow.una = flow.head;
  if (flow.detail) flow.detail.index = null;
}

/** Notes that `record` was sent again (or, for a hole, seen for the first time) by `segment`. */
export function sendAgain(pool: Records, record: number, segment: Segment, marks: number): void {
  const chunk = pool.chunk(record);
  const at = pool.offset(record);
  const before = chunk[at + MARKS]!;
  if (before & HOLE) {
    chunk[at + LINK] = linkOf(segment);
    chunk[at + MARKS] = (segment.ipId & IP_ID_MASK) | marks | LATE;
  } else {
    if ((before & REPEATED) === 0) {
      for (let column = 0; column < 5; column++) chunk[at + FIRST_SECONDS + column] = chunk[at + SECONDS + column]!;
    }
    chunk[at + MARKS] = (segment.ipId & IP_ID_MASK) | (before & ~IP_ID_MASK) | marks | REPEATED;
  }
  chunk[at + SECONDS] = segment.seconds;
  chunk[at + NANOS] = segment.nanos;
  chunk[at + FRAME] = segment.frame;
  chunk[at + TS_VAL] = segment.tsVal;
}

/** The older copy of a record turned up after the newer one: it becomes the first transmission. */
export function sentBefore(pool: Records, record: number, segment: Segment): void {
  const chunk = pool.chunk(record);
  const at = pool.offset(record);
  chunk[at + FIRST_SECONDS] = segment.seconds;
  chunk[at + FIRST_NANOS] = segment.nanos;
  chunk[at + FIRST_FRAME] = segment.frame;
  chunk[at + FIRST_TS_VAL] = segment.tsVal;
  chunk[at + FIRST_MARKS] = segment.ipId & IP_ID_MASK;
  chunk[at + MARKS] = chunk[at + MARKS]! | REPEATED | RESENT;
}

/** The first transmission of a record. */
export function firstSighting(pool: Records, record: number): Sighting {
  const repeated = (pool.get(record, MARKS) & REPEATED) !== 0;
  return {
    frame: pool.get(record, repeated ? FIRST_FRAME : FRAME),
    time: {
      seconds: pool.get(record, repeated ? FIRST_SECONDS : SECONDS),
      nanos: pool.get(record, repeated ? FIRST_NANOS : NANOS),
    },
  };
}

/** When a record was sent last. */
export function latestSending(pool: Records, record: number): Moment {
  return { seconds: pool.get(record, SECONDS), nanos: pool.get(record, NANOS) };
}

/** How many acknowledged records of a flow are worth keeping. */
export function keptBy(flow: Flow): number {
  return flow.detail === null ? KEPT_PLAIN : KEPT_ODD;
}

/** Releases acknowledged records beyond those worth keeping. */
export function trim(pool: Records, flow: Flow): void {
  const keep = keptBy(flow);
  while (flow.kept > keep) releaseHead(pool, flow);
}

function releaseHead(pool: Records, flow: Flow): void {
  const record = flow.head;
  flow.head = pool.next(record);
  if (flow.head < 0) flow.tail = -1;
  flow.kept--;
  flow.detail?.index?.dropped(record);
  pool.release(record);
}

/** Gives back everything that a flow holds in the pool. */
export function releaseAll(pool: Records, flow: Flow): void {
  if (flow.head >= 0) pool.releaseChain(flow.head, flow.tail);
  flow.head = -1;
  flow.una = -1;
  flow.tail = -1;
  flow.kept = 0;
  if (flow.detail) flow.detail.index = null;
}

/**
 * Makes one record of all that lie in [start, until), which have just been sent together: the first transmission kept is
 * that of the first. Acknowledged ones and others stay apart.
 */
export function merge(pool: Records, flow: Flow, start: number, until: number): void {
  let into = find(pool, flow, start);
  if (into < 0) return;
  let next = pool.next(into);
  while (next >= 0 && seqLe(pool.get(next, END), until)) {
    const after = pool.next(next);
    if (next === flow.una) into = next;
    else {
      pool.set(into, END, pool.get(next, END));
      pool.link(into, after);
      if (next === flow.tail) flow.tail = into;
      if (flow.ackSeen === 1 && seqLe(pool.get(into, END), flow.acked)) flow.kept--;
      pool.release(next);
    }
    next = after;
  }
  if (flow.detail) flow.detail.index = null;
}

/** The first record from a hole on that came in its order: what overtook, or what was sent after the lost one. */
export function firstInOrder(pool: Records, record: number): number {
  let at = record;
  for (let steps = 0; at >= 0 && steps < 64; steps++) {
    if ((pool.get(at, MARKS) & (HOLE | LATE)) === 0) return at;
    at = pool.next(at);
  }
  return -1;
}

/** Where the bytes without holes end, from `record` on, which must begin at or below it. */
export function holeFrom(pool: Records, flow: Flow, record: number): number {
  let at = record;
  while (at >= 0) {
    if (pool.get(at, MARKS) & HOLE) return pool.get(at, START);
    at = pool.next(at);
  }
  return flow.next;
}
