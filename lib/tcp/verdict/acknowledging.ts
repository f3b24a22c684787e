import { seqGe, seqGt } from '../../bytes/seq.ts';
import { ACKED_UNSEEN } from '../../facts/notes.ts';
import { ACK, type Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import type { Flow } from '../flow.ts';
import { turnWindow } from '../window/zero-window.ts';
import { acknowledgeUnseen, advance, selective, settle } from './acknowledge.ts';
import type { Revisions } from './judgement.ts';

/** All that a segment says as an acknowledgment; `old` if it was overtaken by a later one, whose word stands. */
export function acknowledge(
  connection: Connection,
  flow: Flow,
  back: Flow,
  segment: Segment,
  old: boolean,
  revisions: Revisions,
): void {
  if ((segment.flags & ACK) === 0) return;
  const { ack } = segment;
  const pool = revisions.memory.sent;
  if (back.started === 0) {
    // The other endpoint has not been seen yet: this is all there is to know of it.
    if (back.ackSeen === 0 || seqGt(ack, back.acked)) back.acked = ack;
    back.ackSeen = 1;
  } else {
    if (seqGt(ack, back.next)) {
      acknowledgeUnseen(pool, back, segment);
      connection.notes |= ACKED_UNSEEN;
    }
    if (back.ackSeen === 0 || seqGt(ack, back.acked)) {
      const before = back.acked;
      advance(pool, back, segment);
      if (back.detail) settle(back, back.detail, before, segment, revisions);
    }
    if (segment.sackCount > 0) selective(back, segment, revisions);
  }
  if (!old && seqGe(ack, back.acked)) turnWindow(connection, flow, back, segment);
  flow.seconds = segment.seconds;
  flow.nanos = segment.nanos;
}
