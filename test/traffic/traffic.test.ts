import { describe, expect, it } from 'vitest';
import { addressText } from '../../lib/facts/address.ts';
import { ConnectionSummary } from '../../lib/traffic/summary.ts';
import { Traffic } from '../../lib/traffic/traffic.ts';
import fc from '../properties.ts';

type Given = Partial<Omit<ConnectionSummary, 'client' | 'server' | 'clear'>> & {
  readonly client: number;
  readonly server: number;
};

/** A connection of which only that much is said. Addresses are the last of an IPv4 one. */
function summary({ client, server, ...rest }: Given): ConnectionSummary {
  const s = new ConnectionSummary();
  s.client[3] = 0x0a000000 | client;
  s.server[3] = 0x0a010000 | server;
  const number = rest.number ?? 0;
  return Object.assign(s, { begun: 0, firstFrame: number + 1, lastFrame: number + 1, ...rest });
}

function factsOf(given: readonly Given[]) {
  const traffic = new Traffic(addressText);
  for (const one of given) traffic.add(summary(one));
  return traffic.facts();
}

describe('counters over many connections', () => {
  it('do not depend on the order in which connections end', () => {
    const connection = fc.record({
      client: fc.integer({ min: 1, max: 20 }),
      server: fc.integer({ min: 1, max: 15 }),
      serverPort: fc.integer({ min: 20, max: 35 }),
      begun: fc.integer({ min: 0, max: 90 }),
      completed: fc.boolean(),
      refused: fc.boolean(),
      answered: fc.boolean(),
      bytes: fc.integer({ min: 0, max: 1 }),
      duration: fc.constantFrom(-1, 0.5, 2),
      offered: fc.integer({ min: 0, max: 7 }),
      cutOff: fc.integer({ min: -1, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(connection, { minLength: 40, maxLength: 200 }), fc.infiniteStream(fc.nat()), (all, keys) => {
        const numbered = all.map((one, number) => ({ ...one, number, startSeconds: one.begun }));
        const shuffled = numbered
          .map((one): [number, Given] => [keys.next().value, one])
          .sort(([a], [b]) => a - b)
          .map(([, one]) => one);
        expect(factsOf(shuffled)).toEqual(factsOf(numbered));
      }),
      { numRuns: 30 },
    );
  });

  it('find a scan of ports, whatever else goes on at them', () => {
    const users = Array.from({ length: 200 }, (_, i) => ({
      client: 100 + i,
      server: 1,
      serverPort: 22,
      number: i,
      answered: true,
      completed: true,
      bytes: 500,
    }));
    const scanner = Array.from({ length: 30 }, (_, i) => ({
      client: 9,
      server: 1,
      serverPort: 10 + i,
      number: 200 + i,
      startSeconds: i,
      refused: i !== 12,
      answered: true,
    }));
    const { scans } = factsOf([...users, ...scanner]);
    expect(scans).toMatchObject([
      { source: '10.0.0.9', kind: 'ports', target: '10.1.0.1', tried: 30, refused: 29, unanswered: 0, open: [22] },
    ]);
  });

  it('know of a service all attempts in vain, however many come before or behind what it answers', () => {
    const vain = (number: number) => ({
      client: number,
      server: 1,
      serverPort: 80,
      number,
      begun: number,
      ttl: 60 + number,
    });
    for (const attempts of [1, 3, 4, 5, 9]) {
      const before = Array.from({ length: attempts }, (_, i) => vain(i + 1));
      const used = { client: 99, server: 1, serverPort: 80, number: 50, answered: true, completed: true, bytes: 10 };
      const { services } = factsOf([...before, used, { ...vain(20), refused: true, answered: true }]);
      expect(services).toHaveLength(1);
      expect(services[0]).toMatchObject({ connections: attempts + 2, begun: attempts + 2, completed: 1, refused: 1 });
      expect(services[0]).toMatchObject({ answered: 2, sources: attempts + 2 });
      const incomplete = { connections: attempts, distinctTtls: attempts, firstFrame: 2, lastFrame: attempts + 1 };
      expect(services[0]!.incomplete).toMatchObject(incomplete);
    }
  });

  it('find scans of more hosts than they tell of one by one, over IPv4 and IPv6', () => {
    const hosts = Array.from({ length: 5120 }, (_, i) => ({
      client: 9,
      server: i,
      serverPort: 22,
      number: i,
      startSeconds: i / 100,
      refused: i % 2 === 0,
      answered: i % 2 === 0,
    }));
    const used = { client: 9, server: 77, serverPort: 22, number: 9000, answered: true, completed: true, bytes: 10 };
    for (const ipVersion of [4, 6]) {
      const { services, scans } = factsOf([...hosts, used].map((one) => ({ ...one, ipVersion })));
      expect(services).toHaveLength(1);
      const tried = scans!.map(({ kind, target, tried, refused }) => [kind, target, tried, refused]);
      if (ipVersion === 6) expect(tried).toEqual([['hosts', '::/64', 5120, 2560]]);
      else {
        const networks = Array.from({ length: 20 }, (_, i) => ['hosts', `10.1.${i}.0/24`, 256, 128]);
        expect(tried).toEqual(networks.sort((a, b) => (a[1]! < b[1]! ? -1 : 1)));
      }
    }
  });

  it('are kept of so many services, and count the connections of others', () => {
    const traffic = new Traffic(addressText);
    const used = { client: 1, answered: true, completed: true, bytes: 9 };
    const add = (i: number) => traffic.add(summary({ ...used, server: i & 0xff, serverPort: i >> 8, number: i }));
    for (let i = 0; i < 65_540; i++) add(i);
    add(3);
    expect(traffic.leftOut).toEqual({ connections: 4, firstFrame: 65_537 });
    expect(traffic.facts().services).toHaveLength(65_536);
  });

  it('count in a scan only what 60 s hold', () => {
    const slow = Array.from({ length: 40 }, (_, i) => ({
      client: 9,
      server: i,
      serverPort: 445,
      number: i,
      startSeconds: 5 * i,
    }));
    const { scans } = factsOf(slow);
    expect(scans).toMatchObject([{ kind: 'hosts', target: '10.1.0.0/24', port: 445, tried: 13, unanswered: 13 }]);
  });

  it('tell a client that comes again and again among many that come once', () => {
    const given = Array.from({ length: 3000 }, (_, i) => ({
      client: i % 10 === 0 ? 9 : 1000 + i,
      server: 1,
      serverPort: 80,
      number: i,
      begun: Math.floor(i / 100),
      completed: true,
      duration: 0.1,
      handshake: 0.02,
      bytes: 700,
    }));
    expect(factsOf(given).pairs).toMatchObject([
      { client: '10.0.0.9', connections: 300, medianDuration: 0.1, medianHandshake: 0.02, medianBytes: 700 },
    ]);
  });

  it('take options left out for SYN cookies only where the service answers them at other times', () => {
    const one = { client: 1, server: 1, serverPort: 80, offered: 6 };
    const never = factsOf([
      { ...one, answers: 2 },
      { ...one, answers: 2, number: 1 },
    ]);
    expect(never.services[0]!.cookieSigns).toBeUndefined();
    const sometimes = factsOf([
      { ...one, answers: 6 },
      { ...one, answers: 2, number: 1 },
    ]);
    expect(sometimes.services[0]!.cookieSigns).toBe(1);
  });
});

describe('losses', () => {
  const resent = (frame: number, client: number) => ({
    ...{ frame, ipVersion: 4, srcA: 0, srcB: 0, srcC: 0, srcD: client, dstA: 0, dstB: 0, dstC: 0, dstD: 99 },
  });

  it('come together when three connections lose something in one tenth', () => {
    const { losses } = new Traffic(addressText);
    for (const i of [1, 2, 3]) losses.add(i, 0.7, 10 + i, resent(20 + i, i));
    losses.add(1, 0.8, 0, resent(30, 1));
    expect(losses.count).toBe(4);
    expect(losses.bins(addressText)).toEqual([
      { start: 0.7, connections: [1, 2, 3], sharedHosts: ['0.0.0.99'], frames: [21, 22, 23] },
    ]);
  });

  it('come together wherever in a tenth the 100 ms begin, and no further apart', () => {
    const among = (...seconds: readonly number[]) => {
      const { losses } = new Traffic(addressText);
      seconds.forEach((each, i) => {
        losses.add(1 + (i % 4), each, 0, resent(20 + i, 1 + (i % 4)));
      });
      return losses.bins(addressText).map(({ start, connections }) => [start, connections]);
    };
    expect(among(0.78, 0.79, 0.8, 0.81)).toEqual([[0.711, [1, 2, 3, 4]]]);
    expect(among(0.75, 0.8, 0.849)).toEqual([[0.75, [1, 2, 3]]]);
    expect(among(0.75, 0.8, 0.85)).toEqual([]);
    // Who lost something in both tenths counts once, and by its last loss in the one or its first in the other.
    expect(among(0.75, 0.8, 0.91, 0.92, 0.82, 0.9)).toEqual([
      [0.811, [1, 2, 3]],
      [0.9, [2, 3, 4]],
    ]);
  });

  it('are counted once, however often the segment is repeated', () => {
    const { losses } = new Traffic(addressText);
    losses.add(1, 0.2, 10, resent(20, 1));
    losses.add(1, 0.4, 10, resent(30, 1));
    losses.add(1, 0.8, 30, resent(40, 1));
    expect(losses.count).toBe(1);
  });

  it('tell the host that they share over IPv6 as well, also after others were forgotten', () => {
    const { losses } = new Traffic(addressText);
    const over6 = (frame: number, client: number) => ({
      ...{
        frame,
        ipVersion: 6,
        srcA: 0x2001_0db8,
        srcB: 0,
        srcC: 1,
        srcD: client,
        dstA: 0x2001_0db8,
        dstB: 0,
        dstC: 2,
        dstD: 9,
      },
    });
    for (let i = 0; i < 66_000; i++) losses.add(i, 1 + i, 0, over6(100 + i, i));
    for (const i of [1, 2, 3]) losses.add(i, 0, 0, over6(70_000 + i, i));
    for (let i = 0; i < 66_000; i++) losses.add(i, i + 70_000, 0, over6(200_000 + i, i));
    expect(losses.bins(addressText)).toMatchObject([{ start: 0, sharedHosts: ['2001:db8::2:0:9'] }]);
  });

  it('are taken back when the retransmission was not needed', () => {
    const { losses } = new Traffic(addressText);
    for (const i of [1, 2, 3]) losses.add(i, 0.7, 10 + i, resent(20 + i, i));
    losses.takeBack(22);
    losses.takeBack(22);
    expect(losses.count).toBe(2);
    expect(losses.bins(addressText)).toEqual([]);
  });

  it('are the same at the clock’s other end: seconds since 1970 are more tenths than 32 bits hold', () => {
    const { losses } = new Traffic(addressText);
    const tenths = [-17e9, 17e9 - 2 ** 32, 17e9];
    for (const tenth of tenths) {
      for (const i of [1, 2, 3]) losses.add(i, tenth / 10, 0, resent(Math.abs(tenth) / 1e9 + i, i));
    }
    expect(losses.bins(addressText).map(({ start }) => start)).toEqual(tenths.map((tenth) => tenth / 10));
  });

  it('stay bounded although most are taken back', () => {
    const { losses } = new Traffic(addressText);
    for (const i of [1, 2, 3]) losses.add(i, 0, 0, resent(i, i));
    for (let i = 0; i < 300_000; i++) {
      losses.add(i, 1 + i, 0, resent(100 + i, 1));
      losses.takeBack(100 + i);
    }
    expect(losses.count).toBe(3);
    expect(losses.bins(addressText)).toHaveLength(1);
  });

  it('are forgotten first where they were alone', () => {
    const { losses } = new Traffic(addressText);
    for (const i of [1, 2, 3]) losses.add(i, 0, 10 + i, resent(20 + i, i));
    for (let i = 0; i < 70_000; i++) losses.add(i, 1 + i, 0, resent(100 + i, 1));
    expect(losses.count).toBe(70_003);
    expect(losses.bins(addressText)).toMatchObject([{ start: 0, connections: [1, 2, 3] }]);
  });
});
