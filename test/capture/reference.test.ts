import { readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { parse } from 'pcap-parser';
import { expect, it } from 'vitest';
import fc from '../properties.ts';
import { BIG, join, LITTLE, pcapHeader, pcapRecord } from './make.ts';
import { readAll } from './read.ts';

/** Records as the npm package pcap-parser, which is not ours, reads them. */
function theirs(bytes: Uint8Array): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const records: unknown[] = [];
    const parser = parse(Readable.from([Buffer.from(bytes)]));
    parser.on('packet', ({ header, data }) => {
      const { timestampSeconds, timestampMicroseconds, capturedLength, originalLength } = header;
      records.push([timestampSeconds, timestampMicroseconds, capturedLength, originalLength, Array.from(data)]);
    });
    parser.on('end', () => resolve(records));
    parser.on('error', reject);
  });
}

/** Ours, told as theirs. */
function ours(bytes: Uint8Array, chunkBytes: number): unknown[] {
  return readAll(bytes, chunkBytes).frames.map((frame) => {
    const [seconds, nanos] = frame.time.split('.').map(Number);
    return [seconds, nanos! / 1000, frame.bytes.length, frame.original, frame.bytes];
  });
}

const FIXTURES = new URL('../../fixtures/', import.meta.url);
const classic = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.pcap'))
  .map((name) => [name, new Uint8Array(readFileSync(new URL(name, FIXTURES)))] as const)
  .filter(([, bytes]) => bytes[0] === 0xd4 && bytes[1] === 0xc3);

it('reads what pcap-parser reads of every classic microsecond capture there is', { timeout: 60_000 }, async () => {
  expect(classic.length).toBeGreaterThan(100);
  for (const [name, bytes] of classic) {
    const records = await theirs(bytes);
    const read = ours(bytes, 4096);
    expect(read.length, name).toBe(records.length);
    for (const [i, record] of records.entries()) expect(read[i], `${name}, record ${i}`).toEqual(record);
  }
});

it('reads the records that pcap-parser reads', async () => {
  const record = fc.record({
    seconds: fc.integer({ min: 0, max: 0xffffffff }),
    fraction: fc.integer({ min: 0, max: 999_999 }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 100 }),
    original: fc.integer({ min: 0, max: 0xffffffff }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(LITTLE, BIG),
      fc.array(record, { minLength: 1, maxLength: 20 }),
      async (order, list) => {
        const bytes = join([pcapHeader(order), ...list.map((one) => pcapRecord(order, one))]);
        expect(ours(bytes, 64)).toEqual(await theirs(bytes));
      },
    ),
  );
});
