import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Frame } from '../../lib/capture/frame.ts';
import { CHECKSUM_BAD, CHECKSUM_OFFLOAD, CHECKSUM_OK, verifyChecksum } from '../../lib/packet/checksum.ts';
import { Decoder, ICMP_ERROR, NOT_TCP, TCP } from '../../lib/packet/decoder.ts';
import type { Segment } from '../../lib/packet/segment.ts';
import { Anonymizer } from '../../lib/rewrite/anonymize/anonymizer.ts';
import {
  type Bytes,
  be16,
  be32,
  bytes,
  ethernet,
  frameOf,
  internetChecksum,
  ipv4,
  ipv4Address,
  ipv6,
  ipv6Address,
  tcp,
  udp,
} from '../packet/build.ts';
import { AGGREGATIONS, ENCAPSULATIONS, ONLY_IPV4, ONLY_IPV6 } from '../packet/encapsulations.ts';
import { keyed } from './keyed.ts';

const SECRET = 'correct horse battery staple';
const V4 = { source: '203.0.113.77', destination: '198.51.100.33' };
const V6 = { source: '2a02:1234:5678::77', destination: '2a02:1234:8765::33' };
const OPTIONS = bytes('02 04 05 b4 01 03 03 07 04 02 08 0a 00 00 00 09 00 00 00 08 13 04 ca fe');
const parts = { seq: 0x89abcdef, ack: 0x01234567, srcPort: 1234, dstPort: 4321, options: OPTIONS, payload: SECRET };

/** Headers that hold addresses nobody maps: such frames are cut. */
const CUT = new Set([
  'ISL',
  'B.A.T.M.A.N. unicast',
  'B.A.T.M.A.N. unicast, version 14',
  'Roofnet',
  'LWAPP over Ethernet',
  'AX.25',
  'AX.25 by way of a repeater',
  'AX.25, KISS',
  'AX.25 over Ethernet',
  'AX.25 in IP',
  'FCoE',
  'Fibre Channel',
  'Fibre Channel with a network header',
  'Fibre Channel with delimiters',
  'ATM, bridged token ring',
  'exported IP',
  'exported TCP',
  'asynchronous PPP in GRE',
  'dynamic source routing',
  'OmniPeek',
  'RFtap',
  'token ring',
  'token ring with a route',
  'GRE with source routes',
  'LWAPP',
  'AYIYA',
]);

function anonymous(frame: Frame, key = 'key'): { whole: boolean; bytes: Bytes } {
  const whole = new Anonymizer(keyed(key)).rewrite(frame);
  return { whole, bytes: frame.bytes.slice(frame.start, frame.start + frame.captured) };
}

/** What analysis reads of a segment, but for addresses. */
function numbers(s: Segment) {
  const { srcPort, dstPort, seq, ack, flags, window, urgent, length, troubles, ttl, ipId, ecn } = s;
  const { mss, windowScale, sackPermitted, tsVal, tsEcr, tfoCookie, mptcp } = s;
  const header = { srcPort, dstPort, seq, ack, flags, window, urgent, length, troubles, ttl, ipId, ecn };
  return { ...header, mss, windowScale, sackPermitted, tsVal, tsEcr, tfoCookie, mptcp };
}

function decoded(frame: Frame) {
  const decoder = new Decoder();
  const kind = decoder.decode(frame);
  const segment = kind === ICMP_ERROR ? decoder.icmp.quoted : decoder.segment;
  const checksum = kind === TCP ? verifyChecksum(segment) : 0;
  return { kind, numbers: numbers(segment), checksum, tunnel: decoder.describeTunnel() };
}

function holds(haystack: Bytes, needle: Bytes): boolean {
  for (let at = 0; at + needle.length <= haystack.length; at++) {
    if (needle.every((byte, i) => haystack[at + i] === byte)) return true;
  }
  return false;
}

const versions = [
  ['IPv4', ipv4(tcp(parts), V4), [ipv4Address(V4.source), ipv4Address(V4.destination)], ONLY_IPV6],
  ['IPv6', ipv6(tcp(parts), V6), [ipv6Address(V6.source), ipv6Address(V6.destination)], ONLY_IPV4],
] as const;

