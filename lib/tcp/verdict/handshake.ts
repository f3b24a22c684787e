import { seqAdd, seqDiff, seqGt } from '../../bytes/seq.ts';
import { momentOf } from '../../facts/moment.ts';
import { STRAY_SYN, SYN_REPEATED } from '../../facts/notes.ts';
import {
  DUPLICATE,
  HIGH,
  HOW_NETWORK,
  HOW_NONE,
  HOW_SYN,
  HOW_SYNACK,
  MEDIUM,
  REORDERING,
  RETRANSMISSION,
} from '../../facts/verdict.ts';
import { ACK, HEADER_CUT, type Segment, segmentSpan } from '../../packet/segment.ts';
import {
  type Flow,
  OFFERED_SACK,
  OFFERED_SCALE,
  OFFERED_TIMESTAMPS,
  OPTIONS_CUT,
  SYN_SEEN,
  UNNUMBERED_SYN_ACK,
} from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { atReceiver } from '../timing/vantage.ts';
import { acknowledge } from './acknowledging.ts';
import { judgeRepeatOfUnseen } from './below.ts';
import type { Case } from './case.ts';
import { isCopy } from './copies.ts';
import { FlowDetail } from './detail.ts';
import { madeBy } from './duplicate.ts';
import { addToChain, addToRun } from './episodes.ts';
import { append, find, latestSending, linkOf, marksOf, prepend, releaseAll, sendAgain } from './history.ts';
import { Judgement } from './judgement.ts';
import { countPayload } from './payload.ts';
import {
  END,
  FIRST_NANOS,
  FIRST_SECONDS,
  FRAME,
  LINK,
  MARKS,
  NANOS,
  REPEATED,
  SECONDS,
  START,
  TS_VAL,
} from './record.ts';
import { LEAST_TIMEOUT, sinceSending } from './recovery.ts';
import { learn, SENT_AFTER, SENT_BEFORE, sendingOrder } from './sending-order.ts';

const revised = new Judgement();

/** A SYN or SYN-ACK: the flow begins with it, or it repeats the one it began with, or it is a stray and moves nothing. */
export function judgeSyn(it: Case): void {
  const { flow, back, segment, memory } = it;
  const isAck = (segment.flags & ACK) !== 0;
  if (flow.started === 0) {
    start(it);
    if (!isAck) judgeFirst(it);
    else if (answersOlder(it)) judgeRepeatOfUnseen(it, flow.next, 1, MEDIUM);
  } else if ((flow.options & SYN_SEEN) !== 0 && segment.seq === flow.isn) {
    // Crossing SYNs: the SYN-ACK that answers one repeats the number of the other, and is not a repetition.
    if (isAck && flow.synAcked === 0) flow.synAcked = 1;
    else if (!judgeRepeated(it)) return;
    enterAgain(it);
  } else if (back.started === 0 && !isAck) {
    // Nobody has answered: another attempt with other numbers.
    releaseAll(memory.sent, flow);
    start(it);
  } else if (isAck && (flow.options & SYN_SEEN) === 0 && seqDiff(flow.isn, segment.seq) === 1) {
    beginEarlier(it);
  } else {
    judgeStray(it);
    return;
  }
  learn(flow, segment);
  acknowledge(it, false);
}

/**
 * The first SYN-ACK seen is not the first sent: it echoes a SYN that another followed long since, which shows that the
 * server had the first and had answered it (RFC 7323 3.2: the timestamp is that of the SYN that made the connection).
 */
function answersOlder({ back, segment, memory }: Case): boolean {
  const pool = memory.sent;
  const record = back.started === 1 ? find(pool, back, back.isn) : -1;
  if (record < 0 || !segment.hasTimestamps || (pool.get(record, MARKS) & REPEATED) === 0) return false;
  if (seqDiff(segment.tsEcr, pool.get(record, TS_VAL)) >= 0) return false;
  const sinceFirst = elapsed(segment, pool.get(record, FIRST_SECONDS), pool.get(record, FIRST_NANOS));
  return elapsed(segment, pool.get(record, SECONDS), pool.get(record, NANOS)) < sinceFirst / 2;
}

