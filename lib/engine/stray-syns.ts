import { seqDiff } from '../bytes/seq.ts';
import { momentOf } from '../facts/moment.ts';
import { STRAY_SYN } from '../facts/notes.ts';
import { RST, Segment, SYN } from '../packet/segment.ts';
import { type Connection, keep } from '../tcp/connection.ts';

interface Stray {
  readonly segment: Segment;
  readonly fromClient: boolean;
}

/** SYNs inside live connections, kept until something answers them. Few, so objects will do; at most so many at once. */
const MOST = 4096;

export class StraySyns {
  private readonly strays = new Map<Connection, Stray>();

  add(c: Connection, fromClient: boolean, s: Segment): void {
    c.notes |= STRAY_SYN;
    keep(c.odd().straySyns, {
      frame: s.frame,
      time: momentOf(s),
      from: fromClient ? 'client' : 'server',
      seq: s.seq,
      challenged: false,
    });
    if (this.strays.size < MOST || this.strays.has(c)) this.strays.set(c, { segment: copySyn(s), fromClient });
  }

  /** A segment after a stray SYN: an ordinary one from the other end is the challenge ACK (RFC 9293 3.10.7.4, fourth). */
  challenged(c: Connection, fromClient: boolean, s: Segment): void {
    const stray = this.strays.get(c);
    if (stray === undefined || stray.fromClient === fromClient || (s.flags & (SYN | RST)) !== 0) return;
    if (seqDiff(s.ack, stray.segment.seq) === 1) return;
    const facts = c.odd().straySyns;
    const last = facts[facts.length - 1];
    if (last !== undefined) last.challenged = true;
  }

  peek(c: Connection): Segment | null {
    return this.strays.get(c)?.segment ?? null;
  }

  take(c: Connection): Stray | null {
    const stray = this.strays.get(c) ?? null;
    this.strays.delete(c);
    return stray;
  }
}

/** A SYN to keep beyond the cursor: its payload is not kept. */
function copySyn(s: Segment): Segment {
  const copy = new Segment();
  const { sack } = copy;
  Object.assign(copy, s, { sack, sackCount: 0, bytes: new Uint8Array(0), payloadStart: 0, payloadCaptured: 0 });
  return copy;
}
