import { describe, expect, it } from 'vitest';
import { Decoder, NOT_TCP, TCP } from '../../lib/packet/decoder.ts';
import {
  ACK,
  AE,
  BAD_DATA_OFFSET,
  BAD_OPTION,
  CUT_SHORT,
  ECE,
  FIN,
  HEADER_CUT,
  LENGTH_FROM_FRAME,
  RST,
  type Segment,
  SYN,
  segmentSpan,
} from '../../lib/packet/segment.ts';
import {
  type Bytes,
  be32,
  bytes,
  ethernet,
  type FrameParts,
  frameOf,
  ipv4,
  ipv6,
  type TcpParts,
  tcp,
  udp,
  vlan,
} from './build.ts';

function decode(packet: Bytes, parts: FrameParts = {}): Segment {
  const decoder = new Decoder();
  expect(decoder.decode(frameOf(packet, parts))).toBe(TCP);
  return decoder.segment;
}

const decodeTcp = (parts: TcpParts) => decode(ethernet(ipv4(tcp(parts))));

function reasonOf(packet: Bytes, parts: FrameParts = {}): string[] {
  const decoder = new Decoder();
  expect(decoder.decode(frameOf(packet, parts))).toBe(NOT_TCP);
  return [...decoder.skipped.keys()];
}

describe('the TCP header', () => {
  it('is read field by field', () => {
    const segment = decodeTcp({
      srcPort: 65535,
      dstPort: 1,
      seq: 0xffffffff,
      ack: 0x80000000,
      flags: AE | ECE | RST | FIN,
      window: 65535,
      urgent: 4660,
      checksum: 0xbeef,
      payload: 'abc',
    });
    expect(segment).toMatchObject({
      srcPort: 65535,
      dstPort: 1,
      seq: -1,
      ack: 0x80000000 | 0,
      flags: AE | ECE | RST | FIN,
      window: 65535,
      urgent: 4660,
      checksum: 0xbeef,
      headerLength: 20,
      length: 3,
      payloadCaptured: 3,
      troubles: 0,
    });
    expect(segmentSpan(segment)).toBe(4);
    expect([...segment.bytes.subarray(segment.payloadStart, segment.payloadStart + 3)]).toEqual([97, 98, 99]);
  });

  it('comes with the frame it was in', () => {
    const segment = decode(ethernet(ipv4(tcp())), { number: 12, time: 1.5, interface: 3 });
    expect(segment).toMatchObject({ frame: 12, seconds: 1, nanos: 500_000_000, interface: 3 });
  });

  it('may claim a length that it can not have', () => {
    expect(decodeTcp({ dataOffset: 4, payload: 'abc' })).toMatchObject({
      troubles: BAD_DATA_OFFSET,
      length: 0,
      undivided: 23,
    });
    expect(decodeTcp({ dataOffset: 15, payload: 'abc' })).toMatchObject({
      troubles: BAD_DATA_OFFSET,
      headerLength: 60,
      length: 0,
      payloadCaptured: 0,
    });
  });
});

