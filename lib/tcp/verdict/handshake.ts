import { seqAdd, seqGt } from '../../bytes/seq.ts';
import { STRAY_SYN, SYN_REPEATED } from '../../facts/notes.ts';
import { DUPLICATE, HIGH, HOW_SYN, HOW_SYNACK, HOW_UNKNOWN, RETRANSMISSION } from '../../facts/verdict.ts';
import { ACK, type Segment, segmentSpan } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import { type Flow, OFFERED_SACK, OFFERED_SCALE, OFFERED_TIMESTAMPS, SYN_SEEN } from '../flow.ts';
import { atReceiver } from '../timing/vantage.ts';
import { acknowledge } from './acknowledging.ts';
import { isCopy } from './copies.ts';
import { FlowDetail } from './detail.ts';
import { append, END, FRAME, find, marksOf, releaseAll, sendAgain } from './history.ts';
import type { Judgement, Revisions } from './judgement.ts';
import { countPayload } from './payload.ts';
import { learn } from './sending-order.ts';

/** A SYN or SYN-ACK: the flow begins with it, or it repeats the one it began with, or it is a stray and moves nothing. */
export function judgeSyn(
  connection: Connection,
  flow: Flow,
  back: Flow,
  segment: Segment,
  out: Judgement,
  revisions: Revisions,
): void {
  const pool = revisions.memory.sent;
  const isAck = (segment.flags & ACK) !== 0;
  if (flow.started === 0) start(connection, flow, segment, revisions);
  else if ((flow.options & SYN_SEEN) === 0 || segment.seq !== flow.isn) {
    if (back.started === 1 || isAck) {
      connection.notes |= STRAY_SYN;
      return;
    }
    // Nobody has answered: another attempt with other numbers.
    releaseAll(pool, flow);
    start(connection, flow, segment, revisions);
  } else {
    const record = find(pool, flow, flow.isn);
    const end = seqAdd(segment.seq, segmentSpan(segment));
    // Crossing SYNs: the SYN-ACK that answers one repeats the number of the other, and is not a repetition.
    const crossed = isAck && flow.synAcked === 0 && flow.synPlain === 1;
    if (crossed) flow.synAcked = 1;
    else if (record >= 0 && isCopy(pool, flow, record, segment, segment.seq, pool.get(record, END))) {
      out.set(DUPLICATE, HOW_UNKNOWN, false, HIGH, pool.get(record, FRAME));
      return;
    } else {
      const arrived = (flow.ackSeen === 1 && seqGt(flow.acked, flow.isn)) || atReceiver(connection, flow, back);
      out.set(RETRANSMISSION, isAck ? HOW_SYNACK : HOW_SYN, arrived, HIGH, record < 0 ? 0 : pool.get(record, FRAME));
      connection.notes |= SYN_REPEATED;
      flow.detail ??= new FlowDetail();
    }
    if (record >= 0) sendAgain(pool, record, segment, 0);
    if (seqGt(end, flow.next)) {
      append(pool, flow, flow.next, end, segment, marksOf(segment));
      flow.next = end;
      flow.contiguous = end;
    }
    learn(flow, segment);
  }
  acknowledge(connection, flow, back, segment, false, revisions);
}

function start(connection: Connection, flow: Flow, segment: Segment, revisions: Revisions): void {
  const { options } = optionsOf(segment);
  flow.started = 1;
  flow.isn = segment.seq;
  flow.options = options;
  flow.mss = segment.mss;
  flow.windowScale = segment.windowScale;
  if (segment.flags & ACK) flow.synAcked = 1;
  else flow.synPlain = 1;
  const end = seqAdd(segment.seq, segmentSpan(segment));
  append(revisions.memory.sent, flow, segment.seq, end, segment, marksOf(segment));
  flow.next = end;
  flow.contiguous = end;
  if (segment.length > 0) countPayload(connection, flow, segment);
  learn(flow, segment);
}

function optionsOf(segment: Segment): { options: number } {
  return {
    options:
      SYN_SEEN |
      (segment.sackPermitted ? OFFERED_SACK : 0) |
      (segment.hasTimestamps ? OFFERED_TIMESTAMPS : 0) |
      (segment.windowScale >= 0 ? OFFERED_SCALE : 0),
  };
}
