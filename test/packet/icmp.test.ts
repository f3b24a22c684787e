import { describe, expect, it } from 'vitest';
import { Decoder, ICMP_ERROR, NOT_TCP } from '../../lib/packet/decoder.ts';
import { HEADER_CUT } from '../../lib/packet/segment.ts';
import { type Bytes, be16, be32, bytes, ethernet, frameOf, ipv4, ipv6, tcp } from './build.ts';

const segment = tcp({ srcPort: 1234, dstPort: 80, seq: 99, ack: 77, options: bytes('02 04 05 b4'), payload: 'abcdef' });
const quoted4 = ipv4(segment);
const quoted6 = ipv6(segment);

const icmp = (type: number, code: number, rest: Bytes, quote: Bytes) =>
  ethernet(ipv4(bytes(type, code, 0, 0, rest, quote), { protocol: 1, source: '192.0.2.254', destination: '10.0.0.1' }));
const icmpv6 = (type: number, code: number, rest: Bytes, quote: Bytes) =>
  ethernet(ipv6(bytes(type, code, 0, 0, rest, quote), { nextHeader: 58, source: '2001:db8::fe' }));

function decode(packet: Bytes) {
  const decoder = new Decoder();
  expect(decoder.decode(frameOf(packet, { number: 8, time: 2.25 }))).toBe(ICMP_ERROR);
  return decoder.icmp;
}

describe('ICMP errors', () => {
  it('say who sent them, what is wrong, and what they answer', () => {
    const error = decode(icmp(3, 4, bytes(0, 0, be16(1280)), quoted4));
    expect(error).toMatchObject({
      frame: 8,
      seconds: 2,
      nanos: 250_000_000,
      ipVersion: 4,
      type: 3,
      code: 4,
      mtu: 1280,
      srcD: 0xc00002fe | 0,
      quotesWholeHeader: true,
    });
    expect(error.quoted).toMatchObject({
      frame: 8,
      srcD: 0x0a000001,
      dstD: 0x0a000002,
      srcPort: 1234,
      dstPort: 80,
      seq: 99,
      ack: 77,
      mss: 1460,
      length: 6,
      troubles: 0,
    });
  });

  it('of IPv6 too', () => {
    const error = decode(icmpv6(2, 0, bytes(be32(1400)), quoted6));
    expect(error).toMatchObject({ ipVersion: 6, type: 2, mtu: 1400, srcA: 0x20010db8, srcD: 0xfe });
    expect(error.quoted).toMatchObject({ ipVersion: 6, srcPort: 1234, seq: 99, length: 6 });
    expect(decode(icmpv6(1, 4, bytes(be32(0)), quoted6)).mtu).toBe(0);
  });

  it.each([8, 12, 15])('may quote %i bytes of TCP', (length) => {
    const error = decode(icmp(3, 3, bytes(be32(0)), quoted4.subarray(0, 20 + length)));
    expect(error.quotesWholeHeader).toBe(false);
    expect(error.quoted).toMatchObject({ srcPort: 1234, dstPort: 80, seq: 99, flags: 0, window: 0 });
    expect(error.quoted.ack).toBe(length >= 12 ? 77 : 0);
    expect(error.quoted.troubles & HEADER_CUT).toBe(HEADER_CUT);
  });

  it('tell the length that the datagram had', () => {
    const error = decode(icmp(11, 0, bytes(be32(0)), quoted4.subarray(0, 44)));
    expect(error.quotesWholeHeader).toBe(true);
    expect(error.quoted.length).toBe(6);
    expect(error.quoted.payloadCaptured).toBe(0);
  });

  it('may quote the first fragment', () => {
    const first = ipv4(segment, { moreFragments: true });
    expect(decode(icmp(11, 1, bytes(be32(0)), first)).quoted.seq).toBe(99);
  });

  it.each([
    ['an echo', icmp(8, 0, bytes(be32(0)), quoted4)],
    ['an echo of IPv6', icmpv6(128, 0, bytes(be32(0)), quoted6)],
    ['an error about UDP', icmp(3, 3, bytes(be32(0)), ipv4(segment, { protocol: 17 }))],
    ['a quote of seven bytes', icmp(3, 3, bytes(be32(0)), quoted4.subarray(0, 27))],
    ['a later fragment', icmp(3, 3, bytes(be32(0)), ipv4(segment, { fragmentOffset: 800 }))],
    [
      'an error about an error',
      icmp(3, 3, bytes(be32(0)), ipv4(bytes('03 03 00 00 00 00 00 00', quoted4), { protocol: 1 })),
    ],
    ['nothing', icmp(3, 3, bytes(be32(0)), bytes())],
  ])('are none of our business: %s', (_, packet) => {
    expect(new Decoder().decode(frameOf(packet))).toBe(NOT_TCP);
  });

  it('leave the segment alone', () => {
    const decoder = new Decoder();
    decoder.decode(frameOf(ethernet(ipv4(tcp({ seq: 5 })))));
    decoder.decode(frameOf(icmp(3, 3, bytes(be32(0)), quoted4)));
    expect(decoder.icmp.quoted).not.toBe(decoder.segment);
    decoder.decode(frameOf(ethernet(ipv4(tcp({ seq: 6 })))));
    expect(decoder.segment.seq).toBe(6);
    expect(decoder.icmp.quoted.seq).toBe(99);
  });
});