describe('options', () => {
  it('are absent where there are none, whatever came before', () => {
    const decoder = new Decoder();
    const all = bytes('02 04 05 b4 01 03 03 07 04 02 08 0a 00 00 00 01 00 00 00 02 22 04 ab cd 1e 03 00');
    expect(decoder.decode(frameOf(ethernet(ipv4(tcp({ options: all, flags: SYN })))))).toBe(TCP);
    expect(decoder.segment).toMatchObject({
      mss: 1460,
      windowScale: 7,
      sackPermitted: true,
      hasTimestamps: true,
      tsVal: 1,
      tsEcr: 2,
      tfoCookie: 2,
      mptcp: true,
      troubles: 0,
    });
    expect(decoder.decode(frameOf(ethernet(ipv4(tcp()))))).toBe(TCP);
    expect(decoder.segment).toMatchObject({
      mss: 0,
      windowScale: -1,
      sackPermitted: false,
      hasTimestamps: false,
      tsVal: 0,
      tsEcr: 0,
      sackCount: 0,
      tfoCookie: -1,
      mptcp: false,
    });
  });

  it('say which kinds of MPTCP options there are, MP_CAPABLE only with a key', () => {
    const kindsOf = (hex: string) => decodeTcp({ options: bytes(hex) }).mptcpKinds;
    expect(kindsOf('1e 04 01 81')).toBe(0);
    expect(kindsOf('1e 0c 01 81 00 00 00 00 00 00 00 01')).toBe(1 << 0);
    expect(kindsOf('1e 08 20 01 00 00 00 01 1e 04 40 01')).toBe((1 << 2) | (1 << 4));
  });

  it('are timestamps alone in most segments', () => {
    const options = bytes('01 01 08 0a', be32(0xfffffffe), be32(5));
    expect(decodeTcp({ options })).toMatchObject({ hasTimestamps: true, tsVal: -2, tsEcr: 5, headerLength: 32 });
  });

  it('give up to four SACK blocks', () => {
    const blocks = [1, 2, 3, 4, 5, 6, 7, 0xffffffff];
    const segment = decodeTcp({ options: bytes('01 01 05 22', ...blocks.map(be32)) });
    expect(segment.sackCount).toBe(4);
    expect([...segment.sack]).toEqual([1, 2, 3, 4, 5, 6, 7, -1]);
  });

  it('ask for a Fast Open cookie, by number or by experiment (RFC 7413 4.1.1)', () => {
    expect(decodeTcp({ options: bytes('22 02') }).tfoCookie).toBe(0);
    expect(decodeTcp({ options: bytes('fe 0c f9 89 01 02 03 04 05 06 07 08') }).tfoCookie).toBe(8);
    expect(decodeTcp({ options: bytes('fe 04 12 34') }).tfoCookie).toBe(-1);
  });

  it('end at the end of options', () => {
    expect(decodeTcp({ options: bytes('00 03 03 07') })).toMatchObject({ windowScale: -1, troubles: 0 });
  });

  it.each([
    ['a length below two', '03 00 00 00'],
    ['a length beyond the header', '08 0a 00 00'],
    ['a kind without length', '01 01 01 08'],
    ['a window scale of four bytes', '03 04 00 00'],
    ['an MSS of three bytes', '02 03 00 00'],
    ['a SACK of half a block', '05 06 00 00 00 00 01 01'],
    ['a SACK-permitted of three bytes', '04 03 00 01'],
    ['timestamps of nine bytes', '08 09 00 00 00 00 00 00 00 01 01 01'],
  ])('are told to be wrong: %s', (_, options) => {
    expect(decodeTcp({ options: bytes(options) }).troubles).toBe(BAD_OPTION);
  });

  it('go on after one of wrong length', () => {
    expect(decodeTcp({ options: bytes('04 03 00 03 03 07 01 01') })).toMatchObject({
      sackPermitted: false,
      windowScale: 7,
      troubles: BAD_OPTION,
    });
  });
});

