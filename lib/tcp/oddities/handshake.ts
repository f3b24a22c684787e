/** What is odd about a handshake: data in the SYN or before any answer, and answers to something else. */
import { seqDiff } from '../../bytes/seq.ts';
import { HANDSHAKE_ODD } from '../../facts/notes.ts';
import { SYN_SENT } from '../../facts/state.ts';
import { ACK, RST, type Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';

/** Data in the client's SYN: Fast Open (RFC 7413), or made by hand. */
export function noteSyn(c: Connection, s: Segment): void {
  if (s.length === 0 || seqDiff(s.seq, c.client.flow.isn) !== 0) return;
  const odd = c.odd();
  odd.synData ??= { bytes: s.length, fastOpen: s.tfoCookie >= 0, acknowledged: 0, frame: s.frame };
  c.notes |= HANDSHAKE_ODD;
}

/** A SYN-ACK tells how much of the SYN's data it takes, and whether the client had been waiting for it. */
export function noteSynAck(c: Connection, s: Segment): void {
  const { client, server } = c;
  const synData = c.oddities?.synData ?? null;
  if (synData !== null) {
    const taken = seqDiff(s.ack, client.flow.isn) - 1;
    synData.acknowledged = Math.max(synData.acknowledged, Math.min(taken, synData.bytes));
  } else if (server.syns === 1 && client.flow.dataSegments > 0 && client.flow.firstDataFrame < s.frame) {
    // A SYN-ACK of another connection says nothing; data that acknowledges this one was only captured before it.
    if (client.syns === 0 || seqDiff(s.seq, server.flow.isn) !== 0) return;
    if (server.flow.ackSeen !== 0 && server.flow.acked === ((s.seq + 1) | 0)) return;
    const { firstDataFrame, firstDataSeconds, firstDataNanos } = client.flow;
    c.odd().earlyData ??= { frame: firstDataFrame, time: { seconds: firstDataSeconds, nanos: firstDataNanos } };
    c.notes |= HANDSHAKE_ODD;
  }
  noteRefusedReuse(c);
}

/** A plain ACK that answers a SYN: the server holds an older connection, and challenges (RFC 9293 3.10.7.4). */
export function noteAnswer(c: Connection, s: Segment): void {
  const { client, server } = c;
  if ((s.flags & (ACK | RST)) !== ACK || client.state !== SYN_SENT || server.syns > 0) return;
  const expected = (client.flow.isn + 1) | 0;
  if (s.ack === expected) return;
  c.odd().wrongAck ??= {
    frame: s.frame,
    time: { seconds: s.seconds, nanos: s.nanos },
    acknowledged: s.ack >>> 0,
    expected: expected >>> 0,
  };
  c.notes |= HANDSHAKE_ODD;
  noteRefusedReuse(c);
}

/** The server first answered for the connection that this one follows. */
function noteRefusedReuse(c: Connection): void {
  const { oddities } = c;
  if (oddities !== null && oddities.reuse !== null && oddities.wrongAck !== null) oddities.reuse.refused = true;
}
