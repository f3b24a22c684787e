import { describe, expect, it } from 'vitest';
import { PcapngWriter } from '../../lib/capture/writer.ts';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { AnalyzerOptions } from '../../lib/engine/options.ts';
import { MOST, PAYLOAD_BYTES } from '../../lib/engine/receiving/layout.ts';
import { CaptureReceiver, type Receiver } from '../../lib/engine/receiving/receiver.ts';
import { Relay } from '../../lib/engine/receiving/relay.ts';
import { RelayedReceiver } from '../../lib/engine/receiving/relayed.ts';
import { NOT_TCP, TCP } from '../../lib/packet/decoder.ts';
import { HEADER_CUT, type Segment } from '../../lib/packet/segment.ts';
import { SOCKS_PORT } from '../../lib/tcp/wireshark/socks.ts';
import { CAPTURES, fixture } from '../fixtures.ts';
import { type Bytes, be16, be32, bytes, ethernet, frameOf, ipv4, ipv6, tcp, vlan } from '../packet/build.ts';
import { AGGREGATIONS, ENCAPSULATIONS } from '../packet/encapsulations.ts';

type Write = (analyzer: Analyzer, told: unknown[]) => void;

/** Everything that an analysis tells, in the order of telling. */
function told(options: AnalyzerOptions, receiver: RelayedReceiver | undefined, write: Write): string {
  const said: unknown[] = [];
  const analyzer = new Analyzer(
    {
      wake: 0x3fffffff,
      ...options,
      onConnection: (facts) => said.push(facts, [...analyzer.names]),
      onComment: (text, frame) => said.push([text, frame]),
    },
    receiver,
  );
  write(analyzer, said);
  return JSON.stringify([said, analyzer.end(), [...analyzer.names]]);
}

/** In one piece. */
function straight(capture: Uint8Array, options: AnalyzerOptions = {}): string {
  return told(options, undefined, (analyzer) => analyzer.write(capture));
}

/** Relays in blocks of so many words, two in turn; both are wiped when they are free. */
function relayTo(write: (block: Uint8Array) => void, blockWords: number, limit?: number, mostTuples?: number): Relay {
  const blocks = [new Int32Array(blockWords), new Int32Array(blockWords)];
  const exchange = (words: number): Int32Array => {
    const [block] = blocks as [Int32Array];
    if (words > 0) write(new Uint8Array(block.buffer, 0, 4 * words));
    block.fill(-1);
    blocks.reverse();
    return blocks[0]!;
  };
  return new Relay(limit, exchange, mostTuples);
}

function relayed(
  capture: Uint8Array,
  chunkBytes: number,
  blockWords: number,
  options: AnalyzerOptions = {},
  mostTuples?: number,
): string {
  return told(options, new RelayedReceiver(), (analyzer) => {
    const relay = relayTo((block) => analyzer.write(block), blockWords, options.limit, mostTuples);
    for (let at = 0; at < capture.length; at += chunkBytes) relay.write(capture.subarray(at, at + chunkBytes));
    relay.end();
  });
}

/** All that is to be had of a segment on the other thread. */
function allOf({ bytes, payloadStart, headerStart, tuple, fromLow, sack, checksum, ...s }: Segment) {
  const isShort = s.length <= PAYLOAD_BYTES || s.srcPort === SOCKS_PORT || s.dstPort === SOCKS_PORT;
  const end = payloadStart + Math.min(s.payloadCaptured, PAYLOAD_BYTES);
  return {
    ...s,
    sack: [...sack.subarray(0, 2 * s.sackCount)],
    checksum: s.troubles & HEADER_CUT ? checksum : null,
    payload: isShort ? [...bytes.subarray(payloadStart, end)] : null,
  };
}