describe('lengths', () => {
  const packet = ethernet(ipv4(tcp({ payload: 'abcdef' })));

  it('are those of the wire where the snap length cut the packet', () => {
    expect(decode(packet, { captured: packet.length - 2 })).toMatchObject({
      length: 6,
      payloadCaptured: 4,
      troubles: CUT_SHORT,
    });
    expect(decode(packet, { captured: 54 })).toMatchObject({ length: 6, payloadCaptured: 0, troubles: CUT_SHORT });
    expect(decode(packet, { captured: 50 })).toMatchObject({
      length: 6,
      payloadCaptured: 0,
      seq: 1000,
      troubles: CUT_SHORT | HEADER_CUT,
    });
    expect(reasonOf(packet, { captured: 49 })).toEqual(['cut before TCP header']);
  });

  it('leave out padding', () => {
    expect(decode(bytes(ethernet(ipv4(tcp({ flags: ACK }))), new Uint8Array(6)))).toMatchObject({
      length: 0,
      troubles: 0,
    });
  });

  it('are the frame’s where the card had still to fill them in', () => {
    const unfinished = ethernet(ipv4(tcp({ payload: 'abcdef' }), { totalLength: 0 }));
    expect(decode(unfinished)).toMatchObject({ length: 6, troubles: LENGTH_FROM_FRAME });
    const jumbo = ethernet(ipv6(tcp({ payload: 'abcdef' }), { payloadLength: 0 }));
    expect(decode(jumbo)).toMatchObject({ length: 6, troubles: LENGTH_FROM_FRAME });
  });

  it('never exceed the frame’s', () => {
    const long = ethernet(ipv4(tcp({ payload: 'abcdef' }), { totalLength: 1500 }));
    expect(decode(long)).toMatchObject({ length: 6, payloadCaptured: 6, troubles: CUT_SHORT });
    expect(decode(packet, { original: 20 })).toMatchObject({ length: 6, payloadCaptured: 6, troubles: 0 });
  });

  it('stay int32 when a record lies about its own', () => {
    const unfinished = ethernet(ipv4(tcp({ payload: 'abcdef' }), { totalLength: 0 }));
    const { length } = decode(unfinished, { original: 0xffffffff });
    expect(length).toBe(length | 0);
    expect(length).toBeGreaterThan(0);
  });

  it('are told by a card that cut the packet itself', () => {
    const packet = ethernet(ipv4(tcp({ payload: 'twelve bytes' })));
    const record = bytes(new Uint8Array(8), 2, 0, 0, 60, 0, 0, 0, packet.length, 0, 0, packet.subarray(0, 60));
    const segment = decode(record, { linkType: 197 });
    expect(segment).toMatchObject({ length: 12, payloadCaptured: 6, troubles: CUT_SHORT });
  });

  it('of UDP are never below its header', () => {
    const datagram = (length: number) => {
      const inner = udp(bytes('08 00 00 00 00 00 01 00', ethernet(ipv4(tcp()))), 4789);
      inner.set([0, length], 4);
      return inner;
    };
    for (const length of [0, 7]) {
      const decoder = new Decoder();
      expect(decoder.decode(frameOf(ethernet(ipv4(datagram(length), { protocol: 17 }))))).toBe(NOT_TCP);
      expect([...decoder.skipped.keys()]).toEqual(['malformed header before TCP']);
    }
    expect(decode(ethernet(ipv6(datagram(0), { nextHeader: 17 }))).length).toBe(0);
  });

  it('of MACsec’s header, which are of what it fills up, are not those of the packet', () => {
    const packet = ipv4(tcp({ payload: 'twelve bytes' }));
    const secured = ethernet(bytes('00 05 00 00 00 01 08 00', packet, new Uint8Array(16)), { type: 0x88e5 });
    expect(decode(secured)).toMatchObject({ length: 12, troubles: 0 });
  });

  it('of a jumbogram are in its hop-by-hop options (RFC 2675 2)', () => {
    const segment = tcp({ payload: new Uint8Array(70_000) });
    const hopByHop = bytes(6, 0, 'c2 04', be32(8 + segment.length));
    const packet = ipv6(bytes(hopByHop, segment), { nextHeader: 0, payloadLength: 0 });
    expect(decode(bytes(ethernet(packet), 0, 0))).toMatchObject({ length: 70_000, troubles: 0 });
  });
});

describe('IP', () => {
  it('gives addresses, time to live, identification and congestion marks', () => {
    const segment = decode(
      ethernet(ipv4(tcp(), { source: '255.0.0.1', destination: '1.2.3.4', ttl: 3, id: 0xfffe, tos: 0xff })),
    );
    expect(segment).toMatchObject({
      ipVersion: 4,
      srcA: 0,
      srcD: 0xff000001 | 0,
      dstD: 0x01020304,
      ttl: 3,
      ipId: 0xfffe,
      ecn: 3,
    });
    const six = decode(ethernet(ipv6(tcp(), { source: 'fe80::1:2', hopLimit: 9, trafficClass: 2 })));
    expect(six).toMatchObject({ ipVersion: 6, srcA: 0xfe800000 | 0, srcC: 0, srcD: 0x10002, ttl: 9, ipId: -1, ecn: 2 });
  });

  it('may have options and extension headers', () => {
    expect(decode(ethernet(ipv4(tcp({ seq: 5 }), { options: bytes('94 04 00 00 01 01 01 00') }))).seq).toBe(5);
    const chain = bytes(60, 0, '01 04 00 00 00 00', 43, 0, '01 04 00 00 00 00', 51, 0, '01 04 00 00 00 00');
    const authentication = bytes(6, 4, 0, 0, new Uint8Array(20));
    const packet = ipv6(bytes(chain, authentication, tcp({ seq: 6 })), { nextHeader: 0 });
    expect(decode(ethernet(packet)).seq).toBe(6);
  });

  it('goes to the last address of a route', () => {
    const route = (type: number, left: number) =>
      ipv6(bytes(6, 4, type, left, 0, 0, 0, 0, new Uint8Array(15), 1, new Uint8Array(15), 2, tcp()), {
        nextHeader: 43,
      });
    expect(decode(ethernet(route(0, 1))).dstD).toBe(2);
    expect(decode(ethernet(route(4, 1))).dstD).toBe(1);
    expect(decode(ethernet(route(0, 0))).dstD).toBe(2);
    expect(decode(ethernet(route(0, 0))).dstA).toBe(0x20010db8);
  });

  it('goes to the last address of a source route that is not used up (RFC 791 3.1)', () => {
    const route = (kind: number, pointer: number) => bytes(1, kind, 11, pointer, '09 09 09 01 09 09 09 02');
    const to = (options: Bytes) => decode(ethernet(ipv4(tcp(), { options }))).dstD;
    expect(to(route(131, 4))).toBe(0x09090902);
    expect(to(route(137, 8))).toBe(0x09090902);
    expect(to(route(131, 12))).toBe(0x0a000002);
    expect(to(route(7, 4))).toBe(0x0a000002);
    expect(to(bytes('83 00 04 00'))).toBe(0x0a000002);
  });

  it('comes from the home of a mobile node (RFC 6275 6.3)', () => {
    const home = bytes('20 01 0d b8', new Uint8Array(11), 0x99);
    const packet = ipv6(bytes(6, 2, '01 02 00 00 c9 10', home, tcp()), { nextHeader: 60 });
    expect(decode(ethernet(packet)).srcD).toBe(0x99);
  });

  it('is told when it makes no sense', () => {
    expect(reasonOf(ethernet(ipv4(tcp(), { totalLength: 19 })))).toEqual(['malformed header before TCP']);
    expect(reasonOf(ethernet(bytes('44', new Uint8Array(60)), { type: 0x0800 }))).toEqual([
      'malformed header before TCP',
    ]);
    expect(reasonOf(ethernet(ipv4(tcp().subarray(0, 10))))).toEqual(['malformed header before TCP']);
  });
});

