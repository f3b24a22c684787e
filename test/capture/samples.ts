import {
  BIG,
  block,
  custom,
  enhancedPacket,
  interfaceDescription,
  interfaceStatistics,
  join,
  LITTLE,
  type Order,
  obsoletePacket,
  option,
  packet,
  pcapHeader,
  pcapng,
  pcapRecord,
  sectionHeader,
  simplePacket,
  text,
} from './make.ts';

function everyBlock(order: Order): Uint8Array {
  const other = order === LITTLE ? BIG : LITTLE;
  const name = option(order, 1, join([Uint8Array.of(192, 0, 2, 1), text('host\0')]));
  return join([
    sectionHeader(order, [option(order, 1, 'a comment'), option(order, 4, 'made by hand')]),
    interfaceDescription(order, { options: [option(order, 2, 'eth0'), option(order, 9, Uint8Array.of(9))] }),
    interfaceDescription(order, { linkType: 101, snapLength: 96, options: [option(order, 9, Uint8Array.of(0x94))] }),
    enhancedPacket(order, { stamp: 1_700_000_000_000_000_001n }),
    enhancedPacket(order, {
      iface: 1,
      bytes: packet(41, 2),
      options: [option(order, 1, 'hello'), option(order, 2, [['u32', 2]])],
    }),
    block(order, 0x77, text('unknown')),
    custom(order),
    simplePacket(order, packet(33)),
    obsoletePacket(order, { bytes: packet(30, 3), drops: 2 }),
    block(order, 10, text('secrets!')),
    block(order, 4, join([name, new Uint8Array(4)])),
    enhancedPacket(order, { iface: 7 }),
    block(order, 9, text('__REALTIME_TIMESTAMP=1700000000000000\n')),
    interfaceStatistics(order, 1, [option(order, 5, [['u64', 3n]])]),
    sectionHeader(other),
    interfaceDescription(other),
    enhancedPacket(other, { bytes: packet(0) }),
    enhancedPacket(other, { bytes: packet(5) }),
  ]);
}

const records = (order: Order, extra = 0, lengths = [60, 0, 1, 54, 7]) =>
  lengths.map((length, i) =>
    pcapRecord(order, {
      seconds: 1_700_000_000 + i,
      bytes: packet(length, i),
      original: 90,
      extra: new Uint8Array(extra),
    }),
  );

/** Small captures that between them hold everything the readers know. */
export const SAMPLES: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['pcap', join([pcapHeader(LITTLE), ...records(LITTLE)])],
  ['pcap, big-endian, nanoseconds', join([pcapHeader(BIG, { magic: 0xa1b23c4d }), ...records(BIG)])],
  ['pcap, modified', join([pcapHeader(LITTLE, { magic: 0xa1b2cd34 }), ...records(LITTLE, 8)])],
  ['pcap, Nokia', join([pcapHeader(BIG), ...records(BIG, 4, [60, 1, 54, 7])])],
  ['pcap, Red Hat 6.1', join([pcapHeader(LITTLE), ...records(LITTLE, 8, [60, 1, 54, 7])])],
  ['pcap, SuSE 6.3', join([pcapHeader(LITTLE, { magic: 0xa1b2cd34 }), ...records(LITTLE, 12, [60, 1, 54, 7])])],
  ['pcap with a wrong length', join([pcapHeader(LITTLE), ...records(LITTLE), pcapRecord(LITTLE, { captured: 1e9 })])],
  ['pcapng', pcapng(LITTLE, ...[60, 0, 1, 54].map((length) => enhancedPacket(LITTLE, { bytes: packet(length) })))],
  ['pcapng with every block', everyBlock(LITTLE)],
  ['pcapng with every block, big-endian', everyBlock(BIG)],
];
