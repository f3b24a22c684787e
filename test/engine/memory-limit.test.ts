import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import { MemoryLimit } from '../../lib/engine/memory-limit.ts';
import type { CaptureFacts } from '../../lib/facts/capture.ts';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import { ACK, PSH, SYN } from '../../lib/packet/segment.ts';
import { bytes, ipv4, ipv6, le16, le32, tcp } from '../packet/build.ts';

const KB = 1024;

interface Sent {
  readonly client: number;
  readonly flags: number;
  readonly fromServer?: boolean;
  readonly seq?: number;
  readonly ack?: number;
  readonly payload?: string;
}

const VERSIONS = {
  IPv4: { of: ipv4, client: (n: number) => `11.0.${n >> 8}.${n & 255}`, server: '10.0.0.1' },
  // Client and server are low and high in turn.
  IPv6: {
    of: ipv6,
    client: (n: number) => `2001:${(n & 1) === 0 ? 'a' : 'f'}::${n.toString(16)}`,
    server: '2001:c::1',
  },
} as const;

type Version = keyof typeof VERSIONS;

/** A capture of raw IP: these segments, a millisecond apart. */
function captureOf(version: Version, sent: readonly Sent[]): Uint8Array {
  const { of, client: addressOf, server } = VERSIONS[version];
  const records = sent.map(({ client, flags, fromServer = false, seq = 100, ack = 0, payload = '' }, i) => {
    const address = addressOf(client);
    const [source, destination] = fromServer ? [server, address] : [address, server];
    const [srcPort, dstPort] = fromServer ? [80, 40_000] : [40_000, 80];
    const packet = of(tcp({ srcPort, dstPort, flags, seq, ack, payload }), { source, destination });
    const length = le32(packet.length);
    return bytes(le32(1_700_000_000 + Math.floor(i / 1000)), le32((i % 1000) * 1000), length, length, packet);
  });
  const header = bytes(le32(0xa1b2c3d4), le16(2), le16(4), le32(0), le32(0), le32(65_535), le32(101));
  return Uint8Array.from(Buffer.concat([header, ...records]));
}

interface Told {
  readonly facts: CaptureFacts;
  readonly connections: readonly ConnectionFacts[];
}

function analysed(capture: Uint8Array, maxMemory?: number, chunk = capture.length): Told {
  const connections: ConnectionFacts[] = [];
  const onConnection = (facts: ConnectionFacts): void => {
    connections.push(facts);
  };
  const limit = maxMemory === undefined ? {} : { maxMemory };
  const analyzer = new Analyzer({ wake: 0x3fff_ffff, onConnection, ...limit });
  for (let at = 0; at < capture.length; at += chunk) analyzer.write(capture.subarray(at, at + chunk));
  return { facts: analyzer.end(), connections };
}

function handshake(client: number): Sent[] {
  return [
    { client, flags: SYN },
    { client, flags: SYN | ACK, fromServer: true, seq: 500, ack: 101 },
    { client, flags: ACK, seq: 101, ack: 501 },
  ];
}

const request = (client: number): Sent => ({ client, flags: PSH | ACK, seq: 101, ack: 501, payload: 'hello' });
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