describe('frames without TCP', () => {
  it('are counted by reason, with the first of each', () => {
    const decoder = new Decoder();
    const dns = ethernet(ipv4(udp(bytes(1, 2, 3), 53), { protocol: 17 }));
    decoder.decode(frameOf(dns, { number: 1 }));
    decoder.decode(frameOf(dns, { number: 2 }));
    decoder.decode(frameOf(dns, { number: 3, linkType: 999 }));
    decoder.decode(frameOf(dns, { number: 4, linkType: 999 }));
    decoder.decode(frameOf(dns, { number: 5, captured: 10 }));
    decoder.decode(frameOf(ethernet(ipv4(tcp())), { number: 6 }));
    decoder.decode(frameOf(ethernet(ipv4(new Uint8Array(40), { protocol: 50 })), { number: 7 }));
    expect([...decoder.skipped]).toEqual([
      ['not TCP', { frames: 2, firstFrame: 1 }],
      ['cut before TCP header', { frames: 1, firstFrame: 5 }],
      ['encrypted', { frames: 1, firstFrame: 7 }],
      ['link type 999', { frames: 2, firstFrame: 3 }],
    ]);
  });

  it('are not taken for others when a file has a link type beyond the registry', () => {
    expect(reasonOf(ipv4(tcp()), { linkType: 0x10800 })).toEqual(['link type 67584']);
  });

  it('are told when headers never end', () => {
    let packet = ipv4(tcp());
    for (let i = 0; i < 60; i++) packet = ipv4(packet, { protocol: 4 });
    expect(reasonOf(ethernet(packet))).toEqual(['too many headers']);
  });

  it('may hold what can not be read: encrypted, fragmented or compressed below IP', () => {
    const protectedData = bytes('08 41 2c 00', new Uint8Array(40));
    expect(reasonOf(protectedData, { linkType: 105 })).toEqual(['encrypted']);
    expect(reasonOf(bytes('08 05 2c 00', new Uint8Array(40)), { linkType: 105 })).toEqual([
      'fragment of the link layer',
    ]);
    expect(reasonOf(bytes('ff 03 00 2d 01 02 03'), { linkType: 9 })).toEqual(['compressed TCP header']);
    expect(reasonOf(bytes('48 01 2c 00', new Uint8Array(40)), { linkType: 105 })).toEqual(['not TCP']);
  });
});

