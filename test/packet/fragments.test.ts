import { describe, expect, it } from 'vitest';
import { CHECKSUM_UNKNOWN, verifyChecksum } from '../../lib/packet/checksum.ts';
import { Decoder, NOT_TCP, TCP } from '../../lib/packet/decoder.ts';
import { FRAGMENTS_OVERLAPPED, FROM_FRAGMENTS } from '../../lib/packet/segment.ts';
import fc from '../properties.ts';
import {
  type Bytes,
  be16,
  be32,
  bytes,
  ethernet,
  type FrameParts,
  frameOf,
  type Ipv4Parts,
  ipv4,
  ipv6,
  tcp,
  udp,
} from './build.ts';

const payload = Uint8Array.from({ length: 100 }, (_, i) => i);
const segment = tcp({ seq: 42, payload });

type Piece = readonly [start: number, end: number];

function fragment4(datagram: Bytes, [start, end]: Piece, parts: Ipv4Parts = {}): Bytes {
  const more = end < datagram.length;
  return ethernet(ipv4(datagram.slice(start, end), { ...parts, fragmentOffset: start, moreFragments: more }));
}

function fragment6(datagram: Bytes, [start, end]: Piece, id = 7): Bytes {
  const header = bytes(6, 0, be16(start | (end < datagram.length ? 1 : 0)), be32(id));
  return ethernet(ipv6(bytes(header, datagram.slice(start, end)), { nextHeader: 44 }));
}

/** What decoding the frames one after the other gave, and the payload found. */
function decodeAll(frames: readonly Bytes[], parts: FrameParts = {}) {
  const decoder = new Decoder();
  const results = frames.map((frame, i) => decoder.decode(frameOf(frame, { ...parts, number: i + 1 })));
  const { segment } = decoder;
  const found = segment.bytes.slice(segment.payloadStart, segment.payloadStart + segment.payloadCaptured);
  return { decoder, results, segment, found };
}

const pieces: Piece[] = [
  [0, 24],
  [24, 64],
  [64, 120],
];
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];

describe.each([
  ['IPv4', (piece: Piece) => fragment4(segment, piece)],
  ['IPv6', (piece: Piece) => fragment6(segment, piece)],
])('fragments of %s', (_, fragment) => {
  it.each(orders)('are put together in the order %i, %i, %i, at the last of them', (...order) => {
    const { decoder, results, segment, found } = decodeAll(order.map((i) => fragment(pieces[i]!)));
    expect(results).toEqual([NOT_TCP, NOT_TCP, TCP]);
    expect(segment).toMatchObject({ frame: 3, seq: 42, length: 100, payloadCaptured: 100, troubles: FROM_FRAGMENTS });
    expect(found).toEqual(payload);
    expect(verifyChecksum(segment)).toBe(CHECKSUM_UNKNOWN);
    expect(decoder.fragmentFrames).toEqual([0, 1, 2].map((piece) => order.indexOf(piece) + 1));
    expect([...decoder.skipped]).toEqual([['IP fragment', { frames: 2, firstFrame: 1 }]]);
  });

  it('may come twice: that is no overlap', () => {
    const { results, segment, found } = decodeAll([0, 0, 2, 2, 1].map((i) => fragment(pieces[i]!)));
    expect(results.at(-1)).toBe(TCP);
    expect(segment.troubles).toBe(FROM_FRAGMENTS);
    expect(found).toEqual(payload);
  });

  it('may overlap, which is told', () => {
    const overlapping: Piece[] = [
      [0, 32],
      [24, 64],
      [56, 120],
    ];
    for (const order of orders) {
      const { results, segment, found } = decodeAll(order.map((i) => fragment(overlapping[i]!)));
      expect(results.at(-1)).toBe(TCP);
      expect(segment.troubles).toBe(FROM_FRAGMENTS | FRAGMENTS_OVERLAPPED);
      expect(found).toEqual(payload);
    }
  });

  it('wait for all of them', () => {
    const { results } = decodeAll([0, 2].map((i) => fragment(pieces[i]!)));
    expect(results).toEqual([NOT_TCP, NOT_TCP]);
  });

  it('are put together however they were cut', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 14 }), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(cuts, fc.infiniteStream(fc.nat()), (at, random) => {
        const ends = [...at.sort((a, b) => a - b).map((unit) => unit * 8), 120];
        const frames = ends.map((end, i) => fragment([i === 0 ? 0 : ends[i - 1]!, end]));
        const shuffled = frames.map((frame) => ({ frame, key: random.next().value })).sort((a, b) => a.key - b.key);
        const { results, found } = decodeAll(shuffled.map(({ frame }) => frame));
        expect(results.filter((result) => result === TCP)).toHaveLength(1);
        expect(results.at(-1)).toBe(TCP);
        expect(found).toEqual(payload);
      }),
      { numRuns: 50 },
    );
  });
});

