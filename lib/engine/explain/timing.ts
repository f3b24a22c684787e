import { seqDiff } from '../../bytes/seq.ts';
import type { Entry } from '../../facts/explanation.ts';
import { ACK, type Segment } from '../../packet/segment.ts';
import type { Connection } from '../../tcp/connection.ts';
import type { Flow } from '../../tcp/flow.ts';
import { elapsed } from '../../tcp/timing/elapsed.ts';
import { find } from '../../tcp/verdict/history.ts';
import type { Memory } from '../../tcp/verdict/memory.ts';
import { FRAME, HOLE, MARKS, NANOS, REPEATED, SECONDS } from '../../tcp/verdict/record.ts';
import { windowScale } from '../packet-rows.ts';
import { time } from './verdict.ts';

/** When the segment came, and which times were taken from it: `before` it is judged, and after. */
export class Timing {
  private readonly c: Connection;
  private readonly fromClient: boolean;
  private readonly entriesBefore: Entry[] = [];
  private readonly samples: number;
  private readonly clientHalf: number;
  private readonly serverHalf: number;

  constructor(c: Connection, fromClient: boolean, s: Segment, memory: Memory) {
    this.c = c;
    this.fromClient = fromClient;
    const flow = (fromClient ? c.client : c.server).flow;
    const back = (fromClient ? c.server : c.client).flow;
    const self = fromClient ? 'client' : 'server';
    const other = fromClient ? 'server' : 'client';
    if (flow.packets > 0) this.since(`since ${self}`, flow, s);
    if (back.packets > 0) this.since(`since ${other}`, back, s);
    if ((s.flags & ACK) !== 0) this.answer(back, s, memory);
    this.samples = back.roundTrips.samples;
    this.clientHalf = c.clientHalfMicros;
    this.serverHalf = c.serverHalfMicros;
  }

  entries(): Entry[] {
    const { c } = this;
    const { roundTrips } = (this.fromClient ? c.server : c.client).flow;
    const out = [...this.entriesBefore];
    if (roundTrips.samples > this.samples) {
      out.push({
        name: 'round trip',
        text: `a sample of ${time(roundTrips.last / 1e6)}, number ${roundTrips.samples}`,
      });
    }
    if (c.serverHalfMicros >= 0 && this.serverHalf < 0) {
      out.push({ name: 'handshake', text: `tap to server and back: ${time(c.serverHalfMicros / 1e6)}` });
    }
    if (c.clientHalfMicros >= 0 && this.clientHalf < 0) {
      out.push({ name: 'handshake', text: `tap to client and back: ${time(c.clientHalfMicros / 1e6)}` });
    }
    return out.length > 0 ? out : [{ name: 'times', text: 'none: it is the first of its connection' }];
  }

  private since(name: string, flow: Flow, s: Segment): void {
    this.entriesBefore.push({ name, text: time(elapsed(s, flow.seconds, flow.nanos)) });
  }

  /** What the acknowledgment answers, and whether that may be timed. */
  private answer(back: Flow, s: Segment, memory: Memory): void {
    const news = back.ackSeen === 0 ? 1 : seqDiff(s.ack, back.acked);
    if (back.started === 0 || news <= 0) return;
    const pool = memory.sent;
    const record = find(pool, back, (s.ack - 1) | 0);
    if (record < 0 || (pool.get(record, MARKS) & HOLE) !== 0) {
      this.entriesBefore.push({ name: 'answers', text: 'what the capture does not hold' });
      return;
    }
    const lag = elapsed(s, pool.get(record, SECONDS), pool.get(record, NANOS));
    const twice = (pool.get(record, MARKS) & REPEATED) !== 0;
    const karn = twice
      ? s.hasTimestamps
        ? '; sent twice, the echoed timestamp tells which'
        : '; sent twice, so not timed'
      : '';
    this.entriesBefore.push({ name: 'answers', text: `frame ${pool.get(record, FRAME)}, ${time(lag)} before${karn}` });
  }
}

/** What the segment offers, and how much is on its way, after it. */
export function windowEntries(c: Connection, fromClient: boolean, s: Segment): Entry[] {
  const flow = (fromClient ? c.client : c.server).flow;
  const back = (fromClient ? c.server : c.client).flow;
  const scale = windowScale(c, fromClient, s);
  const offered =
    scale >= 0 ? `${s.window * 2 ** scale} bytes (${s.window} x ${2 ** scale})` : `${s.window}, its scale was not seen`;
  const out = [{ name: 'offers', text: offered }];
  if (flow.ackSeen !== 0) {
    const flight = Math.max(0, seqDiff(flow.next, flow.acked));
    const room =
      back.maxWindow === 0 ? '' : `; the peer has room for ${Math.max(0, seqDiff(back.edge, flow.next))} more`;
    out.push({ name: 'in flight', text: `${flight} bytes of its sender, as the tap sees it${room}` });
  }
  if (back.ackSeen !== 0) {
    out.push({ name: 'of its peer', text: `${Math.max(0, seqDiff(back.next, back.acked))} bytes in flight` });
  }
  return out;
}
