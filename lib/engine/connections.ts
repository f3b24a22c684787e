import { seqDiff } from '../bytes/seq.ts';
import { HANDSHAKE_ODD, REUSED, STRAY_SYN } from '../facts/notes.ts';
import { UNKNOWN } from '../facts/state.ts';
import { ACK, Segment, SYN } from '../packet/segment.ts';
import { Connection, type Endpoint } from '../tcp/connection.ts';
import type { LoneSyn } from '../tcp/entries/lone.ts';
import { identify, NEW, RETRIED, STRAY, STRAY_ACCEPTED } from '../tcp/identity.ts';
import type { Services } from '../tcp/oddities/responses.ts';
import { ConnectionTable } from '../tcp/table.ts';
import { remindOfAttempt } from '../tcp/verdict/handshake.ts';
import type { Memory } from '../tcp/verdict/memory.ts';
import { SOCKS_PORT } from '../tcp/wireshark/socks.ts';
import type { StreamNumbers } from '../tcp/wireshark/streams.ts';
import { StraySyns } from './stray-syns.ts';

/** Sequence numbers this close belong to one stream, bytes: unrelated ones are so with a chance of 1 in 256. */
const NEAR = 1 << 23;

/** What happens to connections that the analyzer must carry out. */
export interface Host {
  /** A segment put by earlier is now to be followed, as if it came only now. */
  follow(c: Connection, s: Segment, fromLow: boolean, stream: number): void;
  /** A segment that had been followed in another connection turns out to be the first of `c`. */
  replay(c: Connection, s: Segment, fromLow: boolean): void;
  /** `c` begins on the 4-tuple of `old`. */
  succeeded(c: Connection, old: Connection): void;
  finished(c: Connection): void;
  /** Silence since it was over may have taken `c` out of memory by this second: then it is finished and gone. */
  hasLeft(c: Connection, seconds: number): boolean;
  /** `c` is back, closed as it was: its timeline must say so. */
  revived(c: Connection, clientWaits: boolean, serverWaits: boolean): void;
  readonly timeWaitSeconds: number;
}

/**
 * Whose segment is it? Every connection alive, by 4-tuple, tunnel and incarnation, and Wireshark's stream numbers beside
 * them. A plain first SYN is only put by, as columns: most of a flood stays so.
 */
export class Connections {
  readonly table: ConnectionTable;
  readonly streams: StreamNumbers;
  private readonly host: Host;
  private readonly putsBy: boolean;
  private readonly straySyns = new StraySyns();
  private readonly lone: LoneSyn = { segment: new Segment(), number: 0, stream: 0, fromLow: false };
  private readonly spare: Connection[] = [];
  private count = 0;

  /** Of the segment asked for last: its sender is the low end of the 4-tuple; its stream. */
  fromLow = false;
  stream = 0;

  /** `putsBy`: lone SYNs, and connections at rest, may be kept as columns, because nobody wants to hear of every segment. */
  constructor(host: Host, memory: Memory, services: Services, putsBy: boolean) {
    this.host = host;
    this.table = new ConnectionTable(memory, services);
    this.streams = this.table.streams;
    this.putsBy = putsBy;
  }

  /** Connections begun so far. */
  get begun(): number {
    return this.count;
  }

  /** The usual segment of a connection at rest is followed on the spot; false for any other. */
  pass(s: Segment): boolean {
    return this.putsBy && this.table.pass(s);
  }

  /** What is calm now needs no more than columns, until something happens. */
  rest(c: Connection, s: Segment): void {
    if (!this.putsBy || !c.steady || s.srcPort === SOCKS_PORT || s.dstPort === SOCKS_PORT) return;
    if (this.streams.isSettled(c.entry)) this.table.rest(c, s);
  }

