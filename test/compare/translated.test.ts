import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { compareTaps } from '../../lib/cli/taps.ts';
import type { TapComparison, TapEvent, TapEventKind } from '../../lib/facts/taps.ts';
import { type Seen, seenAt } from './path-log.ts';

/** A path with an address translator in it, captured at both ends (test/lab/taps.py). TCPLINT_TAPS: another run of chance. */
const FOLDER = process.env.TCPLINT_TAPS ?? join(import.meta.dirname, '../../fixtures/taps');
const CLIENT = join(FOLDER, 'nat.client.pcap');
const SERVER = join(FOLDER, 'nat.server.pcap');
const OPTIONS = { patience: 10, clockOffset: null };
const SYN = 2;
/** The machine itself may be so slow with a frame (test/lab/record.py); what the rules hold back is held for longer. */
const STALL = 0.012;

const scratch = mkdtempSync(join(tmpdir(), 'tcplint-taps-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface PathLog {
  readonly inner: string;
  readonly gateway: string;
  readonly server: string;
  readonly public: string;
  readonly clamped_mss: number;
  readonly log: readonly [
    number,
    string,
    'c2s' | 's2c',
    string,
    number,
    number,
    number,
    number,
    [number, number],
    number,
  ][];
}

const path: PathLog = JSON.parse(readFileSync(join(FOLDER, 'nat.path.json'), 'utf8'));
const [atClient, atServer] = [seenAt(CLIENT), seenAt(SERVER)];

/** The client's flow behind a port that the translator gave it: its SYN has the same number at both taps. */
function innerFlow(port: number): string {
  const syn = (all: readonly Seen[], where: (flow: string) => boolean): Seen =>
    all.find((each) => each.flags === SYN && where(each.flow))!;
  const translated = syn(atServer, (flow) => flow.startsWith(`${path.gateway}:${port}>`));
  return atClient.find((each) => each.flags === SYN && each.seq === translated.seq)!.flow;
}

/** Frames, at the sender's tap, of what the forwarder did this to. */
function logged(did: string): string[] {
  return path.log
    .filter((row) => row[3] === did)
    .map(([, , way, , sport, dport, , , [number]]) => {
      const own =
        way === 'c2s'
          ? atClient.filter(({ flow }) => flow === innerFlow(sport))
          : atServer.filter(({ flow }) => flow === `${path.server}:${sport}>${path.gateway}:${dport}`);
      return `${way} ${own[number]!.frame}`;
    })
    .sort();
}

function named(found: TapComparison, kind: TapEventKind): string[] {
  const frame = (event: TapEvent): string =>
    event.way === 'clientToServer' ? `c2s ${event.clientFrames[0]}` : `s2c ${event.serverFrames[0]}`;
  return found.events
    .filter((event) => event.kind === kind && (event.overtaken !== false || event.seconds! > STALL))
    .map(frame)
    .sort();
}

function expectTheLog(found: TapComparison): void {
  expect(named(found, 'lost')).toEqual(logged('drop'));
  expect(named(found, 'duplicated')).toEqual(logged('duplicate'));
  expect(named(found, 'delayed')).toEqual(logged('delay'));
}

describe('through an address translator', () => {
  const comparison = compareTaps(CLIENT, SERVER, OPTIONS);

  test('every packet that was dropped, doubled or held back is named', async () => {
    expectTheLog(await comparison);
  });

  test('who translates is found from the packets alone', async () => {
    const { translations, connections } = await comparison;
    expect(connections).toEqual({ both: 13, clientOnly: 0, serverOnly: 0 });
    expect(translations).toEqual([
      { end: 'client', atClient: path.inner, atServer: path.gateway, connections: 13, portsChanged: 13 },
      { end: 'server', atClient: path.public, atServer: path.server, connections: 5, portsChanged: 5 },
    ]);
  });

  test('what was changed on the way: the MSS, an option, the TTL, and nothing else', async () => {
    const { changes, ways } = await comparison;
    const mss = { what: 'MSS', before: '1460', after: String(path.clamped_mss), segments: 13 };
    expect(changes.map(({ examples: _, ...change }) => change)).toEqual([
      { ...mss, way: 'clientToServer' },
      { ...mss, way: 'serverToClient' },
      { what: 'SACK permitted', way: 'clientToServer', before: 'yes', after: 'none', segments: 1 },
    ]);
    expect(ways.clientToServer.hops).toEqual([[1, ways.clientToServer.delivered]]);
    expect(ways.serverToClient.hops).toEqual([[1, ways.serverToClient.delivered]]);
  });

  test('the forged RST is the one packet that no server sent', async () => {
    const appeared = (await comparison).events.filter(({ kind }) => kind === 'appeared');
    expect(appeared).toHaveLength(1);
    expect(appeared[0]).toMatchObject({ flags: ['RST'], certain: true, ttl: 249, usualTtl: 63, serverFrames: [] });
  });

  test('the clocks are those of one machine', async () => {
    const { clock } = await comparison;
    expect(Math.abs(clock.offset)).toBeLessThan(0.0005);
    expect(clock.driftPpm).toBeNull();
    expect(clock.roundTrip).toBeCloseTo(0.0101, 3);
  });
});

describe('clocks that differ', () => {
  test.each([
    [3600.25, 0],
    [-0.0037, 0],
    [12.5, 60],
    [-86_400, -45],
  ])('by %f s and %f ppm', async (offset, ppm) => {
    const found = await compareTaps(CLIENT, shifted(SERVER, offset, ppm), OPTIONS);
    expectTheLog(found);
    expect(found.clock.offset - offset).toBeLessThan(0.001);
    expect(offset - found.clock.offset).toBeLessThan(0.001);
    if (ppm === 0) expect(found.clock.driftPpm).toBeNull();
    else expect(Math.abs(found.clock.driftPpm! - ppm)).toBeLessThan(15);
  });

  test('or whose difference is given', async () => {
    const found = await compareTaps(CLIENT, shifted(SERVER, 5, 0), { ...OPTIONS, clockOffset: 5 });
    expectTheLog(found);
    expect(found.clock).toMatchObject({ offset: 5, uncertainty: 0, given: true });
  });
});

test('a path that does nothing: nothing is named', async () => {
  const found = await compareTaps(join(FOLDER, 'quiet.client.pcap'), join(FOLDER, 'quiet.server.pcap'), OPTIONS);
  expect(found.events.filter(({ kind }) => kind !== 'appeared')).toEqual([]);
  expect(found.ways.clientToServer).toMatchObject({ lost: 0, duplicated: 0, delayed: 0, copies: 0 });
});

test('one capture against itself: nothing happened, in no time', async () => {
  const found = await compareTaps(CLIENT, CLIENT, OPTIONS);
  expect(found.events).toEqual([]);
  expect(found.changes).toEqual([]);
  expect(found.translations).toEqual([]);
  expect(found.clock).toMatchObject({ offset: 0, roundTrip: 0 });
});

test('captures that share nothing are refused', async () => {
  const other = join(import.meta.dirname, '../../fixtures/kernel/loss2.client.pcap');
  await expect(compareTaps(CLIENT, other, OPTIONS)).rejects.toThrow(/do not show the same traffic/);
});

/** The same nanosecond pcap by a clock that is so much ahead of the first packet on, and runs away from there. */
function shifted(file: string, offset: number, ppm: number): string {
  const bytes = new Uint8Array(readFileSync(file));
  const view = new DataView(bytes.buffer);
  expect(view.getUint32(0, true)).toBe(0xa1b23c4d);
  let first: bigint | null = null;
  for (let at = 24; at < bytes.length; at += 16 + view.getUint32(at + 8, true)) {
    const time = BigInt(view.getUint32(at, true)) * 1_000_000_000n + BigInt(view.getUint32(at + 4, true));
    first ??= time;
    const later = time + BigInt(Math.round(offset * 1e9)) + (BigInt(ppm) * (time - first)) / 1_000_000n;
    view.setUint32(at, Number(later / 1_000_000_000n), true);
    view.setUint32(at + 4, Number(later % 1_000_000_000n), true);
  }
  const target = join(scratch, `${offset}-${ppm}.pcap`);
  writeFileSync(target, bytes);
  return target;
}

test('a capture that ends in mid-record is compared up to there, and said to', async () => {
  const cut = join(scratch, 'cut.pcap');
  writeFileSync(cut, readFileSync(SERVER).subarray(0, 60_001));
  const said: string[] = [];
  const found = await compareTaps(CLIENT, cut, OPTIONS, { onProblem: (text) => said.push(text) });
  expect(said).toEqual([expect.stringMatching(/cut\.pcap: .*\(offset \d+\)$/)]);
  // What came after the end of one capture is lost, or it is not: nobody can tell.
  const certain = found.events.filter((event) => event.kind === 'lost' && event.certain);
  const end = found.taps.server.end!;
  expect(certain.every(({ time }) => time.seconds <= end.seconds)).toBe(true);
  expect(found.ways.clientToServer.lostUncertain).toBeGreaterThan(100);
});

test('whichever capture is named first, the same packets are lost', async () => {
  const found = await compareTaps(SERVER, CLIENT, OPTIONS);
  const frame = (event: TapEvent): string =>
    event.way === 'clientToServer' ? `s2c ${event.clientFrames[0]}` : `c2s ${event.serverFrames[0]}`;
  const lost = found.events.filter(({ kind }) => kind === 'lost').map(frame);
  expect(lost.sort()).toEqual(logged('drop'));
});

describe('whatever the captures hold', () => {
  test.each(Array.from({ length: 12 }, (_, i) => i))(
    'damage %i: every segment that was sent is delivered or lost',
    async (i) => {
      const bytes = new Uint8Array(readFileSync(SERVER));
      let seed = i + 1;
      const random = (below: number): number => {
        seed = (seed * 48_271) % 0x7fffffff;
        return seed % below;
      };
      // Anywhere behind the file's header: headers of packets, lengths of records.
      for (let hits = 0; hits < 3 * 4 ** (i % 4); hits++) bytes[24 + random(bytes.length - 24)] = random(256);
      const target = join(scratch, `damaged${i}.pcap`);
      writeFileSync(target, bytes);
      const { ways, taps } = await compareTaps(CLIENT, target, OPTIONS);
      for (const way of Object.values(ways)) expect(way.delivered + way.lost).toBe(way.sent);
      expect(ways.clientToServer.sent).toBeLessThanOrEqual(taps.client.segments);
    },
  );
});

test('connections with hosts that only one tap met took another way: nothing of them is lost', async () => {
  const foreign = join(import.meta.dirname, '../../fixtures/kernel/parallel.client.pcap');
  const found = await compareTaps(together(CLIENT, foreign), SERVER, OPTIONS);
  expect(found.events.map(({ time: _, ...event }) => event.kind).sort()).toEqual(
    (await compareTaps(CLIENT, SERVER, OPTIONS)).events.map(({ kind }) => kind).sort(),
  );
  expect(found.connections).toMatchObject({ both: 13, serverOnly: 0 });
  expect(found.connections.clientOnly).toBeGreaterThan(1);
  expect(found.apart).toEqual({ client: seenAt(foreign).length, server: 0 });
});

/** The records of a nanosecond pcap, and those of a microsecond one as if they had begun together. */
function together(file: string, other: string): string {
  const records = [file, other].flatMap((path) => {
    const bytes = new Uint8Array(readFileSync(path));
    const view = new DataView(bytes.buffer);
    const unit = view.getUint32(0, true) === 0xa1b23c4d ? 1n : 1000n;
    const found: { time: bigint; head: DataView; body: Uint8Array }[] = [];
    for (let at = 24; at < bytes.length; at += 16 + view.getUint32(at + 8, true)) {
      const time = BigInt(view.getUint32(at, true)) * 1_000_000_000n + BigInt(view.getUint32(at + 4, true)) * unit;
      found.push({
        time,
        head: new DataView(bytes.slice(at, at + 16).buffer),
        body: bytes.subarray(at + 16, at + 16 + view.getUint32(at + 8, true)),
      });
    }
    return found.map((record) => ({ ...record, since: record.time - found[0]!.time, unit }));
  });
  const start = records[0]!.time;
  records.sort((a, b) => Number(a.since - b.since));
  const parts: Uint8Array[] = [new Uint8Array(readFileSync(file)).subarray(0, 24)];
  for (const { since, head, body } of records) {
    const time = start + since;
    head.setUint32(0, Number(time / 1_000_000_000n), true);
    head.setUint32(4, Number(time % 1_000_000_000n), true);
    parts.push(new Uint8Array(head.buffer), body);
  }
  const target = join(scratch, 'together.pcap');
  writeFileSync(target, Buffer.concat(parts));
  return target;
}

test('headers that a snap length cut off are not said to have been changed', async () => {
  const found = await compareTaps(snapped(CLIENT, 54), SERVER, OPTIONS);
  expect(found.changes).toEqual([]);
});

/** The same pcap with frames cut to so many bytes: TCP's options are gone. */
function snapped(file: string, length: number): string {
  const bytes = new Uint8Array(readFileSync(file));
  const view = new DataView(bytes.buffer);
  const parts = [bytes.subarray(0, 24)];
  for (let at = 24; at < bytes.length; ) {
    const captured = view.getUint32(at + 8, true);
    const kept = Math.min(captured, length);
    const record = bytes.slice(at, at + 16 + kept);
    new DataView(record.buffer).setUint32(8, kept, true);
    parts.push(record);
    at += 16 + captured;
  }
  const target = join(scratch, `snap${length}.pcap`);
  writeFileSync(target, Buffer.concat(parts));
  return target;
}