for (const [version, packet, addresses, others] of versions) {
  const encapsulations = ENCAPSULATIONS.filter(({ name }) => !others.has(name));
  describe(`TCP over ${version}`, () => {
    it.each(encapsulations)('in $name says the same, but not who', ({ name, linkType, wrap }) => {
      const frame = frameOf(wrap(packet), { linkType });
      const before = decoded(frame);
      const { whole, bytes: after } = anonymous(frame);
      for (const address of addresses) expect(holds(after, address)).toBe(false);
      expect(holds(after, new TextEncoder().encode(SECRET.slice(0, 6)))).toBe(false);
      expect(holds(after, bytes('13 04 ca fe'))).toBe(false);
      if (CUT.has(name)) {
        expect(whole).toBe(false);
        return;
      }
      expect(whole).toBe(true);
      expect(decoded(frame)).toEqual(before);
      expect(before.checksum).toBe(CHECKSUM_OK);
    });
  });
}

describe('several packets in one frame', () => {
  const datagram = ipv4(udp(new TextEncoder().encode(SECRET), 9999), { ...V4, protocol: 17 });
  const packets = [versions[0][1], datagram, versions[1][1], versions[0][1], datagram];
  const secrets = [
    ...versions.flatMap(([, , addresses]) => addresses),
    new TextEncoder().encode(SECRET.slice(0, 6)),
    bytes('13 04 ca fe'),
    // The agent of sFlow.
    bytes('0a 14 1e 28'),
  ];

  function decodedAll(frame: Frame) {
    const decoder = new Decoder();
    const all = [];
    for (let kind = decoder.decode(frame); kind !== NOT_TCP; kind = decoder.decodeMore(frame)) {
      all.push({ kind, numbers: numbers(decoder.segment), checksum: verifyChecksum(decoder.segment) });
    }
    return all;
  }

  it.each(AGGREGATIONS)('say the same, but not who: $name', ({ linkType, wrap, cut }) => {
    const frame = frameOf(wrap(...packets), { linkType });
    const before = decodedAll(frame);
    expect(before).toHaveLength(3);
    const { whole, bytes: after } = anonymous(frame);
    for (const secret of secrets) expect(holds(after, secret)).toBe(false);
    expect(whole).toBe(cut !== true);
    if (cut !== true) expect(decodedAll(frame)).toEqual(before);
  });

  it('keep those that can be mapped, where one can not', () => {
    const { linkType, wrap } = AGGREGATIONS.find(({ name }) => name === 'A-MSDU')!;
    const unknown = ipv4(new TextEncoder().encode(SECRET), { ...V4, protocol: 200 });
    const frame = frameOf(wrap(unknown, packets[0]!, unknown), { linkType });
    const before = decodedAll(frame);
    const { whole, bytes: after } = anonymous(frame);
    for (const secret of secrets) expect(holds(after, secret)).toBe(false);
    expect(whole).toBe(false);
    expect(decodedAll(frame)).toEqual(before);
  });

  it('of no sFlow keep nothing that its port could mean', () => {
    const frame = frameOf(ethernet(ipv4(udp(new TextEncoder().encode(SECRET), 6343), { ...V4, protocol: 17 })));
    const { bytes: after } = anonymous(frame);
    for (const secret of secrets) expect(holds(after, secret)).toBe(false);
  });
});

it('leaves Teredo known for what it is at any port', () => {
  const inner = ipv6(tcp(parts), { source: '2001:0:102:304::5', destination: '2001:db8:7::2' });
  const frame = frameOf(
    ethernet(ipv4(udp(bytes('00 00 f2 27 01 02 03 04', inner), 3797, 32_900), { ...V4, protocol: 17 })),
  );
  const before = decoded(frame);
  expect(before.tunnel).toBe('Teredo');
  const { whole, bytes: after } = anonymous(frame);
  expect(whole).toBe(true);
  expect(decoded(frame)).toEqual(before);
  for (const address of ['2001:0:102:304::5', '2001:db8:7::2']) expect(holds(after, ipv6Address(address))).toBe(false);
  expect(holds(after, bytes('01 02 03 04'))).toBe(false);
});

