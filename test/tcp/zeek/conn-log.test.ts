import { describe, expect, test } from 'vitest';
import { ACK, BAD_DATA_OFFSET, FIN, PSH, RST, Segment, SYN } from '../../../lib/packet/segment.ts';
import { fullest, ZeekConnection } from '../../../lib/tcp/zeek/conn-log.ts';

const CLIENT_ISN = 1_000;
const SERVER_ISN = 0xffff_ff00; // wraps after 256 bytes
const CLIENT_PORT = 40_000;
const SERVER_PORT = 443;

interface Line {
  readonly at?: number;
  readonly window?: number;
  /** Bytes of the payload that the capture holds. */
  readonly captured?: number;
  readonly bad?: boolean;
  /** What the header claims, with 20 bytes there. */
  readonly headerLength?: number;
}

/** A connection told in lines: who, flags, sequence number relative to the ISN, payload, acknowledgment relative to the other's ISN. */
class Story {
  readonly zeek: ZeekConnection;
  private now = 0;
  private frame = 0;
  private readonly serverPort: number;

  constructor(serverPort = SERVER_PORT, zeek: ZeekConnection = new ZeekConnection()) {
    this.serverPort = serverPort;
    this.zeek = zeek;
  }

  /** The connection that begins with `frame` on the same 4-tuple. */
  succeededAt(frame: number, rolesTurned = false): Story {
    const next = new Story(this.serverPort, this.zeek.succeededBy(frame, rolesTurned));
    next.now = this.now;
    next.frame = this.frame;
    return next;
  }

  client(flags: number, seq: number, length = 0, ack = 0, line: Line = {}): this {
    return this.segment(true, flags, seq, length, ack, line);
  }

  server(flags: number, seq: number, length = 0, ack = 0, line: Line = {}): this {
    return this.segment(false, flags, seq, length, ack, line);
  }

  handshake(): this {
    return this.client(SYN, 0)
      .server(SYN | ACK, 0, 0, 1)
      .client(ACK, 1, 0, 1);
  }

  get log(): string {
    const rows = this.zeek.facts();
    const { connState, history } = rows[fullest(rows)]!;
    return `${connState} ${history}`;
  }

  get history(): string {
    return this.log.split(' ')[1]!;
  }

  get rows(): string[] {
    return this.zeek.facts().map((row) => `${row.connState} ${row.history}`);
  }

  private segment(fromClient: boolean, flags: number, seq: number, length: number, ack: number, line: Line): this {
    this.now = line.at ?? this.now + 0.01;
    const segment = new Segment();
    segment.frame = ++this.frame;
    segment.seconds = 1_700_000_000 + Math.floor(this.now);
    segment.nanos = Math.round((this.now % 1) * 1e9);
    segment.srcPort = fromClient ? CLIENT_PORT : this.serverPort;
    segment.dstPort = fromClient ? this.serverPort : CLIENT_PORT;
    segment.flags = flags;
    segment.seq = ((fromClient ? CLIENT_ISN : SERVER_ISN) + seq) | 0;
    segment.ack = (flags & ACK) === 0 ? 0 : ((fromClient ? SERVER_ISN : CLIENT_ISN) + ack) | 0;
    segment.window = line.window ?? 502;
    segment.length = length;
    segment.payloadCaptured = line.captured ?? length;
    segment.headerLength = line.headerLength ?? 20;
    if (line.headerLength !== undefined) segment.troubles |= BAD_DATA_OFFSET;
    this.zeek.step(segment, fromClient, line.bad ?? false);
    return this;
  }
}

const story = (serverPort?: number) => new Story(serverPort);

