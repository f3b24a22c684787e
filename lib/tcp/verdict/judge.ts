import { WINDOW_ODD } from '../../facts/notes.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { updateWindow } from '../window/advertised.ts';
import { account } from './account.ts';
import { advance } from './acknowledge.ts';
import { judgeBare } from './bare.ts';
import { judgeCarrying } from './carrying.ts';
import { judgeSyn } from './handshake.ts';
import { append, PAYLOAD, releaseAll } from './history.ts';
import type { Judgement, Revisions } from './judgement.ts';
import type { Memory } from './memory.ts';
import { countPayload } from './payload.ts';
import { acknowledgmentFits, fits } from './plausible.ts';
import { forgetAcks, remember } from './recent-acks.ts';
import { judgeReset } from './reset.ts';
import { learn } from './sending-order.ts';

/**
 * What a segment really was. Called for every segment of a connection in capture order, before the state machine: brings
 * both flows up to date and fills `out`. First match wins: duplicate of one transmission, zero-window probe, keep-alive,
 * bytes seen before, unseen bytes below the highest, gap, in order; each is a predicate in a file of its own.
 */
export function judge(
  connection: Connection,
  sender: Endpoint,
  receiver: Endpoint,
  segment: Segment,
  out: Judgement,
  revisions: Revisions,
): void {
  const { flow } = sender;
  const back = receiver.flow;
  const { flags, length, ack } = segment;
  out.clear();
  flow.packets++;

  // The usual packet: plain, next in order, within the window, and nothing selective in its acknowledgment.
  if (
    (flags & (SYN | FIN | RST | ACK)) === ACK &&
    segment.seq === flow.next &&
    (flow.started & back.started & back.ackSeen) === 1 &&
    segment.sackCount === 0 &&
    segment.window !== 0 &&
    flow.window !== 0 &&
    back.window !== 0
  ) {
    const ackedNow = (ack - back.acked) | 0;
    if (((ack - back.next) | 0) <= 0 && (ackedNow > 0 || (ackedNow === 0 && length > 0)) && back.detail === null) {
      const { sent, acks } = revisions.memory;
      learn(flow, segment);
      if (length > 0) {
        const end = (flow.next + length) | 0;
        append(sent, flow, flow.next, end, segment, PAYLOAD);
        countPayload(connection, flow, segment);
        if (flow.contiguous === flow.next) flow.contiguous = end;
        flow.next = end;
      } else remember(acks, flow, segment);
      if (ackedNow > 0) advance(sent, back, segment);
      updateWindow(flow, back, segment);
      flow.seconds = segment.seconds;
      flow.nanos = segment.nanos;
      return;
    }
  }

  if (flags & RST) judgeReset(flow, segment, out, revisions);
  else if (flags & SYN) judgeSyn(connection, flow, back, segment, out, revisions);
  else if (!fits(flow, back, segment) || (flags & ACK && !acknowledgmentFits(flow, back, segment))) {
    // It belongs to another time or another sender, and moves nothing.
    connection.notes |= WINDOW_ODD;
    return;
  } else if (length === 0 && (flags & FIN) === 0) judgeBare(connection, flow, back, segment, out, revisions);
  else judgeCarrying(connection, flow, back, segment, out, revisions);
  if (out.kind !== 0) account(connection, flow, segment, out, revisions);
}

/** Gives back what a connection holds in the judge's memory: when it ends or leaves. */
export function forget(connection: Connection, memory: Memory): void {
  for (const { flow } of [connection.client, connection.server]) {
    releaseAll(memory.sent, flow);
    forgetAcks(memory.acks, flow);
  }
}