describe.each(['IPv4', 'IPv6'] as const)('a flood of SYNs over %s, with little memory', (version) => {
  const flood = range(10, 9000).map((client) => ({ client, flags: SYN }));
  const answer = (client: number): Sent => ({ client, flags: SYN | ACK, fromServer: true, seq: 7, ack: 101 });
  const sent = [...handshake(1), ...handshake(2), ...flood, request(1), request(2), answer(8999), answer(10)];
  const capture = captureOf(version, sent);
  const whole = analysed(capture);
  const limited = analysed(capture, 400 * KB);

  it('forgets the SYNs seen first, counts them, and tells of it', () => {
    const { forgotten } = limited.facts;
    expect(forgotten).toMatchObject({ limitBytes: 400 * KB, connections: 0 });
    expect(forgotten!.tuples).toBeGreaterThan(4000);
    expect(forgotten!.tuples).toBeLessThan(8992);
    expect(limited.facts.traffic.services[0]!.begun).toBe(whole.facts.traffic.services[0]!.begun);
    expect(whole.facts.forgotten).toBeUndefined();
  });

  it('knows live connections, and the latest SYNs, as if nothing had been forgotten', () => {
    const bytesOf = (told: Told) =>
      told.connections
        .filter(({ connection }) => connection < 2)
        .map(({ connection, client }) => [connection, client.bytes]);
    expect(bytesOf(limited)).toEqual([
      [0, 5],
      [1, 5],
    ]);
    expect(bytesOf(limited)).toEqual(bytesOf(whole));
    // Of the two answers at the end, one meets its SYN; the other is all that is known of a connection.
    expect(limited.facts.connections).toBe(whole.facts.connections + 1);
    const last = (told: Told) => told.connections.find(({ client }) => client.address === addressOf(version, 8999));
    expect(last(limited)).toEqual(last(whole));
  });

  it('comes to the same wherever chunks are cut', () => {
    expect(JSON.stringify(analysed(capture, 400 * KB, 4099))).toBe(JSON.stringify(limited));
  });
});

function addressOf(version: Version, client: number): string {
  return VERSIONS[version].client(client);
}

describe('more live connections than memory', () => {
  const clients = range(0, 1200);
  const sent = [...clients.flatMap(handshake), ...clients.map(request)];
  const capture = captureOf('IPv4', sent);
  const whole = analysed(capture);
  const limited = analysed(capture, 4096 * KB);
  const { forgotten } = limited.facts;

  it('ends those that were quiet longest, as if the capture ended there', () => {
    expect(forgotten).toMatchObject({ tuples: 0 });
    expect(forgotten!.connections).toBeGreaterThan(100);
    expect(forgotten!.connections).toBeLessThan(900);
    const early = limited.connections.filter(({ connection }) => connection < 100);
    expect(early).toHaveLength(100);
    expect(early.every(({ client }) => client.bytes === 0)).toBe(true);
    expect(limited.connections.find(({ connection }) => connection === 1199)).toEqual(
      whole.connections.find(({ connection }) => connection === 1199),
    );
  });

  it('counts what comes later for one as another, begun in the middle, in the same stream', () => {
    const { connections } = limited.facts;
    expect(connections).toBe(1200 + limited.facts.midstream.connections);
    expect(limited.facts.midstream.connections).toBeGreaterThan(100);
    const later = limited.connections.find(({ connection }) => connection === 1200)!;
    expect(later.streams).toEqual([Number(later.client.address.split('.')[3])]);
  });

  it('tells each connection once', () => {
    const numbers = limited.connections.map(({ connection }) => connection);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});

describe('enough memory', () => {
  it('changes nothing', () => {
    const capture = captureOf('IPv4', range(0, 400).flatMap(handshake));
    expect(analysed(capture, 64 * 1024 * KB)).toEqual(analysed(capture));
  });
});

describe('without a limit given', () => {
  /** How many of so many live connections end. */
  function ended(live: number, tupleBytes: number): number {
    const gone = new Set<number>();
    const table = {
      bytes: tupleBytes,
      get liveCount() {
        return live - gone.size;
      },
      leastRecent: (count: number) => range(0, count),
      connection: (entry: number) => (gone.has(entry) ? null : { entry }),
    };
    const ending = { endEarly: ({ entry }: { entry: number }) => gone.add(entry) };
    new MemoryLimit(undefined, { table } as never, ending as never, []).look(1024);
    return gone.size;
  }

  it('a quarter of the live connections end where there are more than a process gets by with', () => {
    expect(ended(262_144, 0)).toBe(0);
    expect(ended(262_145, 0)).toBe(65_537);
    // What 4-tuples take has room of its own.
    expect(ended(262_144, 2 ** 31 - 1)).toBe(0);
  });
});