describe('conn_state and history of whole connections', () => {
  test('established, data both ways, closed by both: SF', () => {
    const told = story().handshake();
    expect(told.log).toBe('S1 ShA');
    told
      .client(PSH | ACK, 1, 100, 1)
      .server(ACK, 1, 0, 101)
      .server(PSH | ACK, 1, 400, 101);
    expect(told.log).toBe('S1 ShADad');
    told.client(FIN | ACK, 101, 0, 401);
    expect(told.log).toBe('S2 ShADadF');
    told.server(FIN | ACK, 401, 0, 102).client(ACK, 102, 0, 402);
    expect(told.log).toBe('SF ShADadFf');
  });

  test('closed by the responder only: S3', () => {
    expect(
      story()
        .handshake()
        .server(FIN | ACK, 1, 0, 1).log,
    ).toBe('S3 ShAf');
  });

  test('nobody answers: S0, repeats of the SYN add nothing', () => {
    expect(story().client(SYN, 0).client(SYN, 0, 0, 0, { at: 1 }).client(SYN, 0, 0, 0, { at: 3 }).log).toBe('S0 S');
  });

  test('refused: REJ', () => {
    expect(
      story()
        .client(SYN, 0)
        .server(RST | ACK, 0, 0, 1).log,
    ).toBe('REJ Sr');
  });

  test('given up before an answer: RSTOS0 by RST, SH by FIN', () => {
    expect(story().client(SYN, 0).client(RST, 1).log).toBe('RSTOS0 SR');
    expect(story().client(SYN, 0).client(FIN, 1).log).toBe('SH SF');
  });

  test('reset after the handshake: RSTO, RSTR', () => {
    expect(story().handshake().client(RST, 1).log).toBe('RSTO ShAR');
    expect(story().handshake().server(RST, 1).log).toBe('RSTR ShAr');
  });

  test('RST after both FINs leaves it SF', () => {
    const told = story()
      .handshake()
      .client(FIN | ACK, 1, 0, 1)
      .server(FIN | ACK, 1, 0, 2)
      .client(RST, 2);
    expect(told.log).toBe('SF ShAFfR');
  });

  test('mid-stream traffic: OTH; roles flipped by the port: ^', () => {
    expect(story().client(ACK, 1, 10, 1).log).toBe('OTH D');
    expect(story().server(ACK, 1, 10, 1).log).toBe('OTH ^d');
    expect(story(9_999).server(ACK, 1, 10, 1).log).toBe('OTH D');
  });

  test('SYN missed: the SYN-ACK of a likely server flips the roles and establishes', () => {
    const told = story()
      .server(SYN | ACK, 0, 0, 1)
      .client(ACK, 1, 0, 1)
      .client(PSH | ACK, 1, 5, 1);
    expect(told.log).toBe('S1 ^hAD');
  });

  test('SYN captured after its SYN-ACK: flipped when it turns up', () => {
    const told = story(9_999)
      .server(SYN | ACK, 0, 0, 1)
      .client(SYN, 0);
    expect(told.log).toBe('S1 Hs^');
  });

  test('flags that do not belong together: I and Q, once', () => {
    const told = story()
      .handshake()
      .client(FIN | RST, 1)
      .client(FIN | RST, 1);
    expect(told.history).toBe('ShAI');
    expect(
      story()
        .client(SYN | FIN, 0)
        .client(SYN | FIN, 0).history,
    ).toBe('Q');
  });

  test('FIN and RST are written again when their sequence number changes', () => {
    const told = story()
      .handshake()
      .client(FIN | ACK, 1, 0, 1)
      .client(FIN | ACK, 1, 0, 1)
      .client(FIN | ACK, 9, 0, 1);
    expect(told.history).toBe('ShAFF');
  });
});

describe('counted letters', () => {
  test('T at the 1st, 10th and 100th retransmission', () => {
    const told = story()
      .handshake()
      .client(PSH | ACK, 1, 10, 1);
    const letters = () => told.history.split('T').length - 1;
    told.client(PSH | ACK, 1, 10, 1);
    expect(letters()).toBe(1);
    for (let repeat = 2; repeat <= 9; repeat++) told.client(PSH | ACK, 1, 10, 1);
    expect(letters()).toBe(1);
    told.client(PSH | ACK, 1, 10, 1);
    expect(letters()).toBe(2);
    for (let repeat = 11; repeat <= 100; repeat++) told.client(PSH | ACK, 1, 10, 1);
    expect(letters()).toBe(3);
  });

  test('W for a zero window, but not with a RST or once the peer has sent its FIN', () => {
    expect(story().handshake().server(ACK, 1, 0, 1, { window: 0 }).history).toBe('ShAaw');
    expect(story().handshake().server(RST, 1, 0, 0, { window: 0 }).history).toBe('ShAr');
    const closed = story()
      .handshake()
      .client(FIN | ACK, 1, 0, 1)
      .server(ACK, 1, 0, 2, { window: 0 });
    expect(closed.history).toBe('ShAFa');
  });

  test('C for a bad checksum: the segment counts for nothing else', () => {
    expect(
      story()
        .client(SYN, 0)
        .server(SYN | ACK, 0, 0, 1, { bad: true }).log,
    ).toBe('S0 Sc');
  });
});

