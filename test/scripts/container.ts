import { concat } from './wire.ts';

export interface Recorded {
  /** Nanoseconds since the start of the script. */
  readonly ns: number;
  readonly bytes: Uint8Array;
  readonly original: number;
  readonly interface: number;
}

/** What a file is besides its packets. */
export interface Container {
  readonly format: 'pcap' | 'pcapng';
  readonly linkType: number;
  readonly snapLength: number;
  /** Seconds since the start at which the capture ended, null when the file does not say. Needs pcapng. */
  readonly end: number | null;
  /** Packets that the capture dropped, null when the file does not say. Needs pcapng. */
  readonly dropped: number | null;
}

/** The moment every script starts at: 2023-11-14 22:13:20 UTC. */
export const SCRIPT_EPOCH = 1_700_000_000;

function little(...values: readonly (readonly [number, number])[]): Uint8Array {
  const bytes: number[] = [];
  for (const [value, width] of values) {
    for (let i = 0; i < width; i++) bytes.push(Math.floor(value / 2 ** (8 * i)) & 0xff);
  }
  return Uint8Array.from(bytes);
}

export function writeContainer(container: Container, packets: readonly Recorded[]): Uint8Array {
  return container.format === 'pcap' ? writePcap(container, packets) : writePcapng(container, packets);
}

function writePcap(container: Container, packets: readonly Recorded[]): Uint8Array {
  const header = little(
    [0xa1b2c3d4, 4],
    [2, 2],
    [4, 2],
    [0, 4],
    [0, 4],
    [container.snapLength, 4],
    [container.linkType, 4],
  );
  const records = packets.map(({ ns, bytes, original }) => {
    const seconds = SCRIPT_EPOCH + Math.floor(ns / 1e9);
    const micros = Math.floor((ns - Math.floor(ns / 1e9) * 1e9) / 1000);
    return concat(little([seconds, 4], [micros, 4], [bytes.length, 4], [original, 4]), bytes);
  });
  return concat(header, ...records);
}

function block(type: number, body: Uint8Array): Uint8Array {
  const padded = concat(body, new Uint8Array((4 - (body.length % 4)) % 4));
  const length = padded.length + 12;
  return concat(little([type, 4], [length, 4]), padded, little([length, 4]));
}

/** A pcapng timestamp: the high and the low half of nanoseconds since the epoch. */
function stamp(ns: number): Uint8Array {
  const total = BigInt(SCRIPT_EPOCH) * 1_000_000_000n + BigInt(ns);
  return little([Number(total >> 32n), 4], [Number(total & 0xffffffffn), 4]);
}

function writePcapng(container: Container, packets: readonly Recorded[]): Uint8Array {
  const interfaces = Math.max(0, ...packets.map((packet) => packet.interface)) + 1;
  const section = block(0x0a0d0d0a, little([0x1a2b3c4d, 4], [1, 2], [0, 2], [0xffffffff, 4], [0xffffffff, 4]));
  const nanoseconds = little([9, 2], [1, 2], [9, 1], [0, 3], [0, 4]);
  const description = block(1, concat(little([container.linkType, 2], [0, 2], [container.snapLength, 4]), nanoseconds));
  const enhanced = packets.map(({ ns, bytes, original, interface: id }) =>
    block(6, concat(little([id, 4]), stamp(ns), little([bytes.length, 4], [original, 4]), bytes)),
  );
  const statistics: Uint8Array[] = [];
  if (container.end !== null || container.dropped !== null) {
    const endNs = container.end === null ? (packets.at(-1)?.ns ?? 0) : Math.round(container.end * 1e9);
    const options = [little([3, 2], [8, 2]), stamp(endNs)];
    if (container.dropped !== null) options.push(little([5, 2], [8, 2], [container.dropped, 4], [0, 4]));
    statistics.push(block(5, concat(little([0, 4]), stamp(endNs), ...options, little([0, 4]))));
  }
  return concat(section, ...Array<Uint8Array>(interfaces).fill(description), ...enhanced, ...statistics);
}
