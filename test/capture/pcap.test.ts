import { describe, expect, it } from 'vitest';
import { BIG, join, LITTLE, type Order, packet, pcapHeader, pcapRecord } from './make.ts';
import { readAll } from './read.ts';

const ORDERS: readonly (readonly [string, Order])[] = [
  ['little-endian', LITTLE],
  ['big-endian', BIG],
];

describe.each(ORDERS)('classic pcap, %s', (_, order) => {
  it.each([
    ['pcap', 0xa1b2c3d4, '1700000000.000005000', 0, 0],
    ['pcap (nanoseconds)', 0xa1b23c4d, '1700000000.000000005', 0, 0],
    ['pcap (Nokia)', 0xa1b2c3d4, '1700000000.000005000', 0, 4],
    ['pcap (Red Hat 6.1)', 0xa1b2c3d4, '1700000000.000005000', 0, 8],
    ['pcap (modified)', 0xa1b2cd34, '1700000000.000005000', 0, 8],
    ['pcap (SuSE 6.3)', 0xa1b2cd34, '1700000000.000005000', 0, 12],
    ['pcap (Ixia hardware)', 0x1c0001ac, '1700000000.000005000', 4, 0],
    ['pcap (Ixia software)', 0x1c0001ab, '1700000000.000005000', 4, 0],
  ])('reads %s', (format, magic, time, headerExtra, recordExtra) => {
    const bytes = join([
      pcapHeader(order, { magic, extra: new Uint8Array(headerExtra), snapLength: 96 }),
      pcapRecord(order, { extra: new Uint8Array(recordExtra), original: 1500 }),
      pcapRecord(order, { extra: new Uint8Array(recordExtra), bytes: packet(3, 2) }),
    ]);
    const { frames, info } = readAll(bytes);
    const first = 24 + headerExtra;
    const second = first + 16 + recordExtra + 60;
    const rest = { linkType: 1, interface: 0, flags: 0, comments: null };
    expect(frames).toEqual([
      { number: 1, time, original: 1500, bytes: Array.from(packet(60)), offset: first, ...rest },
      { number: 2, time, original: 3, bytes: Array.from(packet(3, 2)), offset: second, ...rest },
    ]);
    expect(info).toMatchObject({ format, problems: [], interfaces: [{ linkType: 1, snapLength: 96, name: null }] });
  });

  it('is the usual kind where the second record is not there, or is none', () => {
    const first = join([pcapHeader(order), pcapRecord(order)]);
    for (const rest of [0, 4, 8, 15]) {
      const { frames, info } = readAll(join([first, new Uint8Array(rest)]));
      expect(frames.map(({ bytes }) => bytes.length)).toEqual([60]);
      expect(info.format).toBe('pcap');
      expect(info.problems).toHaveLength(rest === 0 ? 0 : 1);
    }
    const damaged = join([first, pcapRecord(order, { captured: 0x70000000 }), pcapRecord(order)]);
    expect(readAll(damaged)).toMatchObject({ frames: [{ number: 1 }], info: { format: 'pcap', problems: [{}] } });
  });

  it('takes the lengths in the order of the version', () => {
    const read = (major: number, minor: number, captured: number, original: number) => {
      const record = pcapRecord(order, { bytes: packet(40), captured, original });
      const [frame] = readAll(join([pcapHeader(order, { major, minor }), record])).frames;
      return [frame?.bytes.length, frame?.original];
    };
    expect(read(2, 4, 40, 90)).toEqual([40, 90]);
    expect(read(2, 2, 90, 40)).toEqual([40, 90]);
    expect(read(2, 3, 40, 90)).toEqual([40, 90]);
    expect(read(2, 3, 90, 40)).toEqual([40, 90]);
    expect(read(543, 0, 90, 40)).toEqual([40, 90]);
  });

  it('reads AIX interface types and nanoseconds', () => {
    const { frames, info } = readAll(join([pcapHeader(order, { minor: 2, network: 6 }), pcapRecord(order)]));
    expect(info.format).toBe('pcap (AIX)');
    expect(frames[0]).toMatchObject({ linkType: 1, time: '1700000000.000000005' });
  });

  it('parts the link type from the bits about the check sequence', () => {
    const network = 0x28000000 | 0x04000000 | 101;
    const { frames } = readAll(join([pcapHeader(order, { network }), pcapRecord(order)]));
    expect(frames[0]).toMatchObject({ linkType: 101, flags: 4 << 5 });
  });

  it('carries a fraction of more than a second over', () => {
    const micro = join([pcapHeader(order), pcapRecord(order, { fraction: 4_294_967_295 })]);
    const nano = join([pcapHeader(order, { magic: 0xa1b23c4d }), pcapRecord(order, { fraction: 4_294_967_295 })]);
    expect(readAll(micro).frames[0]?.time).toBe('1700004294.967295000');
    expect(readAll(nano).frames[0]?.time).toBe('1700000004.294967295');
  });

  it('reads times beyond 2038', () => {
    const bytes = join([pcapHeader(order), pcapRecord(order, { seconds: 0xffffffff })]);
    expect(readAll(bytes).frames[0]?.time).toBe('4294967295.000005000');
  });

  const whole = join([pcapHeader(order), pcapRecord(order), pcapRecord(order)]);
  it.each([
    [
      'half a file header',
      whole.subarray(0, 23),
      0,
      'truncated',
      0,
      'cut short inside a file header: 23 bytes are left',
    ],
    [
      'half a record header',
      whole.subarray(0, 107),
      1,
      'truncated',
      100,
      'cut short inside a record header: 7 bytes are left',
    ],
    ['half a packet', whole.subarray(0, 170), 1, 'truncated', 100, 'cut short inside a packet: 70 bytes are left'],
    [
      'a length that can not be',
      join([whole, pcapRecord(order, { captured: 0xffffffff })]),
      2,
      'damaged',
      176,
      'record says 4294967295 bytes were captured, at most 262144 can be true',
    ],
    [
      'an unknown version',
      join([pcapHeader(order, { major: 1 }), pcapRecord(order)]),
      0,
      'damaged',
      4,
      'pcap version 1.4 is not known',
    ],
  ])('tells %s', (_name, bytes, count, kind, offset, reason) => {
    const { frames, info } = readAll(bytes);
    expect(frames).toHaveLength(count);
    expect(info.problems).toEqual([{ kind, offset, reason }]);
  });

  it('believes 262144 bytes of an Ethernet packet, not one more, and 128 MiB of USB', () => {
    const read = (network: number, length: number) =>
      readAll(join([pcapHeader(order, { network }), pcapRecord(order, { bytes: new Uint8Array(length) })])).frames
        .length;
    expect([read(1, 262_144), read(1, 262_145), read(249, 262_145)]).toEqual([1, 0, 1]);
  });

  it('is empty without records, and has no problem', () => {
    expect(readAll(pcapHeader(order))).toMatchObject({ frames: [], info: { format: 'pcap', problems: [] } });
  });
});