describe('gaps', () => {
  test('bytes acknowledged that were never seen: g', () => {
    const told = story().handshake().server(ACK, 1, 100, 1).server(ACK, 201, 100, 1).client(ACK, 1, 0, 301);
    expect(told.history).toBe('ShAdg');
  });

  test('a hole filled before its ACK is none; across the wrap', () => {
    const told = story()
      .handshake()
      .server(ACK, 1, 300, 1)
      .server(ACK, 601, 300, 1)
      .server(ACK, 301, 300, 1)
      .client(ACK, 1, 0, 901);
    expect(told.history).toBe('ShAdt'); // Zeek counts every late segment as a retransmission
  });

  test('payload cut by the snap length is a gap once acknowledged', () => {
    const told = story().handshake().server(ACK, 1, 100, 1, { captured: 40 }).client(ACK, 1, 0, 101);
    expect(told.history).toBe('ShAdg');
  });

  test('the ACK of a FIN is no gap', () => {
    const told = story()
      .handshake()
      .server(FIN | ACK, 1, 50, 1)
      .client(ACK, 1, 0, 52);
    expect(told.history).toBe('ShAf');
  });

  test('two holes passed by one ACK are two gaps: one letter, the tenth the next', () => {
    const told = story().handshake();
    for (let n = 0; n < 10; n++) told.server(ACK, 101 + 200 * n, 100, 1);
    told.client(ACK, 1, 0, 2_001);
    expect(told.history).toBe('ShAdgg');
  });
});