/** A SYN-ACK that follows a SYN is the answer to that one, though it may equal what answered an earlier copy of it. */
function answersAgain({ flow, back, segment, memory }: Case, record: number): boolean {
  if ((segment.flags & ACK) === 0 || flow.ackSeen === 1) return false;
  return elapsed(segment, back.seconds, back.nanos) < sinceSending(memory.sent, record, segment);
}

/** The SYN was seen before: sent again, or seen again (then false). */
function judgeRepeated(it: Case): boolean {
  const { connection, flow, back, segment, out, memory } = it;
  const pool = memory.sent;
  const record = find(pool, flow, flow.isn);
  const of = record < 0 ? 0 : pool.get(record, FRAME);
  if (record >= 0 && !answersAgain(it, record) && isCopy(it, record, pool.get(record, END))) {
    out.set(DUPLICATE, madeBy(flow, pool.get(record, LINK) === linkOf(segment)), false, HIGH, of);
    return false;
  }
  const order =
    record < 0 ? SENT_AFTER : sendingOrder(flow, segment, pool.get(record, TS_VAL), pool.get(record, MARKS));
  const late = order !== SENT_AFTER && isPast(it);
  if (late && (pool.get(record, MARKS) & REPEATED) === 0) {
    out.set(DUPLICATE, HOW_NETWORK, false, MEDIUM, of);
    return false;
  }
  // Of several copies, one that another has overtaken.
  if (late || order === SENT_BEFORE) {
    out.set(REORDERING, HOW_NONE, false, order === SENT_BEFORE ? HIGH : MEDIUM, 0);
    return false;
  }
  if (comesTooSoon(it, record)) {
    revised.set(RETRANSMISSION, HOW_SYNACK, false, MEDIUM, 0);
    it.revisions.revise(of, revised);
  }
  const arrived = (flow.ackSeen === 1 && seqGt(flow.acked, flow.isn)) || atReceiver(connection, flow, back);
  out.set(RETRANSMISSION, segment.flags & ACK ? HOW_SYNACK : HOW_SYN, arrived, HIGH, of);
  connection.notes |= SYN_REPEATED;
  flow.detail ??= new FlowDetail();
  addToRun(it, flow.detail, record < 0 ? momentOf(segment) : latestSending(pool, record));
  addToChain(it, flow.detail, pool, record);
  return true;
}

/**
 * The second SYN-ACK seen follows the first sooner than a timer, and answers a SYN sent again: only one of the two can be
 * its answer, so that the other is the timer's, and there was one before both.
 */
function comesTooSoon({ back, segment, memory }: Case, record: number): boolean {
  const pool = memory.sent;
  if ((segment.flags & ACK) === 0 || record < 0 || pool.get(record, MARKS) & REPEATED) return false;
  const syn = find(pool, back, back.isn);
  if (syn < 0 || (pool.get(syn, MARKS) & REPEATED) === 0 || (back.options & SYN_SEEN) === 0) return false;
  const first = { seconds: pool.get(record, SECONDS), nanos: pool.get(record, NANOS) };
  return (
    elapsed(segment, first.seconds, first.nanos) < LEAST_TIMEOUT &&
    elapsed(first, pool.get(syn, FIRST_SECONDS), pool.get(syn, FIRST_NANOS)) >= LEAST_TIMEOUT
  );
}

/**
 * Its sender has no reason to send it again: it has acknowledged the other SYN, or, where this is a SYN-ACK, what came after
 * that, which nobody takes before its own is acknowledged (RFC 9293 3.10.7.4).
 */
function isPast({ back, segment, memory }: Case): boolean {
  if (back.ackSeen === 0 || (back.options & SYN_SEEN) === 0) return false;
  if ((segment.flags & ACK) === 0) return seqGt(back.acked, back.isn);
  const syn = find(memory.sent, back, back.isn);
  return syn >= 0 && seqGt(back.acked, memory.sent.get(syn, END));
}

/**
 * The first SYN-ACK seen comes after data that follows right behind it (RFC 7413 4.2: with Fast Open a server need not wait):
 * the flow begins here. It was overtaken, or the one before it lost.
 */
