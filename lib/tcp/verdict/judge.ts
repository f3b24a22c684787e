import { WINDOW_ODD } from '../../facts/notes.ts';
import { DUPLICATE, HOW_NETWORK, MEDIUM } from '../../facts/verdict.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { noteOutside } from '../oddities/numbers.ts';
import { updateWindow } from '../window/advertised.ts';
import { account } from './account.ts';

import { judgeBare } from './bare.ts';
import { judgeCarrying } from './carrying.ts';
import type { Case } from './case.ts';
import { judgeSyn } from './handshake.ts';
import { append, releaseAll } from './history.ts';
import type { Judgement, Revisions } from './judgement.ts';
import type { Memory } from './memory.ts';
import { countPayload } from './payload.ts';
import { acknowledgmentFits, fits } from './plausible.ts';
import { advance } from './progress.ts';
import { forgetAcks, remember } from './recent-acks.ts';
import { payloadMarks } from './record.ts';
import { judgeReset } from './reset.ts';
import { learn, SENT_BEFORE, sendingOrder } from './sending-order.ts';
import { isDoubtful } from './unseen.ts';

/**
 * What a segment really was. Called for every segment of a connection in capture order, before the state machine: brings
 * both flows up to date and fills `out`. First match wins: duplicate of one transmission, zero-window probe, keep-alive,
 * bytes seen before, unseen bytes below the highest, gap, in order; each is a predicate of its own.
 */
export function judge(
  connection: Connection,
  sender: Endpoint,
  receiver: Endpoint,
  segment: Segment,
  out: Judgement,
  memory: Memory,
  revisions: Revisions,
): void {
  const { flow } = sender;
  const back = receiver.flow;
  out.clear();
  flow.packets++;
  if (isUsual(flow, back, segment)) passUsual(connection, sender, receiver, segment, memory);
  else judgeUnusual({ connection, flow, back, segment, out, memory, revisions });
}

type Flow = Endpoint['flow'];

/** The usual packet: plain, next in order, acknowledging something new or carrying payload, and no odd story behind it. */
function isUsual(flow: Flow, back: Flow, segment: Segment): boolean {
  if (segment.seq !== flow.next || (segment.flags & (SYN | FIN | RST | ACK)) !== ACK) return false;
  if (segment.sackCount !== 0 || (flow.started & back.started & back.ackSeen) === 0) return false;
  if (back.detail !== null && !back.detail.isCalm()) return false;
  if (segment.window === 0 || flow.window === 0 || back.window === 0) return false;
  const counted = segment.ipId - flow.ipId === 1 && flow.detail === null;
  if (segment.length > 0 && !counted && isDoubtful(flow, back, segment)) return false;
  const ackedNow = (segment.ack - back.acked) | 0;
  return ackedNow >= 0 && ackedNow + segment.length > 0 && ((segment.ack - back.next) | 0) <= 0;
}

function passUsual(
  connection: Connection,
  sender: Endpoint,
  receiver: Endpoint,
  segment: Segment,
  memory: Memory,
): void {
  const { flow } = sender;
  const back = receiver.flow;
  learn(flow, segment);
  if (segment.length > 0) {
    const end = (flow.next + segment.length) | 0;
    append(memory.sent, flow, flow.next, end, segment, payloadMarks(segment.flags));
    if (flow.contiguous === flow.next) flow.contiguous = end;
    flow.next = end;
    if (flow.detail !== null) flow.detail.lost = 0;
    countPayload(connection, flow, back, segment, true);
  } else remember(memory.acks, flow, segment);
  if (segment.ack !== back.acked) advance(memory.sent, back, segment);
  updateWindow(flow, back, segment);
  flow.seconds = segment.seconds;
  flow.nanos = segment.nanos;
}

function judgeUnusual(it: Case): void {
  const { connection, flow, back, segment } = it;
  const { flags } = segment;
  back.detail?.keepAliveRuns?.answered();
  if (flags & RST) judgeReset(it);
  else if (flags & SYN) judgeSyn(it);
  else if (!fits(flow, back, segment) || (flags & ACK && !acknowledgmentFits(flow, back, segment))) {
    // It belongs to another time or another sender, and moves nothing.
    connection.notes |= WINDOW_ODD;
    if (!fits(flow, back, segment)) noteOutside(connection, flow, segment);
    if (!isOlder(flow, segment)) return;
    it.out.set(DUPLICATE, HOW_NETWORK, false, MEDIUM, 0);
  } else if (segment.length === 0 && (flags & FIN) === 0) judgeBare(it);
  else judgeCarrying(it);
  if (it.out.kind !== 0) account(it);
  flow.seconds = segment.seconds;
  flow.nanos = segment.nanos;
}

/** By this sender's own clock it was sent before the newest: a copy of a segment of an earlier incarnation (RFC 7323 5.8). */
function isOlder(flow: Case['flow'], segment: Segment): boolean {
  return segment.hasTimestamps && sendingOrder(flow, segment, flow.tsVal, 0) === SENT_BEFORE;
}

/** Gives back what a connection holds in the judge's memory: when it ends or leaves. */
export function forget(connection: Connection, memory: Memory): void {
  forgetFlow(connection.client.flow, memory);
  forgetFlow(connection.server.flow, memory);
}

function forgetFlow(flow: Flow, memory: Memory): void {
  releaseAll(memory.sent, flow);
  forgetAcks(memory.acks, flow);
}