describe('fragments', () => {
  it('belong together by addresses, identification, protocol and tunnel', () => {
    const [first, ,] = pieces;
    const rest: Piece = [24, 120];
    const others = [
      fragment4(segment, rest, { id: 1 }),
      fragment4(segment, rest, { source: '10.0.0.9' }),
      fragment4(segment, rest, { destination: '10.0.0.9' }),
      fragment4(segment, rest, { protocol: 17 }),
    ];
    const { results } = decodeAll([fragment4(segment, first!), ...others]);
    expect(results).toEqual([NOT_TCP, NOT_TCP, NOT_TCP, NOT_TCP, NOT_TCP]);
  });

  it('that are whole are no fragments (RFC 8200 4.5)', () => {
    const { decoder, results, segment: found } = decodeAll([fragment6(segment, [0, 120])]);
    expect(results).toEqual([TCP]);
    expect(found).toMatchObject({ troubles: 0, ipId: 7 });
    expect(decoder.fragmentFrames).toEqual([]);
  });

  it('are found within tunnels, and may themselves be of a tunnel', () => {
    const gre = (packet: Bytes) => ethernet(ipv4(bytes('00 00 08 00', packet.subarray(14)), { protocol: 47 }));
    expect(decodeAll(pieces.map((piece) => gre(fragment4(segment, piece)))).results).toEqual([NOT_TCP, NOT_TCP, TCP]);

    const vxlan = udp(bytes('08 00 00 00 00 00 01 00', ethernet(ipv4(segment))), 4789);
    const outer: Piece[] = [
      [0, 80],
      [80, vxlan.length],
    ];
    const { decoder, results, found } = decodeAll(outer.map((piece) => fragment4(vxlan, piece, { protocol: 17 })));
    expect(results).toEqual([NOT_TCP, TCP]);
    expect(found).toEqual(payload);
    expect(decoder.describeTunnel()).toBe('VXLAN 1');
  });

  it('cut by the snap length can’t be put together, but the first holds the header', () => {
    const frames = pieces.map((piece) => fragment4(segment, piece));
    const decoder = new Decoder();
    expect(decoder.decode(frameOf(frames[0]!, { captured: 34 + 20 }))).toBe(TCP);
    expect(decoder.segment.seq).toBe(42);
    expect(decoder.decode(frameOf(frames[1]!, { captured: 34 + 20 }))).toBe(NOT_TCP);
  });

  it('are not waited for longer than a minute', () => {
    const [first, second] = [fragment4(segment, [0, 24]), fragment4(segment, [24, 120])];
    for (const [seconds, expected] of [
      [59, TCP],
      [61, NOT_TCP],
    ] as const) {
      const decoder = new Decoder();
      decoder.decode(frameOf(first, { time: 1000 }));
      expect(decoder.decode(frameOf(second, { time: 1000 + seconds }))).toBe(expected);
    }
  });

  it('in a flood are given up oldest first, and counted', () => {
    const decoder = new Decoder();
    const flood = 10_000;
    const frame = frameOf(ethernet(ipv4(new Uint8Array(1480), { moreFragments: true })));
    const idAt = frame.start + 18;
    for (let i = 0; i < flood; i++) {
      frame.number = i + 1;
      frame.bytes.set(be16(i), idAt);
      decoder.decode(frame);
    }
    const waiting = decoder.skipped.get('IP fragment')!.frames;
    const givenUp = decoder.skipped.get('IP fragment, given up for want of memory')!;
    expect(waiting + givenUp.frames).toBe(flood);
    expect(waiting).toBeLessThanOrEqual(4096);
    expect(waiting).toBeGreaterThan(1000);
    expect(givenUp.firstFrame).toBe(1);
  });

  it('that overlap without end are given up', () => {
    const decoder = new Decoder();
    const frame = frameOf(ethernet(ipv4(new Uint8Array(1024), { fragmentOffset: 8, moreFragments: true })));
    for (let i = 0; i < 20_000; i++) {
      frame.number = i + 1;
      frame.bytes.set(be32(i), frame.start + 34);
      decoder.decode(frame);
    }
    const { frames } = decoder.skipped.get('IP fragment, given up for want of memory')!;
    expect(frames).toBeGreaterThan(19_000);
  });

  it('beyond what a datagram can hold are malformed', () => {
    const { decoder } = decodeAll([ethernet(ipv4(new Uint8Array(100), { fragmentOffset: 65_528 }))]);
    expect([...decoder.skipped.keys()]).toEqual(['malformed header before TCP']);
  });

  it('that reach beyond the last one are cut there', () => {
    const last = fragment4(segment, [64, 120]);
    const beyond = [
      ethernet(ipv4(bytes(segment.slice(24), 1, 2, 3), { fragmentOffset: 24, moreFragments: true })),
      ethernet(ipv4(bytes(segment.slice(32), 4, 5, 6, 7, 8), { fragmentOffset: 32, moreFragments: true })),
    ];
    const { results, segment: found } = decodeAll([last, ...beyond, fragment4(segment, [0, 24])]);
    expect(results.at(-1)).toBe(TCP);
    expect(found).toMatchObject({ length: 100, troubles: FROM_FRAGMENTS | FRAGMENTS_OVERLAPPED });
  });

  it('of CAPWAP are put together too', () => {
    const frame = ethernet(ipv4(segment));
    const piece = (start: number, end: number, last: boolean) =>
      ethernet(
        ipv4(udp(bytes(0, 0x10, 0x42, last ? 0xc0 : 0x80, 0, 5, be16(start), frame.subarray(start, end)), 5247), {
          protocol: 17,
        }),
      );
    const { results, found } = decodeAll([piece(0, 64, false), piece(64, frame.length, true)]);
    expect(results).toEqual([NOT_TCP, TCP]);
    expect(found).toEqual(payload);
  });
});