describe('checksums', () => {
  const sums = [
    ['right', undefined, CHECKSUM_OK],
    ['wrong', 0x1234, CHECKSUM_BAD],
    ['left out', 0, CHECKSUM_OFFLOAD],
  ] as const;
  it.each(sums)('of TCP stay %s', (_, checksum, kind) => {
    const segment = tcp({ ...parts, ...(checksum === undefined ? {} : { checksum }) });
    for (const frame of [frameOf(ethernet(ipv4(segment, V4))), frameOf(ethernet(ipv6(segment, V6)))]) {
      expect(decoded(frame).checksum).toBe(kind);
      anonymous(frame);
      expect(decoded(frame).checksum).toBe(kind);
    }
  });

  it('that the card would have finished are begun for the new addresses', () => {
    const segment = tcp({ ...parts, checksum: 1 });
    const pseudo = internetChecksum(
      ipv4Address(V4.source),
      ipv4Address(V4.destination),
      bytes(be32(6), be32(segment.length)),
    );
    segment.set(be16(~pseudo & 0xffff), 16);
    const frame = frameOf(ethernet(ipv4(segment, V4)));
    expect(decoded(frame).checksum).toBe(CHECKSUM_OFFLOAD);
    anonymous(frame);
    expect(decoded(frame).checksum).toBe(CHECKSUM_OFFLOAD);
  });

  it('of IPv4 and ICMP stay right', () => {
    const quote = ipv4(tcp(parts), V4);
    const message = bytes(3, 4, 0, 0, 0, 0, be16(1280), quote);
    message.set(be16(internetChecksum(message)), 2);
    const frame = frameOf(ethernet(ipv4(message, { protocol: 1, source: '192.0.2.254', destination: V4.source })));
    const before = decoded(frame);
    const { bytes: after } = anonymous(frame);
    expect(decoded(frame)).toEqual(before);
    expect(before.kind).toBe(ICMP_ERROR);
    expect(internetChecksum(after.subarray(14, 34))).toBe(0);
    expect(internetChecksum(after.subarray(34))).toBe(0);
    for (const address of [V4.source, V4.destination]) expect(holds(after, ipv4Address(address))).toBe(false);
    // The quoted address is the outer one's, mapped alike.
    expect(after.subarray(30, 34)).toEqual(after.subarray(54, 58));
  });
});

describe('frames without TCP', () => {
  it('ARP: both ends are mapped', () => {
    const arp = bytes('0001 0800 06 04 0002', '001b21000001', ipv4Address(V4.source), '001b21000002', '0a000005');
    const { whole, bytes: after } = anonymous(frameOf(ethernet(arp, { type: 0x0806, source: '001b21000001' })));
    expect(whole).toBe(true);
    expect(after.subarray(14, 22)).toEqual(arp.subarray(0, 8));
    expect(holds(after, bytes('001b21'))).toBe(false);
    expect(holds(after, ipv4Address(V4.source))).toBe(false);
    expect(after.subarray(6, 12)).toEqual(after.subarray(22, 28));
  });

  it('are cut where they tell something unknown', () => {
    const frame = frameOf(ethernet(bytes('0102030405060708'), { type: 0x88cc }));
    expect(anonymous(frame).whole).toBe(false);
    expect(frame.captured).toBe(14);
    expect(frame.original).toBe(22);
  });

  it('of an unknown link keep nothing', () => {
    const frame = frameOf(bytes('0102030405060708'), { linkType: 147 });
    anonymous(frame);
    expect(frame.captured).toBe(0);
  });
});

describe('fragments', () => {
  it('keep headers and lengths, and lose what they carry', () => {
    const segment = tcp({ ...parts, payload: SECRET.repeat(8) });
    const cuts = [0, 64, 128, segment.length];
    const decoder = new Decoder();
    const kinds = cuts.slice(1).map((end, i) => {
      const start = cuts[i]!;
      const packet = ipv4(segment.slice(start, end), {
        ...V4,
        fragmentOffset: start,
        moreFragments: end < segment.length,
      });
      const frame = frameOf(ethernet(packet), { number: i + 1 });
      const { whole, bytes: after } = anonymous(frame);
      expect(whole).toBe(true);
      expect(holds(after, new TextEncoder().encode('horse'))).toBe(false);
      return decoder.decode(frame);
    });
    expect(kinds).toEqual([NOT_TCP, NOT_TCP, TCP]);
    expect(decoder.segment).toMatchObject({ seq: parts.seq | 0, length: SECRET.length * 8, mss: 1460 });
  });
});

it('takes any bytes on any link', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...ENCAPSULATIONS), (noise, { linkType }) => {
      const frame = frameOf(noise, { linkType });
      anonymous(frame);
      expect(frame.captured).toBeLessThanOrEqual(noise.length);
    }),
    { numRuns: 500 },
  );
});

it('ends where the capture cut a header that would be longer', () => {
  const frame = frameOf(bytes('12 00 00 00 00 00 00'), { linkType: 123 });
  anonymous(frame);
  expect(frame.captured).toBeLessThanOrEqual(7);
});

it('takes what is cut at any byte', () => {
  for (const { linkType, wrap } of ENCAPSULATIONS) {
    const whole = wrap(versions[0][1]);
    for (let captured = 0; captured < whole.length; captured += 3) {
      const frame = frameOf(whole, { linkType, captured, original: whole.length });
      const { bytes: after } = anonymous(frame);
      expect(holds(after, ipv4Address(V4.source))).toBe(false);
    }
  }
});

