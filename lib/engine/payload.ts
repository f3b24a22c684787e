import { addressText } from '../facts/address.ts';
import type { StreamConnection } from '../facts/stream.ts';
import { KEEP_ALIVE } from '../facts/verdict.ts';
import { ACK, RST, Segment, SYN } from '../packet/segment.ts';
import type { Connection } from '../tcp/connection.ts';
import { type Flow, SYN_SEEN } from '../tcp/flow.ts';
import { Budget } from '../tcp/stream/budget.ts';
import type { ConnectionTable } from '../tcp/table.ts';
import type { Judgement } from '../tcp/verdict/judgement.ts';
import { acknowledgmentFits, fits } from '../tcp/verdict/plausible.ts';
import type { PayloadOptions } from './options.ts';
import { Direction } from './payload-direction.ts';

const ALL_BYTES = 256 * 1024 * 1024;

/** The tap: hands what segments carry to reassembly. It is there only when somebody asks for payload. */
export class Payload {
  private readonly options: PayloadOptions;
  private readonly table: ConnectionTable;
  private readonly budget: Budget;
  private readonly conversations = new Map<Connection, Conversation>();
  /** Not meant, with the stream number that was asked about. */
  private readonly refused = new Map<Connection, number>();

  constructor(options: PayloadOptions, table: ConnectionTable) {
    this.options = options;
    this.table = table;
    this.budget = new Budget(options.maxBytes ?? ALL_BYTES);
  }

  /** A segment of `c`, after its judgement. */
  step(c: Connection, s: Segment, j: Judgement, fromClient: boolean): void {
    if (c.revived || (s.flags & RST) !== 0) return;
    const sender = fromClient ? c.client : c.server;
    const receiver = fromClient ? c.server : c.client;
    if (!belongs(sender.flow, receiver.flow, s)) return;
    let talk = this.conversations.get(c);
    if (talk === undefined) {
      if (s.length === 0 || this.refused.get(c) === c.stream) return;
      const of = this.connectionOf(c);
      if (this.options.wants?.(of) === false) {
        this.refused.set(c, c.stream);
        return;
      }
      talk = new Conversation(c, of, this.budget, this.options);
      this.conversations.set(c, talk);
    }
    if ((s.flags & SYN) !== 0) talk.begin(fromClient);
    if (s.length > 0 && j.kind !== KEEP_ALIVE) talk.payload(fromClient, s, j);
    talk.follow(fromClient, s);
  }

  /** `c` has ended. */
  finish(c: Connection): void {
    this.refused.delete(c);
    const talk = this.conversations.get(c);
    if (talk === undefined) return;
    this.conversations.delete(c);
    talk.finish();
  }

  private connectionOf(c: Connection): StreamConnection {
    const s = new Segment();
    s.ipVersion = c.ipVersion;
    this.table.readTuple(c.entry, c.clientIsLow, s);
    return {
      connection: c.number,
      stream: c.stream,
      client: { address: addressText(c.ipVersion, s.srcA, s.srcB, s.srcC, s.srcD), port: s.srcPort },
      server: { address: addressText(c.ipVersion, s.dstA, s.dstB, s.dstC, s.dstD), port: s.dstPort },
      midstream: !c.handshakeSeen,
    };
  }
}

/** Its numbers fit, so that the judge let it move the connection; what does not fit is forged, or of another time. */
function belongs(flow: Flow, back: Flow, s: Segment): boolean {
  if ((s.flags & SYN) !== 0) return flow.started === 1 && (flow.options & SYN_SEEN) !== 0 && s.seq === flow.isn;
  return fits(flow, back, s) && ((s.flags & ACK) === 0 || acknowledgmentFits(flow, back, s));
}

/** Both directions of a connection. */
class Conversation {
  private readonly client: Direction;
  private readonly server: Direction;

  constructor(c: Connection, of: StreamConnection, budget: Budget, options: PayloadOptions) {
    this.client = new Direction(c, c.client, c.server, of, 'client', budget, options);
    this.server = new Direction(c, c.server, c.client, of, 'server', budget, options);
  }

  begin(fromClient: boolean): void {
    (fromClient ? this.client : this.server).begin();
  }

  payload(fromClient: boolean, s: Segment, j: Judgement): void {
    (fromClient ? this.client : this.server).payload(s, j);
  }

  /** What the segment says of the end of its own stream, and acknowledges of the other. */
  follow(fromClient: boolean, s: Segment): void {
    (fromClient ? this.client : this.server).follow(s);
    (fromClient ? this.server : this.client).follow(s);
  }

  finish(): void {
    this.client.finish();
    this.server.finish();
  }
}