describe('rows that Zeek splits', () => {
  test('a refused SYN sent again is another row', () => {
    const told = story();
    for (let attempt = 0; attempt < 3; attempt++) {
      told.client(SYN, 0, 0, 0, { at: attempt * 0.5 }).server(RST | ACK, 0, 0, 1);
    }
    expect(told.rows).toEqual(['REJ Sr', 'REJ Sr', 'REJ Sr']);
    expect(told.log).toBe('REJ Sr');
  });

  test('an unanswered attempt ends after 5 s', () => {
    const told = story().client(SYN, 0).client(SYN, 0, 0, 0, { at: 4.9 }).client(SYN, 0, 0, 0, { at: 5.1 });
    expect(told.rows).toEqual(['S0 S', 'S0 S']);
  });

  test('a stray segment 5 s after a close is a row of its own, and the connection keeps its voice', () => {
    const told = story().handshake().client(RST, 1).server(RST, 1, 0, 0, { at: 20 });
    expect(told.rows).toEqual(['RSTO ShAR', 'RSTRH ^r']);
    expect(told.log).toBe('RSTO ShAR');
  });

  test('five minutes of silence end an established connection, an hour on an interactive port', () => {
    const late: Line = { at: 301 };
    expect(story().handshake().client(ACK, 1, 1, 1, late).rows).toEqual(['S1 ShA', 'OTH D']);
    expect(story(22).handshake().client(ACK, 1, 1, 1, late).rows).toEqual(['S1 ShAD']);
  });

  test('rows kept are bounded', () => {
    const told = story();
    for (let attempt = 0; attempt < 100; attempt++) told.client(SYN, 0, 0, 0, { at: attempt * 10 });
    expect(told.rows.length).toBe(64);
  });

  test('each row tells what it took in', () => {
    const [first, second] = story()
      .handshake()
      .client(PSH | ACK, 1, 100, 1)
      .client(RST, 101)
      .server(RST, 1, 0, 0, { at: 20 })
      .zeek.facts();
    expect(first).toMatchObject({ firstFrame: 1, lastFrame: 5, packetsFromClient: 4, bytesFromClient: 100 });
    expect(first).toMatchObject({ packetsFromServer: 1, bytesFromServer: 0, originator: 'client' });
    expect(second).toMatchObject({ firstFrame: 6, lastFrame: 6, packetsFromClient: 0, packetsFromServer: 1 });
    expect(second!.originator).toBe('client');
    expect(second!.start).toEqual({ seconds: 1_700_000_020, nanos: 0 });
  });

  test('what turns out to be the next connection takes its rows along', () => {
    const told = story().handshake().client(SYN, 5_000).server(ACK, 1, 0, 1).client(RST, 1);
    const next = told.succeededAt(4);
    expect(told.rows).toEqual(['S1 ShA']);
    expect(next.rows).toEqual(['RSTOS0 SaR']);
    expect(next.zeek.facts()[0]).toMatchObject({ packetsFromClient: 2, packetsFromServer: 1 });
  });

  test('and turns them with the roles', () => {
    const told = story().handshake().server(SYN, 5_000);
    expect(told.zeek.facts()[1]).toMatchObject({ originator: 'server', packetsFromServer: 1 });
    const next = told.succeededAt(4, true);
    expect(next.zeek.facts()).toMatchObject([{ originator: 'client', packetsFromClient: 1, packetsFromServer: 0 }]);
  });

  test("a row that goes on into the next connection is the next one's: the ACK came before its SYN", () => {
    const told = story().client(ACK, 1, 0, 1).client(SYN, 0);
    const next = told.succeededAt(2).server(SYN | ACK, 0, 0, 1);
    expect(told.rows).toEqual([]);
    expect(next.rows).toEqual(['S1 ASh']);
  });

  test('a straggler that begins no row in Zeek is in the row of the connection before', () => {
    const told = story()
      .handshake()
      .client(FIN | ACK, 1, 0, 1)
      .server(FIN | ACK, 1, 0, 2);
    const next = told.succeededAt(6).server(SYN | ACK, 9_000, 0, 1);
    expect(told.rows).toEqual(['SF ShAFfh']);
    expect(next.rows).toEqual([]);
    const turned = told.succeededAt(7, true).client(RST, 2);
    expect(told.rows).toEqual(['SF ShAFfhr']);
    expect(turned.client(SYN, 7_000).rows).toEqual(['S0 S']);
  });

  test('a row whose one side reset what it had closed is over 5 s later, segments or not', () => {
    const told = story()
      .handshake()
      .client(FIN | ACK, 1, 0, 1)
      .client(RST | ACK, 2, 0, 1);
    told.server(ACK, 1, 0, 2, { at: 4 }).server(ACK, 1, 0, 2, { at: 5.1 });
    expect(told.rows).toEqual(['RSTO ShAFRa', 'OTH ^a']);
  });

  test('not so if the other side closes, too: FIN, RST, FIN and RST are a normal end', () => {
    const told = story()
      .handshake()
      .client(FIN | ACK, 1, 0, 1)
      .client(RST | ACK, 2, 0, 1)
      .server(FIN | ACK, 1, 0, 2)
      .server(RST, 2);
    expect(told.log).toBe('SF ShAFRfr');
  });

  test('of damaged headers nothing is learnt: their row is over 5 s later', () => {
    const told = story().client(ACK, 1, 0, 1, { headerLength: 60 }).client(ACK, 1, 0, 1, { headerLength: 60, at: 6 });
    expect(told.rows).toEqual(['OTH ', 'OTH ']);
  });

  test('a SYN begins a row though its header is too long, but not if that is too short', () => {
    const told = story().handshake().client(SYN, 9_000, 0, 0, { headerLength: 16 });
    expect(told.rows).toEqual(['S1 ShA']);
    told.client(SYN, 9_000, 0, 0, { headerLength: 60 });
    expect(told.rows).toEqual(['S1 ShA', 'OTH ']);
  });
});

describe('what Zeek takes otherwise than it seems', () => {
  test('letters that are written once go by role: turned with the SYN, the originator is silent on its ACK', () => {
    const told = story(9_999)
      .server(SYN | ACK, 0, 0, 1)
      .server(ACK, 1, 0, 1)
      .client(SYN, 0);
    told.client(ACK, 1, 0, 1).server(ACK, 1, 0, 1);
    expect(told.log).toBe('S1 HAs^a');
  });

  test('a close waits for what the peer has not been acknowledged: the SYN within makes no row yet', () => {
    const told = story().handshake().server(ACK, 1, 100, 1);
    told.client(FIN | ACK, 1, 0, 1).client(SYN, 0);
    expect(told.rows).toEqual(['S2 ShAdF']);
    told.client(ACK, 2, 0, 101).client(SYN, 0);
    expect(told.rows).toEqual(['S2 ShAdF', 'S0 S']);
  });

  test('a FIN from before the first number holds back no acknowledgment, nor hides a gap', () => {
    const told = story()
      .handshake()
      .client(ACK, 1, 10, 1)
      .client(FIN | ACK, -10, 0, 1);
    told.client(ACK, 101, 100, 1).server(ACK, 1, 0, 201);
    expect(told.history).toBe('ShADFaG');
  });
});

test('a connection of which nothing was seen has no rows', () => {
  expect(story().rows).toEqual([]);
});
