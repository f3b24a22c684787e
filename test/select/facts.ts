import type { ConnectionFacts, EndpointFacts } from '../../lib/facts/connection.ts';
import type { PacketRow } from '../../lib/facts/packet-row.ts';

const START = { seconds: 1_700_000_000, nanos: 500_000_000 };

interface Changes extends Partial<Omit<ConnectionFacts, 'client' | 'server'>> {
  client?: Partial<EndpointFacts>;
  server?: Partial<EndpointFacts>;
}

/**
 * A connection 2.5 s long that a client of 10.0.0.1 opened to a server of 2001:db8::80, port 443: as much of its facts
 * as conditions can ask for.
 */
export function connectionOf({ client, server, ...changes }: Changes = {}): ConnectionFacts {
  return {
    connection: 3,
    streams: [4, 9],
    client: { ...ENDPOINT, address: '10.0.0.1', port: 40_000, name: 'laptop', ...client },
    server: { ...ENDPOINT, address: '2001:db8::80', port: 443, name: 'Shop_1', ...server },
    start: START,
    end: { seconds: START.seconds + 3, nanos: 0 },
    firstFrame: 10,
    lastFrame: 30,
    handshake: { synCount: 2, rtt: 0.05 },
    closedBy: 'server',
    closeKind: 'fin',
    resets: [],
    timeline: [],
    ...changes,
  } as unknown as ConnectionFacts;
}

const ENDPOINT: Partial<EndpointFacts> = {
  finalState: 'CLOSED',
  spells: [],
  packets: 10,
  bytes: 1_000,
  uniqueBytes: 900,
  retransmissions: 0,
  spurious: 0,
  reordered: 0,
  duplicates: 0,
  keepAlives: 0,
  maxWindow: 65_535,
  mss: 1_460,
  zeroWindowTime: 0,
  rtt: null,
};

export function packetOf(changes: Partial<PacketRow> = {}): PacketRow {
  return {
    frame: 12,
    connection: 3,
    stream: 4,
    time: { seconds: START.seconds + 1, nanos: 500_000_000 },
    from: 'client',
    flags: ['PSH', 'ACK'],
    seq: 1,
    ack: 1,
    length: 100,
    window: 502,
    windowScaled: true,
    verdict: null,
    clientState: 'ESTABLISHED',
    serverState: 'CLOSE_WAIT',
    ...changes,
  };
}

export const CONTEXT = { captureStart: START };