function packetsOf(receiver: Receiver, packets: unknown[]): void {
  while (receiver.next()) {
    const { kind, segment, worth, icmp, comments, info } = receiver;
    const { frame, seconds, nanos } = segment;
    const { quoted, ...error } = icmp;
    packets.push({
      kind,
      at: { frame, seconds, nanos },
      comments,
      names: [...info.names],
      end: [info.endSeconds, info.endNanos],
      times: { ...receiver.times },
      ...(kind === TCP ? { s: allOf(segment), worth, tunnel: receiver.tunnelText(segment.tunnel) } : {}),
      ...(kind === TCP || kind === NOT_TCP ? {} : { error, quoted: allOf(quoted) }),
    });
  }
}

/** Every packet as it is received here, and as it is received there. */
function bothWays(capture: Uint8Array, blockWords: number): [here: unknown[], there: unknown[]] {
  const [here, there]: [unknown[], unknown[]] = [[], []];
  const receiver = new CaptureReceiver();
  receiver.write(capture);
  packetsOf(receiver, here);
  receiver.end();
  packetsOf(receiver, here);
  here.push(receiver.facts(), receiver.info);
  const other = new RelayedReceiver();
  const relay = relayTo((block) => {
    other.write(block);
    packetsOf(other, there);
  }, blockWords);
  relay.write(capture);
  relay.end();
  there.push(other.facts(), other.info);
  return [here, there];
}

/** Everything that a packet may bear. */
const ODD_PACKETS: readonly Bytes[] = [
  ipv4(tcp({ flags: 0x1ff, window: 0xffff, urgent: 0xfedc, payload: 'urgent' }), { ttl: 255, id: 0xffff, tos: 3 }),
  ipv4(tcp({ flags: 0, seq: 0xffffffff, ack: 0x80000000, payload: bytes(new Uint8Array(PAYLOAD_BYTES).fill(7)) })),
  ipv4(tcp({ payload: bytes(new Uint8Array(PAYLOAD_BYTES + 1).fill(7)) }), { ttl: 1, id: 0, tos: 1 }),
  ipv4(tcp({ dstPort: 1080, payload: bytes(new Uint8Array(1000).map((_, i) => i)) })),
  ipv4(
    tcp({
      options: [
        2,
        4,
        0xff,
        0xff,
        1,
        3,
        3,
        14,
        4,
        2,
        34,
        10,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        8,
        30,
        12,
        0,
        1,
        ...be32(1),
        ...be32(2),
      ],
    }),
  ),
  ipv4(tcp({ options: [3, 3, 0, 34, 2] })),
  ipv4(tcp({ options: [3, 3, 255] })),
  ipv4(
    tcp({
      options: [
        1,
        1,
        8,
        10,
        ...be32(0xffffffff),
        ...be32(0x80000001),
        1,
        1,
        5,
        26,
        ...[1, 2, 3, 4, 5, 0xfffffff0].flatMap((edge) => [...be32(edge)]),
      ],
    }),
  ),
  ipv4(tcp({ options: [5, 34, ...[1, 2, 3, 4, 5, 6, 7, 8].flatMap((edge) => [...be32(edge)])] })),
  ipv4(tcp({ dataOffset: 3 })),
  ipv4(tcp({ dataOffset: 15 })),
  ipv4(tcp({ options: [3, 9] })),
  ipv4(tcp({ checksum: 0x1234, payload: 'wrong' })),
  ipv4(tcp({ checksum: 0, payload: 'none' })),
  ipv4(tcp({ payload: 'offload' }), { totalLength: 0 }),
  ipv6(tcp({ payload: 'six' }), {
    source: 'ff02:1:2:3::9',
    destination: '2001:db8:ffff:ffff::1',
    hopLimit: 3,
    trafficClass: 2,
  }),
  ipv6(tcp({ srcPort: 0, dstPort: 65535 })),
  ipv4(bytes([3, 4, 0, 0], be16(0), be16(1400), ipv4(tcp({ urgent: 9 })).subarray(0, 28)), { protocol: 1 }),
  ipv4(bytes([3, 1, 0, 0], be32(0), ipv4(tcp({ payload: 'all of it' }))), { protocol: 1, source: '192.0.2.1' }),
  ipv6(bytes([2, 0, 0, 0], be32(0xfffffff0), ipv6(tcp())), { nextHeader: 58, source: 'fe80::1' }),
  ipv4(bytes(be32(0), be32(0)), { protocol: 17 }),
];