  /** The connection of a segment: the one alive on its 4-tuple, or a new one. Null for a lone SYN that is put by. */
  of(s: Segment): Connection | null {
    const { table } = this;
    const entry = table.find(s);
    const { fromLow } = table;
    if (table.isLoneSyn(entry)) this.promote(entry);
    const stream = this.streams.of(entry, s, fromLow);
    this.fromLow = fromLow;
    this.stream = stream;
    let c = table.connection(entry);
    if (c !== null && c.expires !== 0 && this.host.hasLeft(c, s.seconds)) c = table.connection(entry);
    if (c === null) {
      if (table.isClosed(entry)) c = this.revive(entry, s.seconds);
      if (c === null) return this.begin(entry, s, fromLow, stream);
    }
    const fromClient = fromLow === c.clientIsLow;
    if (s.tunnel !== (fromClient ? c.clientTunnel : c.serverTunnel) || c.sibling !== null) {
      c = this.inTunnel(c, entry, s, fromLow, stream);
    }
    if ((s.flags & SYN) !== 0) return this.withSyn(c, entry, s, fromLow, stream);
    if ((c.notes & STRAY_SYN) !== 0) this.straySyns.challenged(c, fromClient, s);
    return c;
  }

  /** The connection that an ICMP error quotes a segment of, null if there is none. */
  ofQuoted(quoted: Segment, wholeHeader: boolean): Connection | null {
    const { table } = this;
    const entry = table.find(quoted);
    this.fromLow = table.fromLow;
    const promoted = table.isLoneSyn(entry) ? this.promote(entry) : null;
    if (wholeHeader) this.stream = this.streams.ofQuoted(entry, quoted, this.fromLow);
    return promoted ?? table.connection(entry);
  }

  /** Keeps of a finished connection only what may meet it yet; its object serves another. */
  retire(c: Connection): void {
    this.table.putClosed(c, this.host.timeWaitSeconds);
    this.reuse(c);
  }

  /** Its object serves another. */
  reuse(c: Connection): void {
    c.clear();
    this.spare.push(c);
  }

  /** A late segment for a connection that was finished: it is closed, or in TIME_WAIT, and no more is known of it. */
  private revive(entry: number, seconds: number): Connection | null {
    const { table } = this;
    if (seconds - table.closedAt(entry) > this.host.timeWaitSeconds) {
      table.clear(entry);
      return null;
    }
    const c = this.spare.pop() ?? new Connection();
    const { clientWaits, serverWaits } = table.readClosed(entry, c);
    c.stream = this.stream;
    this.host.revived(c, clientWaits, serverWaits);
    table.clear(entry);
    table.put(entry, c);
    return c;
  }

  /** A lone SYN becomes a connection, as if it had been one from the start. */
  promote(entry: number): Connection {
    const { lone } = this;
    this.table.takeLoneSyn(entry, lone);
    const c = this.create(lone.number, entry, lone.segment, lone.fromLow, lone.stream);
    this.host.follow(c, lone.segment, lone.fromLow, lone.stream);
    return c;
  }

  /** The incarnation before `c` has no more to wait for. */
  finishPrevious(c: Connection): void {
    const old = c.previous!;
    c.previous = null;
    if (old.previous !== null) this.finishPrevious(old);
    this.host.finished(old);
  }

  private begin(entry: number, s: Segment, fromLow: boolean, stream: number): Connection | null {
    const number = this.count++;
    if (this.putsBy && this.table.putLoneSyn(entry, s, number, stream)) return null;
    return this.create(number, entry, s, fromLow, stream);
  }

  private create(number: number, entry: number, s: Segment, fromLow: boolean, stream: number): Connection {
    const syn = (s.flags & SYN) !== 0;
    // Without a handshake to tell, the lower port is taken for the server's; of equal ones, that of who is heard second.
    const fromClient = syn ? (s.flags & ACK) === 0 : s.srcPort >= s.dstPort;
    const c = this.spare.pop() ?? new Connection();
    c.number = number;
    c.entry = entry;
    c.clientIsLow = fromLow === fromClient;
    c.ipVersion = s.ipVersion;
    c.firstFrame = s.frame;
    c.startSeconds = s.seconds;
    c.startNanos = s.nanos;
    c.stream = stream;
    c.handshakeSeen = syn;
    c.clientTunnel = s.tunnel;
    c.serverTunnel = s.tunnel;
    if (!syn) {
      c.client.state = UNKNOWN;
      c.server.state = UNKNOWN;
    }
    this.table.put(entry, c);
    return c;
  }

