import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import { Decoder, TCP } from '../../lib/packet/decoder.ts';
import { generate, SHAPES } from './captures/shapes.mjs';

const directory = mkdtempSync(join(tmpdir(), 'tcplint-shapes-'));
afterAll(() => rmSync(directory, { recursive: true }));

function make(shape, format, seed) {
  const file = join(directory, `${shape}.${format}`);
  const packets = generate(shape, file, { format, scale: 0.002, seed });
  return { packets, bytes: readFileSync(file) };
}

/** Every segment as `[time, ports, seq, flags, length]`, and what was wrong with the file. */
function decode(bytes) {
  const reader = createReader();
  const frame = new Frame();
  const decoder = new Decoder();
  const segments = [];
  let badChecksums = 0;
  reader.write(bytes);
  while (reader.next(frame)) {
    if (decoder.decode(frame) !== TCP) throw new Error(`frame ${frame.number} is no TCP`);
    const s = decoder.segment;
    segments.push([s.seconds, s.nanos, s.srcPort, s.dstPort, s.seq, s.ack, s.flags, s.length].join());
    if (!hasGoodChecksum(frame)) badChecksums++;
  }
  reader.end();
  return { segments, badChecksums, problems: reader.info.problems };
}

/** The words of pseudo-header and segment add up to all ones (RFC 9293 3.1). */
function hasGoodChecksum({ bytes, start, captured }) {
  const ip = start + 14;
  const isIpv4 = bytes[ip] >> 4 === 4;
  const tcp = ip + (isIpv4 ? 20 : 40);
  const end = start + captured;
  let sum = 6 + end - tcp;
  for (let at = isIpv4 ? ip + 12 : ip + 8; at < end; at += 2)
    sum += (bytes[at] << 8) + (at + 1 < end ? bytes[at + 1] : 0);
  return sum % 0xffff === 0;
}

describe.each(Object.keys(SHAPES))('%s', (shape) => {
  test('is the same every time, another with another seed', () => {
    const first = make(shape, 'pcap', 1);
    expect(make(shape, 'pcap', 1).bytes.equals(first.bytes)).toBe(true);
    expect(make(shape, 'pcap', 2).bytes.equals(first.bytes)).toBe(false);
  });

  test('holds whole packets with right checksums, alike in pcap and pcapng', () => {
    const { packets, bytes } = make(shape, 'pcap', 1);
    const pcap = decode(bytes);
    expect(pcap.problems).toEqual([]);
    expect(pcap.badChecksums).toBe(0);
    expect(pcap.segments.length).toBe(packets);
    const pcapng = decode(make(shape, 'pcapng', 1).bytes);
    expect(pcapng.problems).toEqual([]);
    expect(pcapng.segments).toEqual(pcap.segments);
  });
});