describe('links', () => {
  const packet = ipv4(tcp());

  it('have SNAP where both ends of LLC are that', () => {
    for (const both of ['aa ab', 'ab aa', 'aa 00']) {
      const frame = bytes(both, '03 00 00 00 08 00', packet);
      expect(new Decoder().decode(frameOf(ethernet(frame, { type: frame.length })))).toBe(NOT_TCP);
    }
  });

  it('have PPP behind an address whatever its control field says', () => {
    expect(decode(bytes('ff 00 00 21', packet), { linkType: 9 }).seq).toBe(1000);
  });
});

describe('two ways through the decoder', () => {
  const options = bytes('01 01 08 0a 00 00 00 01 00 00 00 02');

  it('find the same: the straight one, and the table', () => {
    const frames = [
      tcp({ payload: 'abc' }),
      tcp({ payload: 'abc', options }),
      tcp({ flags: SYN, options: bytes('02 04 05 b4') }),
      tcp({ dataOffset: 3 }),
      tcp({ dataOffset: 15 }),
    ].map((segment) => ethernet(ipv4(segment, { tos: 1 })));
    for (const frame of frames) {
      for (let captured = 54; captured <= frame.length; captured++) {
        const straight = decode(frame, { captured, interface: 2 });
        // The same 4 bytes further on: a priority tag says nothing.
        const byTable = decode(vlan(frame, 0), { captured: captured + 4, interface: 2, original: frame.length + 4 });
        const { bytes: _, linkHash: __, headerStart, payloadStart, ...same } = byTable;
        expect(straight).toMatchObject(same);
        expect([headerStart - 4, payloadStart - 4]).toEqual([straight.headerStart, straight.payloadStart]);
      }
    }
  });
});

describe('the identity of the link', () => {
  const hash = (frame: Bytes, parts: FrameParts = {}) => decode(frame, parts).linkHash;
  const packet = ipv4(tcp());

  it('differs by addresses, VLAN and interface, and by nothing above', () => {
    const plain = hash(ethernet(packet));
    expect(hash(ethernet(ipv4(tcp({ seq: 77 }), { ttl: 3 })))).toBe(plain);
    expect(hash(ethernet(packet, { source: '020000000009' }))).not.toBe(plain);
    expect(hash(ethernet(packet, { destination: '020000000009' }))).not.toBe(plain);
    expect(hash(ethernet(packet), { interface: 1 })).not.toBe(plain);
    expect(hash(vlan(ethernet(packet), 5))).not.toBe(plain);
    expect(hash(vlan(ethernet(packet), 5))).not.toBe(hash(vlan(ethernet(packet), 6)));
  });
});

describe('tunnels away from their ports', () => {
  const CLIENT = { source: '2001:0:102:304::5', destination: '2001:db8::2' };
  const overUdp = (payload: Bytes, port = 3797, source?: number) =>
    ethernet(ipv4(udp(payload, port, source), { protocol: 17 }));

  it.each([
    ['a packet', bytes()],
    ['behind an origin', bytes('00 00 f2 27 01 02 03 04')],
    ['behind an authentication', bytes('00 01 00 00', new Uint8Array(9))],
  ])('are Teredo where an address says so and the lengths fit: %s', (_, before) => {
    for (const packet of [ipv6(tcp(), CLIENT), ipv6(tcp(), { destination: CLIENT.source })]) {
      const decoder = new Decoder();
      expect(decoder.decode(frameOf(overUdp(bytes(before, packet))))).toBe(TCP);
      expect(decoder.describeTunnel()).toBe('Teredo');
    }
  });

  it.each([
    ['no address of Teredo’s', ipv6(tcp())],
    ['more bytes than the packet says', bytes(ipv6(tcp(), CLIENT), 0)],
    ['fewer', ipv6(tcp(), { ...CLIENT, payloadLength: 21 })],
    ['another version', bytes(0x45, ipv6(tcp(), CLIENT).subarray(1))],
  ])('are not with %s', (_, packet) => {
    expect(reasonOf(overUdp(packet))).toEqual(['not TCP']);
  });

  const inner = ethernet(ipv4(tcp()));
  it.each([
    ['other flags', bytes('0c 00 00 00 00 00 05 00', inner)],
    ['reserved bits', bytes('08 00 00 00 00 00 05 01', inner)],
    [
      'a frame of an unusual type',
      bytes('08 00 00 00 00 00 05 00', inner.subarray(0, 12), 0x12, 0x34, inner.subarray(14)),
    ],
  ])('are no VXLAN at 8472 with %s', (_, payload) => {
    expect(reasonOf(overUdp(payload, 8472))).toEqual(['not TCP']);
  });
});