  private withSyn(c: Connection, entry: number, s: Segment, fromLow: boolean, stream: number): Connection {
    const fromClient = fromLow === c.clientIsLow;
    switch (identify(c, fromClient, s)) {
      case NEW:
        return this.begunByStray(c, s)
          ? this.acceptStray(c, entry, stream)
          : this.reincarnate(c, entry, s, fromLow, stream);
      case STRAY_ACCEPTED:
        return this.acceptStray(c, entry, stream);
      case STRAY:
        this.straySyns.add(c, fromClient, s);
        return c;
      case RETRIED:
        retry(c, fromClient ? c.client : c.server, s);
        return c;
      default:
        return c;
    }
  }

  /** Port reuse: the incarnation before ends, at the latest when the new SYN is accepted. */
  private reincarnate(old: Connection, entry: number, s: Segment, fromLow: boolean, stream: number): Connection {
    if (old.previous !== null) this.finishPrevious(old);
    const c = this.create(this.count++, entry, s, fromLow, stream);
    c.sibling = old.sibling;
    old.sibling = null;
    c.previous = old;
    const isRefused = fromLow === old.clientIsLow && old.client.syns > 0 && old.server.syns === 0;
    if (isRefused && old.client.flow.isn === s.seq) remindOfAttempt(c.client.flow, s.seq, old.firstFrame);
    this.host.succeeded(c, old);
    if (old.expires === 0) this.finishPrevious(c);
    return c;
  }

  /** The SYN that had strayed into `c` comes again now that `c` is over: it was the first of the next (a rebooted host). */
  private begunByStray(c: Connection, s: Segment): boolean {
    return (c.notes & STRAY_SYN) !== 0 && this.straySyns.peek(c)?.seq === s.seq;
  }

  /** A SYN-ACK answers a SYN that had seemed to stray into a live connection: that one began a new one. */
  private acceptStray(old: Connection, entry: number, stream: number): Connection {
    const stray = this.straySyns.take(old);
    if (stray === null) return old;
    const fromLow = stray.fromClient === old.clientIsLow;
    const c = this.reincarnate(old, entry, stray.segment, fromLow, stream);
    c.notes |= REUSED;
    this.host.replay(c, stray.segment, fromLow);
    return c;
  }

  /**
   * Equal 4-tuples in different tunnels are different connections only when their sequence numbers say so; a tunnel's id
   * may differ by direction, and is learnt from the first segment that fits.
   */
  private inTunnel(first: Connection, entry: number, s: Segment, fromLow: boolean, stream: number): Connection {
    let fits: Connection | null = null;
    for (let c: Connection | null = first; c !== null; c = c.sibling) {
      const fromClient = fromLow === c.clientIsLow;
      if ((fromClient ? c.clientTunnel : c.serverTunnel) === s.tunnel) return c;
      const sender = fromClient ? c.client : c.server;
      if (sender.flow.packets === 0 && acknowledges(s, fromClient ? c.server : c.client)) {
        if (fromClient) c.clientTunnel = s.tunnel;
        else c.serverTunnel = s.tunnel;
        return c;
      }
      if (fits === null && continues(s, sender)) fits = c;
    }
    if (fits !== null) return fits;
    const c = this.create(this.count++, entry, s, fromLow, stream);
    c.sibling = first;
    return c;
  }
}

/** Whether a segment acknowledges something near what `e` sent last. */
function acknowledges(s: Segment, e: Endpoint): boolean {
  return (s.flags & ACK) !== 0 && e.flow.started !== 0 && Math.abs(seqDiff(s.ack, e.flow.next)) < NEAR;
}

/** Whether a segment goes on near where `e` stopped. */
function continues(s: Segment, e: Endpoint): boolean {
  return e.flow.started !== 0 && Math.abs(seqDiff(s.seq, e.flow.next)) < NEAR;
}

/** The client starts over with another initial sequence number: what it sent before is not part of the stream. */
function retry(c: Connection, e: Endpoint, s: Segment): void {
  c.odd().isnChanged ??= { frame: s.frame, time: { seconds: s.seconds, nanos: s.nanos } };
  c.notes |= HANDSHAKE_ODD;
  e.flow.clear();
  e.syns = 0;
}
