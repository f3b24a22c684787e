import { describe, expect, it } from 'vitest';
import { verifyChecksum } from '../../lib/packet/checksum.ts';
import { Decoder, ICMP_ERROR, NOT_TCP, TCP } from '../../lib/packet/decoder.ts';
import { LAYERS } from '../../lib/packet/table.ts';
import fc from '../properties.ts';
import { type Bytes, frameOf, ipv4, ipv6, tcp } from './build.ts';
import { AGGREGATIONS, ENCAPSULATIONS, ONLY_IPV4, ONLY_IPV6 } from './encapsulations.ts';

const LINK_TYPES = [...LAYERS.keys()].filter((key) => key < 0x20000).map((key) => key - 0x10000);
const RUNS = 50;

/**
 * Decodes a frame twice, with different bytes around it. That nothing throws, that both give the same, and that each
 * segment lies within the frame: so nothing outside of it was read.
 */
function decodeSafely(packet: Bytes, linkType: number, original: number): void {
  const seen = [0x00, 0xff].map((around) => {
    const decoder = new Decoder();
    const frame = frameOf(packet, { linkType, original });
    frame.bytes.fill(around, 0, 16);
    frame.bytes.fill(around, 16 + packet.length);
    const all: unknown[] = [];
    for (let kind = decoder.decode(frame); kind !== NOT_TCP; kind = decoder.decodeMore(frame)) {
      expect([TCP, ICMP_ERROR]).toContain(kind);
      const segment = kind === TCP ? decoder.segment : decoder.icmp.quoted;
      const { bytes, ...fields } = segment;
      const end = bytes === frame.bytes ? frame.start + frame.captured : bytes.length;
      expect(segment.headerStart + 8).toBeLessThanOrEqual(end);
      expect(segment.payloadStart + segment.payloadCaptured).toBeLessThanOrEqual(end);
      expect(segment.payloadCaptured).toBeGreaterThanOrEqual(0);
      expect(segment.payloadCaptured).toBeLessThanOrEqual(segment.length);
      const wide = Object.values(fields).filter((value) => typeof value === 'number' && value !== (value | 0));
      expect(wide).toEqual([]);
      verifyChecksum(segment);
      all.push(kind, { ...fields, sack: [...fields.sack] }, decoder.describeTunnel());
    }
    return [...all, ...decoder.skipped];
  });
  expect(seen[0]).toEqual(seen[1]);
}

describe('garbage', () => {
  it.each(LINK_TYPES)('of link type %i is read without harm', (linkType) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(0, 60, 1514, 0xffffffff), (packet, original) => {
        decodeSafely(packet, linkType, original);
      }),
      { numRuns: RUNS },
    );
  });

  const segment = tcp({ options: [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2], payload: 'payload' });

  it.each(ENCAPSULATIONS)('in the headers of $name is read without harm', ({ name, linkType, wrap }) => {
    changed(linkType, [
      ...(ONLY_IPV6.has(name) ? [] : [wrap(ipv4(segment))]),
      ...(ONLY_IPV4.has(name) ? [] : [wrap(ipv6(segment))]),
    ]);
  });

  it.each(AGGREGATIONS)('in a frame of several packets is read without harm: $name', ({ linkType, wrap }) => {
    changed(linkType, [wrap(ipv4(segment), ipv6(segment), ipv4(segment))]);
  });
});

/** Decodes these packets with some bytes changed, and cut perhaps. */
function changed(linkType: number, packets: readonly Bytes[]): void {
  const change = fc.tuple(fc.nat(), fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)));
  fc.assert(
    fc.property(
      fc.constantFrom(...packets),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.nat(3),
      (packet, changes, cut) => {
        const garbled = packet.slice(0, packet.length - (cut === 0 ? 0 : cut * 7));
        for (const [at, value] of changes) garbled[at % garbled.length] = value;
        decodeSafely(garbled, linkType, packet.length);
      },
    ),
    { numRuns: RUNS },
  );
}