function beginEarlier(it: Case): void {
  const { flow, segment, out, memory } = it;
  const pool = memory.sent;
  const late = sendingOrder(flow, segment, flow.tsVal, flow.ipId) === SENT_BEFORE;
  if (late) out.set(REORDERING, HOW_NONE, false, HIGH, 0);
  else out.set(RETRANSMISSION, HOW_SYNACK, false, MEDIUM, 0);
  const floor = flow.head < 0 ? flow.next : pool.get(flow.head, START);
  // Where what follows it is no longer kept, neither is it: the history has no gaps.
  if (floor === flow.isn) {
    prepend(pool, flow, segment.seq, flow.isn, segment);
    sendAgain(pool, flow.head, segment, 0);
  }
  flow.isn = segment.seq;
  takeOffers(flow, segment);
}

/** A SYN inside the live connection, of a host that has forgotten it: at most a repetition of another such. */
function judgeStray(it: Case): void {
  const { connection, flow, segment } = it;
  connection.notes |= STRAY_SYN;
  flow.detail ??= new FlowDetail();
  judgeRepeatedStray(it);
  flow.detail.straySeq = segment.seq;
  flow.detail.strayFrame = segment.frame;
}

/** This SYN began an incarnation before, which is over: it is sent again, its refusal having been lost or not believed. */
export function remindOfAttempt(flow: Flow, seq: number, frame: number): void {
  flow.detail ??= new FlowDetail();
  flow.detail.straySeq = seq;
  flow.detail.strayFrame = frame;
}

/** The SYN that a flow begins with may still be no news: of the incarnation before, late, or one that had strayed or been refused. */
function judgeFirst(it: Case): void {
  const { connection, segment, out, memory } = it;
  const old = connection.previous;
  const served = old !== null && old.clientIsLow === connection.clientIsLow && old.server.syns > 0;
  if (!served || old.client.flow.isn !== segment.seq) {
    judgeRepeatedStray(it);
    return;
  }
  // No stack begins twice with the same number so soon (RFC 9293 3.4.1).
  const { flow } = old.client;
  const pool = memory.sent;
  const record = find(pool, flow, flow.isn);
  const overtaken =
    record >= 0 && sendingOrder(flow, segment, pool.get(record, TS_VAL), pool.get(record, MARKS)) === SENT_BEFORE;
  if (overtaken) out.set(REORDERING, HOW_NONE, false, HIGH, 0);
  else out.set(DUPLICATE, HOW_NETWORK, false, MEDIUM, record < 0 ? old.firstFrame : pool.get(record, FRAME));
}

/** The SYN is the stray one again. */
function judgeRepeatedStray({ flow, segment, out }: Case): void {
  const { detail } = flow;
  if (detail === null || detail.strayFrame === 0 || detail.straySeq !== segment.seq) return;
  out.set(RETRANSMISSION, segment.flags & ACK ? HOW_SYNACK : HOW_SYN, false, MEDIUM, detail.strayFrame);
}

/** Another transmission of the SYN goes into the history, with whatever data it brings this time. */
function enterAgain({ flow, segment, memory }: Case): void {
  const pool = memory.sent;
  const record = find(pool, flow, flow.isn);
  if (record >= 0) sendAgain(pool, record, segment, 0);
  const end = seqAdd(segment.seq, segmentSpan(segment));
  if (seqGt(end, flow.next)) {
    append(pool, flow, flow.next, end, segment, marksOf(segment));
    flow.next = end;
    flow.contiguous = end;
  }
}

function start({ connection, flow, back, segment, memory }: Case): void {
  flow.started = 1;
  flow.isn = segment.seq;
  takeOffers(flow, segment);
  const end = seqAdd(segment.seq, segmentSpan(segment));
  append(memory.sent, flow, segment.seq, end, segment, marksOf(segment));
  flow.next = end;
  flow.contiguous = end;
  if (segment.length > 0) countPayload(connection, flow, back, segment, true);
}

function takeOffers(flow: Flow, segment: Segment): void {
  flow.options = offers(segment);
  flow.mss = segment.mss;
  flow.windowScale = segment.windowScale;
  if (segment.flags & ACK) flow.synAcked = 1;
}

function offers(segment: Segment): number {
  return (
    SYN_SEEN |
    (segment.troubles & HEADER_CUT ? OPTIONS_CUT : 0) |
    (segment.sackPermitted ? OFFERED_SACK : 0) |
    (segment.hasTimestamps ? OFFERED_TIMESTAMPS : 0) |
    (segment.windowScale >= 0 ? OFFERED_SCALE : 0) |
    (segment.flags & ACK && segment.ipId === 0 ? UNNUMBERED_SYN_ACK : 0)
  );
}
