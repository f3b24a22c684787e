import { describe, expect, it } from 'vitest';
import { Frame } from '../../lib/capture/frame.ts';
import type { Emit } from '../../lib/capture/outbox.ts';
import { createPcapWriter, PcapngWriter } from '../../lib/capture/writer.ts';
import fc from '../properties.ts';
import { join, packet } from './make.ts';
import { type Kept, readAll } from './read.ts';

const someFrame = fc.record({
  seconds: fc.integer({ min: 0, max: 0xffffffff }),
  nanos: fc.integer({ min: 0, max: 999_999_999 }),
  bytes: fc.uint8Array({ maxLength: 70 }),
  missing: fc.nat(2000),
  interface: fc.nat(2),
  flags: fc.constantFrom(0, 1, 0x82),
  comments: fc.option(
    fc.array(
      fc.string({ unit: 'binary' }).map((s) => s.replaceAll('\0', '')),
      { minLength: 1, maxLength: 3 },
    ),
  ),
});

const INTERFACES = [
  { linkType: 1, snapLength: 0, name: 'eth0' },
  { linkType: 101, snapLength: 96, name: null },
  { linkType: 113, snapLength: 262_144, name: 'any \u2713' },
];

type Some = typeof someFrame extends fc.Arbitrary<infer T> ? T : never;

function frameOf({ bytes, missing, ...rest }: Some): Frame {
  const held = join([Uint8Array.of(0xee, 0xee, 0xee), bytes, Uint8Array.of(0xee)]);
  return Object.assign(new Frame(), rest, {
    bytes: held,
    start: 3,
    captured: bytes.length,
    original: bytes.length + missing,
  });
}

function kept(some: Some): Omit<Kept, 'offset' | 'number' | 'linkType'> {
  const { seconds, nanos, bytes, missing, flags, comments } = some;
  const time = `${seconds}.${String(nanos).padStart(9, '0')}`;
  return {
    time,
    original: bytes.length + missing,
    bytes: Array.from(bytes),
    interface: some.interface,
    flags,
    comments,
  };
}

describe('captures that are written', () => {
  it('come in chunks, and hold packets larger than one', () => {
    const sizes = [300_000, 1, 100_000, 100_000, 3, 140_000];
    const all = sizes.map((size, i) =>
      Object.assign(new Frame(), { bytes: packet(size, i), captured: size, original: size }),
    );
    for (const create of [
      (emit: Emit) => createPcapWriter(emit, { linkType: 231 }),
      (emit: Emit) => new PcapngWriter(emit, { interfaces: [{ linkType: 231, snapLength: 0, name: null }] }),
    ]) {
      const parts: Uint8Array[] = [];
      const writer = create((bytes) => parts.push(bytes.slice()));
      for (const frame of all) writer.frame(frame);
      writer.end();
      const { frames, info } = readAll(join(parts));
      expect(info.problems).toEqual([]);
      expect(frames.map(({ bytes }, i) => Buffer.compare(Buffer.from(bytes), all[i]!.bytes))).toEqual(
        sizes.map(() => 0),
      );
    }
  });

  it.each([true, false])('pcapng reads back as it was (little-endian: %s)', (littleEndian) => {
    fc.assert(
      fc.property(fc.array(someFrame, { maxLength: 8 }), (some) => {
        const parts: Uint8Array[] = [];
        const writer = new PcapngWriter((bytes) => parts.push(bytes.slice()), { interfaces: INTERFACES, littleEndian });
        for (const one of some) writer.frame(frameOf(one));
        writer.end();
        const { frames, info } = readAll(join(parts));
        expect(info.problems).toEqual([]);
        const expected = some.map((one, i) => ({
          ...kept(one),
          number: i + 1,
          linkType: INTERFACES[one.interface]!.linkType,
        }));
        expect(frames.map(({ offset, ...frame }) => frame)).toEqual(expected);
        const last = Math.max(-1, ...some.map((one) => one.interface));
        expect(info.interfaces).toEqual(INTERFACES.slice(0, last + 1));
      }),
    );
  });

  it.each([true, false])('pcap reads back as it was (little-endian: %s)', (littleEndian) => {
    fc.assert(
      fc.property(fc.array(someFrame, { maxLength: 8 }), fc.boolean(), (some, nanoseconds) => {
        const parts: Uint8Array[] = [];
        const writer = createPcapWriter((bytes) => parts.push(bytes.slice()), {
          linkType: 101,
          nanoseconds,
          littleEndian,
        });
        for (const one of some) writer.frame(frameOf(one));
        writer.end();
        const { frames, info } = readAll(join(parts));
        expect(info).toMatchObject({ problems: [], format: nanoseconds ? 'pcap (nanoseconds)' : 'pcap' });
        const expected = some.map((one, i) => {
          const { time, ...rest } = kept(one);
          const cut = nanoseconds ? time : `${time.slice(0, -3)}000`;
          return { ...rest, time: cut, number: i + 1, linkType: 101, interface: 0, flags: 0, comments: null };
        });
        expect(frames.map(({ offset, ...frame }) => frame)).toEqual(expected);
      }),
    );
  });

  it('keep names, comments and statistics', () => {
    const parts: Uint8Array[] = [];
    const comments = ['first', 'x'.repeat(70_000)];
    const writer = new PcapngWriter((bytes) => parts.push(bytes.slice()), { interfaces: INTERFACES, comments });
    const names = new Map([
      ['192.0.2.1', 'four'],
      ['2001:db8::1', 'six'],
      ['::', 'none'],
      ['1:2:3:4:5:6:7:8', 'full'],
    ]);
    writer.names(names);
    writer.statistics(1, { seconds: 1_700_000_000, nanos: 7 }, 12);
    writer.end();
    const { info } = readAll(join(parts));
    expect(info.problems).toEqual([]);
    expect(info.names).toEqual(names);
    expect(info.comments).toEqual(['first', 'x'.repeat(65_535)]);
    expect(info).toMatchObject({ endSeconds: 1_700_000_000, endNanos: 7, dropped: 12 });
  });
});