/** Each of them plainly, in a VLAN, cut short, on another interface; one in every encapsulation, and several in one frame. */
function oddCapture(): Uint8Array {
  const links = [1, ...[...ENCAPSULATIONS, ...AGGREGATIONS].map(({ linkType }) => linkType)];
  const interfaces = links.map((linkType) => ({ linkType, snapLength: 0, name: null }));
  const pieces: Uint8Array[] = [];
  const writer = new PcapngWriter((piece) => pieces.push(piece.slice()), {
    interfaces,
    comments: ['a section', '\u{1f980}'],
  });
  let number = 0;
  const add = (packet: Uint8Array, parts: object): void => {
    number++;
    const frame = frameOf(packet as Bytes, {
      number,
      time: number % 7 === 0 ? 4_294_967_290 : 1_700_000_000 + number,
      ...parts,
    });
    if (number % 5 === 0) frame.comments = ['of one packet', 'x'.repeat(400 * number), '\u{1f980}'];
    writer.frame(frame);
  };
  for (const packet of ODD_PACKETS) {
    add(ethernet(packet), {});
    add(vlan(ethernet(packet), 0xfff), {});
    for (const captured of [30, 50, 54, 58, 70]) add(ethernet(packet), { captured });
    writer.names(new Map([['10.0.0.1', `name ${number}`]]));
    writer.statistics(0, { seconds: 1_700_000_000 + number, nanos: 5 }, number);
  }
  ENCAPSULATIONS.forEach(({ linkType, wrap }, i) => {
    add(wrap(ODD_PACKETS[0]!), { linkType, interface: i + 1 });
    add(wrap(ODD_PACKETS[15]!), { linkType, interface: i + 1 });
  });
  AGGREGATIONS.forEach(({ linkType, wrap }, i) => {
    add(wrap(...ODD_PACKETS), { linkType, interface: ENCAPSULATIONS.length + i + 1 });
  });
  writer.end();
  return Buffer.concat(pieces);
}

describe('a capture received on another thread', () => {
  it.each(CAPTURES)('%s: nothing is told differently', (path) => {
    const capture = fixture(path);
    const whole = straight(capture);
    for (const [chunkBytes, blockWords] of [
      [65_536, MOST],
      [1000, 777],
      [4096, 65_536],
    ] as const) {
      expect(relayed(capture, chunkBytes, blockWords) === whole, `${chunkBytes} bytes, ${blockWords} words`).toBe(true);
    }
  });

  it.each(['incident.pcapng', 'kernel/refused_icmp.pcap'])(
    '%s: nor in chunks of any size, nor where it is limited',
    (path) => {
      const capture = fixture(path).subarray(0, 20_000);
      for (const limit of [1, 10, undefined]) {
        const options = limit === undefined ? {} : { limit };
        const whole = straight(capture, options);
        for (const chunkBytes of [1, 7, 100]) expect(relayed(capture, chunkBytes, 100, options) === whole).toBe(true);
      }
    },
  );

  it.each(CAPTURES)('%s: nor where 4-tuples are more than are looked up there', (path) => {
    const capture = fixture(path);
    const whole = straight(capture);
    for (const most of [1, 2, 5, 20]) {
      expect(relayed(capture, 65_536, 1000, {}, most) === whole, `${most} 4-tuples`).toBe(true);
    }
  });

  it.each([MOST, MOST + 1, 300, 1000, 65_536])(
    'whatever a packet may bear arrives, in blocks of %i words',
    (blockWords) => {
      const [here, there] = bothWays(oddCapture(), blockWords);
      expect(here.length).toBeGreaterThan(200);
      expect(there).toEqual(here);
    },
  );
});
