import { describe, expect, it } from 'vitest';
import { onesSum } from '../../lib/bytes/checksum.ts';
import {
  CHECKSUM_BAD,
  CHECKSUM_OFFLOAD,
  CHECKSUM_OK,
  CHECKSUM_UNKNOWN,
  verifyChecksum,
} from '../../lib/packet/checksum.ts';
import { Decoder, TCP } from '../../lib/packet/decoder.ts';
import fc from '../properties.ts';
import { bytes, ethernet, frameOf, internetChecksum, ipv4, ipv6, tcp } from './build.ts';

describe('the internet checksum', () => {
  it('agrees with the definition at every alignment and length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), fc.integer({ min: 1, max: 9 }), (data, lead) => {
        const buffer = new Uint8Array(data.length + lead + 5).fill(0xff);
        buffer.set(data, lead);
        const sum = onesSum(buffer, lead, lead + data.length);
        expect(~sum & 0xffff).toBe(internetChecksum(data));
        expect(onesSum(buffer.subarray(1), lead - 1, lead - 1 + data.length)).toBe(sum);
      }),
    );
  });

  it('carries through more than any datagram can hold', () => {
    const data = new Uint8Array(300_001).fill(0xfe);
    expect(~onesSum(data, 0, data.length) & 0xffff).toBe(internetChecksum(data));
  });
});

describe('the checksum of a segment', () => {
  const decoder = new Decoder();
  const verdict = (packet: Uint8Array, cut = 0) => {
    const frame = frameOf(packet, { captured: packet.length - cut });
    expect(decoder.decode(frame)).toBe(TCP);
    return verifyChecksum(decoder.segment);
  };

  it('is right over IPv4 and IPv6, whatever the payload', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => {
        expect(verdict(ethernet(ipv4(tcp({ payload }))))).toBe(CHECKSUM_OK);
        expect(verdict(ethernet(ipv6(tcp({ payload }))))).toBe(CHECKSUM_OK);
      }),
    );
  });

  it('is bad when a bit flips', () => {
    const packet = ethernet(ipv4(tcp({ payload: 'abcdef' })));
    for (let i = 34; i < packet.length; i++) {
      if (i === 46) continue; // the data offset: it takes the payload away
      const flipped = packet.slice();
      flipped[i]! ^= 1;
      expect(verdict(flipped)).toBe(CHECKSUM_BAD);
    }
  });

  it('is left to the card', () => {
    const payload = 'abcdef';
    const pseudo = bytes(10, 0, 0, 1, 10, 0, 0, 2, 0, 6);
    const withLength = ~internetChecksum(pseudo, bytes(0, 26)) & 0xffff;
    expect(verdict(ethernet(ipv4(tcp({ payload, checksum: withLength }))))).toBe(CHECKSUM_OFFLOAD);
    const without = ~internetChecksum(pseudo) & 0xffff;
    expect(verdict(ethernet(ipv4(tcp({ payload, checksum: without }))))).toBe(CHECKSUM_OFFLOAD);
    expect(verdict(ethernet(ipv4(tcp({ payload, checksum: 0 }))))).toBe(CHECKSUM_OFFLOAD);
    expect(verdict(ethernet(ipv4(tcp({ payload, checksum: 0x1111 }))))).toBe(CHECKSUM_BAD);
  });

  it('is unknown where the segment is not whole', () => {
    expect(verdict(ethernet(ipv4(tcp({ payload: 'abcdef' }))), 1)).toBe(CHECKSUM_UNKNOWN);
    expect(verdict(ethernet(ipv4(tcp({ payload: 'abcdef' }), { totalLength: 0 })))).toBe(CHECKSUM_UNKNOWN);
  });
});
