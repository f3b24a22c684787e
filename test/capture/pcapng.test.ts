import { describe, expect, it } from 'vitest';
import {
  BIG,
  block,
  custom,
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  join,
  LITTLE,
  type Order,
  obsoletePacket,
  option,
  pack,
  packet,
  pcapng,
  sectionHeader,
  simplePacket,
  text,
} from './make.ts';
import { readAll } from './read.ts';

const ORDERS: readonly (readonly [string, Order])[] = [
  ['little-endian', LITTLE],
  ['big-endian', BIG],
];

/** pcapng() begins with 28 + 20 bytes. */
const FIRST = 48;

describe.each(ORDERS)('pcapng, %s', (_, order) => {
  const numbers = (...blocks: Uint8Array[]) => readAll(pcapng(order, ...blocks)).frames.map(({ number }) => number);
  const problems = (...blocks: Uint8Array[]) => readAll(pcapng(order, ...blocks)).info.problems;
  const P = enhancedPacket(order);

  it('reads enhanced packets', () => {
    const { frames, info } = readAll(pcapng(order, enhancedPacket(order, { bytes: packet(61), original: 99 })));
    expect(frames).toEqual([
      {
        number: 1,
        time: '1700000000.000005000',
        original: 99,
        bytes: Array.from(packet(61)),
        linkType: 1,
        interface: 0,
        flags: 0,
        comments: null,
        offset: FIRST,
      },
    ]);
    expect(info).toMatchObject({ format: 'pcapng', problems: [], dropped: null, endSeconds: null });
  });

  it('reads obsolete packets alike', () => {
    const fields = { bytes: packet(61), original: 99, options: [option(order, 1, 'hi')] };
    const [old] = readAll(pcapng(order, obsoletePacket(order, fields))).frames;
    const [enhanced] = readAll(pcapng(order, enhancedPacket(order, fields))).frames;
    expect(old).toEqual(enhanced);
  });

  it('cuts simple packets by the snap length, and gives them the time of the packet before', () => {
    const description = interfaceDescription(order, { snapLength: 20 });
    const blocks = [sectionHeader(order), description, P, simplePacket(order, packet(20), 60)];
    const { frames } = readAll(join(blocks));
    expect(frames[1]).toMatchObject({ time: '1700000000.000005000', original: 60, bytes: Array.from(packet(20)) });
  });

  it('keeps comments and flags of packets', () => {
    const options = [option(order, 1, 'one'), option(order, 2, [['u32', 0x82]]), option(order, 1, 'zwei \u2713\0')];
    const { frames } = readAll(pcapng(order, enhancedPacket(order, { options }), P));
    expect(frames[0]).toMatchObject({ comments: ['one', 'zwei \u2713'], flags: 0x82 });
    expect(frames[1]).toMatchObject({ comments: null, flags: 0 });
  });

  it('ends options at their end mark, and knows them without', () => {
    const end = option(order, 0, new Uint8Array(0));
    const comment = (...options: Uint8Array[]) =>
      readAll(pcapng(order, enhancedPacket(order, { options }))).frames[0]?.comments;
    expect(comment(option(order, 1, 'a'), end, option(order, 1, 'b'))).toEqual(['a']);
    expect(comment(option(order, 1, 'a'))).toEqual(['a']);
  });

  it('says how long the check sequence is, the packet before the interface', () => {
    const description = interfaceDescription(order, { options: [option(order, 13, Uint8Array.of(4))] });
    const own = enhancedPacket(order, { options: [option(order, 2, [['u32', 0x41]])] });
    const { frames } = readAll(join([sectionHeader(order), description, P, own]));
    expect(frames.map(({ flags }) => flags)).toEqual([4 << 5, 0x41]);
  });

  it('counts custom, journal and system call blocks, and no other without a packet', () => {
    const journal = block(order, 9, text('__REALTIME_TIMESTAMP=1\nMESSAGE=hi\n'));
    const secrets = block(order, 10, pack(order, [['u32', 0x544c534b], ['u32', 4], text('abcd')]));
    const call = block(order, 0x204, new Uint8Array(32));
    expect(numbers(P, custom(order), P)).toEqual([1, 3]);
    expect(numbers(P, custom(order, false), P)).toEqual([1, 3]);
    expect(numbers(P, journal, P)).toEqual([1, 3]);
    expect(numbers(P, call, P)).toEqual([1, 3]);
    expect(numbers(P, secrets, P, block(order, 0x77, text('abcd')), P)).toEqual([1, 2, 3]);
  });

  it('keeps interfaces of several sections, each with its own ids and byte order', () => {
    const other = order === LITTLE ? BIG : LITTLE;
    const name = (value: string) => [option(other, 2, value)];
    const bytes = join([
      pcapng(order, P),
      sectionHeader(other, [option(other, 1, 'second')]),
      interfaceDescription(other, { linkType: 101, snapLength: 64, options: name('eth1') }),
      interfaceDescription(other, { linkType: 113, options: [option(other, 3, 'any device')] }),
      enhancedPacket(other, { iface: 1 }),
      enhancedPacket(other, { iface: 0 }),
    ]);
    const { frames, info } = readAll(bytes);
    expect(frames.map((frame) => [frame.number, frame.interface, frame.linkType])).toEqual([
      [1, 0, 1],
      [2, 2, 113],
      [3, 1, 101],
    ]);
    expect(info.interfaces).toEqual([
      { linkType: 1, snapLength: 0, name: null },
      { linkType: 101, snapLength: 64, name: 'eth1' },
      { linkType: 113, snapLength: 0, name: 'any device' },
    ]);
    expect(info.comments).toEqual(['second']);
    expect(info.problems).toEqual([]);
  });

  it('reads names of addresses', () => {
    const v6 = (...groups: number[]) =>
      pack(
        BIG,
        groups.map((group) => ['u16', group] as const),
      );
    const record = (type: number, address: Uint8Array, name: string) =>
      option(order, type, join([address, text(`${name}\0`)]));
    const names = block(
      order,
      4,
      join([
        record(1, Uint8Array.of(192, 0, 2, 1), 'host.example\0alias'),
        record(2, v6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1), 'six'),
        record(2, v6(0, 0, 0, 0, 0, 0, 0, 1), 'loopback'),
        record(2, v6(1, 0, 3, 4, 5, 6, 7, 8), 'lone zero'),
        record(77, Uint8Array.of(1, 2), 'unknown'),
        option(order, 0, new Uint8Array(0)),
      ]),
    );
    const { info } = readAll(pcapng(order, names));
    expect(Object.fromEntries(info.names)).toEqual({
      '192.0.2.1': 'host.example',
      '2001:db8::1:0:0:1': 'six',
      '::1': 'loopback',
      '1:0:3:4:5:6:7:8': 'lone zero',
    });
    expect(info.problems).toEqual([]);
  });

  it('keeps no more of names and comments than anyone can want', () => {
    const long = 'x'.repeat(60_000);
    const record = option(order, 1, join([Uint8Array.of(192, 0, 2, 1), text(long)]));
    const iface = interfaceDescription(order, { options: [option(order, 2, long)] });
    const comments = new Array(1200).fill(option(order, 1, ''));
    const bytes = pcapng(order, iface, block(order, 4, record), enhancedPacket(order, { options: comments }));
    const { frames, info } = readAll(bytes);
    expect(info.names.get('192.0.2.1')).toHaveLength(1000);
    expect(info.interfaces[1]?.name).toHaveLength(1000);
    expect(frames[0]?.comments).toHaveLength(1000);
  });

  it('takes end and drops from the latest statistics of each interface', () => {
    const drops = (count: bigint) => option(order, 5, [['u64', count]]);
    const end = (micros: bigint) =>
      option(order, 3, [
        ['u32', micros >> 32n],
        ['u32', micros & 0xffffffffn],
      ]);
    const bytes = join([
      pcapng(order, interfaceDescription(order), P),
      interfaceStatistics(order, 0, [drops(3n), end(1_700_000_009_500_000n)]),
      interfaceStatistics(order, 0, [drops(5n), option(order, 7, [['u64', 2n]])]),
      interfaceStatistics(order, 1, [drops(10n), end(1_700_000_007_000_000n)]),
      interfaceStatistics(order, 9, [drops(100n)]),
    ]);
    const { info } = readAll(bytes);
    expect(info).toMatchObject({ dropped: 17, endSeconds: 1_700_000_009, endNanos: 500_000_000, problems: [] });
  });

  it('adds up the drops that packets tell, where there are no statistics', () => {
    const drop = (count: bigint) => enhancedPacket(order, { options: [option(order, 4, [['u64', count]])] });
    const old = obsoletePacket(order, { drops: 7 });
    const unknown = obsoletePacket(order, { drops: 0xffff });
    expect(readAll(pcapng(order, P, drop(2n), drop(3n), old, unknown)).info.dropped).toBe(12);
    expect(readAll(pcapng(order, P, unknown)).info.dropped).toBeNull();
    const none = interfaceStatistics(order, 0, [option(order, 5, [['u64', 0n]])]);
    expect(readAll(pcapng(order, drop(2n), none)).info.dropped).toBe(0);
  });

  it.each([
    [
      'an interface that is not there',
      enhancedPacket(order, { iface: 4 }),
      'packet of interface 4, but the section has described 1',
    ],
    [
      'more captured than the block holds',
      enhancedPacket(order, { captured: 5000 }),
      'packet says 5000 bytes were captured, its block has room for 60',
    ],
    [
      '4 GiB captured',
      enhancedPacket(order, { captured: 0xffffffff }),
      'packet says 4294967295 bytes were captured, its block has room for 60',
    ],
    [
      'more captured than can be',
      enhancedPacket(order, { bytes: new Uint8Array(262_145) }),
      'packet says 262145 bytes were captured, at most 262144 can be true',
    ],
    ['a block without its header', block(order, 6, new Uint8Array(16)), 'enhanced packet of less than 32 bytes'],
    [
      'an obsolete packet without its header',
      block(order, 2, new Uint8Array(16)),
      'packet block of less than 32 bytes',
    ],
    ['a simple packet without its length', block(order, 3, new Uint8Array(0)), 'simple packet of less than 16 bytes'],
    [
      'a simple packet longer than its block',
      simplePacket(order, packet(60), 5000),
      'simple packet of 5000 bytes in a shorter block',
    ],
    [
      'statistics without their header',
      block(order, 5, new Uint8Array(4)),
      'interface statistics of less than 24 bytes',
    ],
    [
      'a name beyond its block',
      block(order, 4, pack(order, [['u16', 1], ['u16', 80], text('12345678')])),
      'name record longer than its block',
    ],
    ['half an interface', block(order, 1, new Uint8Array(4)), 'interface description of less than 20 bytes'],
  ])('skips %s', (_name, bad, reason) => {
    expect(numbers(P, bad, P)).toEqual([1, 2]);
    expect(problems(P, bad, P)).toEqual([{ kind: 'damaged', offset: FIRST + P.length, reason }]);
  });

  it('keeps a packet with options that are damaged, and tells it', () => {
    const options = [
      option(order, 1, 'kept'),
      pack(order, [
        ['u16', 1],
        ['u16', 500],
      ]),
    ];
    const { frames, info } = readAll(pcapng(order, enhancedPacket(order, { options }), P));
    expect(frames.map(({ comments }) => comments)).toEqual([['kept'], null]);
    expect(info.problems).toMatchObject([{ offset: FIRST, reason: 'option 1 of 500 bytes reaches beyond its block' }]);
  });

  it('lets an unreadable interface keep its id', () => {
    const half = block(order, 1, new Uint8Array(4));
    const third = interfaceDescription(order, { linkType: 101 });
    const { frames } = readAll(pcapng(order, half, third, enhancedPacket(order, { iface: 2 })));
    expect(frames).toMatchObject([{ linkType: 101, interface: 2 }]);
  });

  const at = FIRST + P.length;
  it.each([
    [
      'lengths that differ',
      enhancedPacket(order, {}, { second: 60 }),
      'block says 92 bytes at its begin and 60 at its end',
    ],
    [
      'lengths that differ around what nobody reads',
      block(order, 0x77, text('abcd'), { second: 60 }),
      'block says 16 bytes at its begin and 60 at its end',
    ],
    [
      'a length of 0',
      block(order, 6, new Uint8Array(40), { first: 0 }),
      'block of 0 bytes, less than its own two lengths',
    ],
    [
      'a length of 4 GiB',
      block(order, 6, new Uint8Array(40), { first: 0xfffffff0 }),
      'block says it is 4294967280 bytes long, at most 134348832 are believed',
    ],
    ['an unknown version', sectionHeader(order, [], [2, 0]), 'pcapng version 2.0 is not known'],
    [
      'a section header without its magic',
      block(order, 0x0a0d0d0a, new Uint8Array(16)),
      'section header without the byte-order magic',
    ],
    [
      'half a section header',
      block(
        order,
        0x0a0d0d0a,
        pack(order, [
          ['u32', 0x1a2b3c4d],
          ['u32', 1],
        ]),
      ),
      'section header of less than 28 bytes',
    ],
  ])('ends at %s', (_name, bad, reason) => {
    expect(numbers(P, bad, P)).toEqual([1]);
    expect(problems(P, bad, P)).toEqual([{ kind: 'damaged', offset: at, reason }]);
  });

  it.each([
    ['a header', P.subarray(0, 7), 'cut short inside a block: 7 bytes are left'],
    ['a packet', P.subarray(0, 50), 'cut short inside a block: 50 bytes are left'],
    ['what nobody reads', block(order, 0x77, text('abcd')).subarray(0, 14), 'cut short inside a block'],
  ])('tells a cut inside %s', (_name, rest, reason) => {
    expect(numbers(P, rest)).toEqual([1]);
    expect(problems(P, rest)).toEqual([{ kind: 'truncated', offset: at, reason }]);
  });

  it('takes lengths that leave out the padding', () => {
    const lax = block(order, 6, enhancedPacket(order, { bytes: packet(61) }).subarray(8, -4), { first: 93 });
    expect(numbers(P, lax, P)).toEqual([1, 2, 3]);
    expect(problems(P, lax, P)).toEqual([]);
  });

  it('keeps a hundred problems and no more', () => {
    const bad = enhancedPacket(order, { iface: 4 });
    expect(problems(...new Array(200).fill(bad))).toHaveLength(100);
  });
});
