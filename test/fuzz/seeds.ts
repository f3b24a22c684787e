import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import { Decoder, TCP } from '../../lib/packet/decoder.ts';
import { SAMPLES } from '../capture/samples.ts';
import { ipv4, ipv6, tcp, udp } from '../packet/build.ts';
import { AGGREGATIONS, ENCAPSULATIONS, ONLY_IPV4, ONLY_IPV6 } from '../packet/encapsulations.ts';
import type { Packet } from './packet.ts';

/** What cases are made from: packets of real captures, packets in every encapsulation, and whole small files. */
export interface Seeds {
  readonly captures: readonly (readonly Packet[])[];
  readonly encapsulations: readonly (readonly Packet[])[];
  readonly files: readonly Uint8Array[];
}

/** Of each capture so many frames, and of each frame so many bytes: cases are to be small. */
const MOST_FRAMES = 120;
const MOST_BYTES = 160;

export function loadSeeds(fixtures: string): Seeds {
  const captures = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort()
    .map((name) => packetsOf(new Uint8Array(readFileSync(join(fixtures, name)))));
  return {
    captures: captures.filter((packets) => packets.length > 0),
    encapsulations: [
      ...ENCAPSULATIONS.flatMap(({ name, linkType, wrap }) => [
        ...(ONLY_IPV6.has(name) ? [] : [wrapped(linkType, wrap, 4)]),
        ...(ONLY_IPV4.has(name) ? [] : [wrapped(linkType, wrap, 6)]),
      ]),
      ...AGGREGATIONS.flatMap(({ linkType, wrap }) => [
        wrapped(linkType, (packet) => wrap(DATAGRAM, packet, LONE_SYN), 4),
        wrapped(linkType, (packet) => wrap(packet, packet), 6),
      ]),
    ],
    files: SAMPLES.map(([, bytes]) => bytes),
  };
}

const DATAGRAM = ipv4(udp(new Uint8Array(4), 9), { protocol: 17 });
const LONE_SYN = ipv4(tcp({ srcPort: 40_001, flags: 2 }));

export function packetsOf(file: Uint8Array): Packet[] {
  const reader = createReader();
  const frame = new Frame();
  const packets: Packet[] = [];
  const decoder = new Decoder();
  reader.write(file);
  while (packets.length < MOST_FRAMES && reader.next(frame)) {
    const { linkType, seconds, nanos, original, start } = frame;
    const isTcp = decoder.decode(frame) === TCP && decoder.segment.bytes === frame.bytes;
    const tcpAt = isTcp ? decoder.segment.headerStart - start : -1;
    const ipAt = !isTcp ? -1 : tcpAt - (decoder.segment.ipVersion === 4 ? 20 : 40);
    const bytes = frame.bytes.slice(start, start + Math.min(frame.captured, MOST_BYTES));
    packets.push({ linkType, seconds, nanos, bytes, captured: bytes.length, original, ipAt, tcpAt });
  }
  return packets;
}

const SYN = 2;
const ACK = 16;
const CONNECTION = [
  { from: 0, seq: 99, ack: 0, flags: SYN, payload: '' },
  { from: 1, seq: 499, ack: 100, flags: SYN | ACK, payload: '' },
  { from: 0, seq: 100, ack: 500, flags: ACK, payload: '' },
  { from: 0, seq: 100, ack: 500, flags: ACK | 8, payload: 'GET /\r\n' },
  { from: 1, seq: 500, ack: 107, flags: ACK | 1, payload: 'no' },
  { from: 0, seq: 107, ack: 503, flags: ACK | 1, payload: '' },
] as const;

/** A short connection, each packet in an encapsulation. */
function wrapped(linkType: number, wrap: (packet: Uint8Array) => Uint8Array, version: 4 | 6): Packet[] {
  return CONNECTION.map(({ from, seq, ack, flags, payload }, i) => {
    const [srcPort, dstPort] = from === 0 ? [40_000, 80] : [80, 40_000];
    const segment = tcp({ srcPort, dstPort, seq, ack, flags, payload });
    const addresses = version === 4 ? ['10.0.0.1', '10.0.0.2'] : ['2001:db8::1', '2001:db8::2'];
    const [source, destination] = from === 0 ? addresses : addresses.toReversed();
    const bytes = wrap((version === 4 ? ipv4 : ipv6)(segment, { source: source!, destination: destination! }));
    return {
      linkType,
      seconds: 1_700_000_000,
      nanos: i * 1e6,
      bytes,
      captured: bytes.length,
      original: bytes.length,
      ipAt: -1,
      tcpAt: -1,
    };
  });
}