it('shows no address of a segment that is still found, whatever the headers around it say', () => {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const spoiling = fc.array(fc.tuple(place, fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
  let found = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...versions),
      fc.constantFrom(...ENCAPSULATIONS),
      spoiling,
      ([, packet, addresses, others], { name, linkType, wrap }, places) => {
        if (others.has(name)) return;
        const whole = wrap(packet).slice();
        const before = whereabouts(whole, linkType);
        for (const [at, value] of places) whole[Math.floor(at * whole.length)] = value;
        // Headers may say so much else that the addresses stand where numbers would.
        if (whereabouts(whole, linkType) !== before) return;
        found++;
        const { bytes: after } = anonymous(frameOf(whole, { linkType }));
        for (const address of addresses) expect([name, holds(after, address)]).toEqual([name, false]);
        expect([name, holds(after, new TextEncoder().encode(SECRET.slice(0, 6)))]).toEqual([name, false]);
      },
    ),
    { numRuns: 2000 },
  );
  expect(found).toBeGreaterThan(500);
});

it('shows no address that options and extension headers of IP hold, whatever else they say', () => {
  /** A length that is right, or leads out of the header: one that took in the option behind it would tell its bytes as others. */
  const noise = fc
    .tuple(fc.boolean(), fc.uint8Array({ maxLength: 12 }))
    .map(([fits, rest]) => [fits ? rest.length : 200, rest] as const);
  const kinds = fc.oneof(fc.constantFrom(0, 1, 7, 68, 131, 137, 148), fc.nat({ max: 255 }));
  const hop = ipv4Address(V4.source);
  const option4 = fc.oneof(
    fc.tuple(kinds, fc.nat({ max: 3 })).map(([kind, hops]) => bytes(kind, 3 + 4 * hops, 4, ...Array(hops).fill(hop))),
    fc.tuple(kinds, noise).map(([kind, [length, rest]]) => bytes(kind, length + 2, rest)),
    fc.constantFrom(bytes(0), bytes(1)),
  );
  const far = ipv6Address(V6.source);
  const option6 = fc.oneof(
    fc.constant(bytes(0xc9, 16, far)),
    fc.tuple(kinds, noise).map(([kind, [length, rest]]) => bytes(kind, length, rest)),
    fc.constant(bytes(0)),
  );
  const options6 = fc.array(option6, { maxLength: 3 }).map((all) => bytes(...all));
  const route = fc
    .tuple(fc.constantFrom(0, 2, 3, 4, 5), fc.nat({ max: 3 }), fc.nat({ max: 4 }))
    .map(([type, hops, last]) => bytes(type, hops, last, 0, 0, 0, ...Array(hops).fill(far)));
  const extension = fc.oneof(fc.tuple(fc.constantFrom(0, 60), options6), fc.tuple(fc.constant(43), route));
  const packet4 = fc.array(option4, { maxLength: 4 }).map((all) => {
    const whole = bytes(...all).subarray(0, 40);
    return ipv4(tcp(parts), { ...V4, options: bytes(whole, new Uint8Array(-whole.length & 3)) });
  });
  const packet6 = fc.array(extension, { maxLength: 3 }).map((chain) => {
    let next = 6;
    let payload = tcp({ ...parts });
    for (const [kind, content] of chain.toReversed()) {
      const padded = bytes(content, new Uint8Array(-(content.length + 2) & 7));
      payload = bytes(next, (padded.length + 2) / 8 - 1, padded, payload);
      next = kind;
    }
    return ipv6(payload, { ...V6, nextHeader: next });
  });
  let found = 0;
  fc.assert(
    fc.property(fc.oneof(packet4, packet6), (packet) => {
      const frame = frameOf(ethernet(packet));
      const before = decoded(frame);
      const { bytes: after } = anonymous(frame);
      for (const address of [hop, far]) expect(holds(after, address)).toBe(false);
      expect(holds(after, new TextEncoder().encode(SECRET.slice(0, 6)))).toBe(false);
      if (before.kind !== TCP) return;
      found++;
      const { kind, numbers: same } = decoded(frame);
      expect({ kind, same }).toEqual({ kind: before.kind, same: before.numbers });
    }),
    { numRuns: 1000 },
  );
  expect(found).toBeGreaterThan(200);
});

/** From whom to whom a segment goes, and how much it carries. */
function whereabouts(whole: Bytes, linkType: number): string {
  const decoder = new Decoder();
  if (decoder.decode(frameOf(whole, { linkType })) !== TCP) return '';
  const { srcA, srcB, srcC, srcD, dstA, dstB, dstC, dstD, length } = decoder.segment;
  return [srcA, srcB, srcC, srcD, dstA, dstB, dstC, dstD, length].join();
}
