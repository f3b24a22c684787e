import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { CaptureProblem } from '../../lib/capture/reader.ts';
import { Decompression } from '../../lib/engine/sources/decompression.ts';
import { join, text } from '../capture/make.ts';
import fc from '../properties.ts';
import { lines } from './lines.ts';

interface Unpacked {
  bytes: Uint8Array;
  compression: string | null;
  problem: CaptureProblem | null;
  ends: number;
}

/** Feeds in chunks out of one reused buffer, and keeps what comes out. */
async function unpack(packed: Uint8Array, chunkBytes = 65_536): Promise<Unpacked> {
  const parts: Uint8Array[] = [];
  let ends = 0;
  const decompression = new Decompression({ write: (bytes) => parts.push(bytes.slice()), end: () => ends++ });
  const buffer = new Uint8Array(chunkBytes);
  for (let from = 0; from < packed.length && !decompression.stopped; from += chunkBytes) {
    const chunk = packed.subarray(from, from + chunkBytes);
    buffer.set(chunk);
    await decompression.write(buffer.subarray(0, chunk.length));
    buffer.fill(0xee);
  }
  const problem = await decompression.end();
  return { bytes: join(parts), compression: decompression.found, problem, ends };
}

const packed = (name: string) => new Uint8Array(readFileSync(new URL(`packed/${name}`, import.meta.url)));
const TEXT = text(lines());
const TEXT_AND_X = text(`${lines()}x`);

const gzip = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));

const FILES: readonly (readonly [name: string, compression: string, packed: Uint8Array, unpacked: Uint8Array])[] = [
  ['gzip', 'gzip', gzip(TEXT), TEXT],
  ['gzip with two members', 'gzip', join([gzip(TEXT), gzip(text('x'))]), TEXT_AND_X],
  ['lines.1.zst', 'zstd', packed('lines.1.zst'), TEXT],
  ['lines.19.zst', 'zstd', packed('lines.19.zst'), TEXT],
  ['frames.zst', 'zstd', packed('frames.zst'), TEXT_AND_X],
  ['lines.linked.lz4', 'lz4', packed('lines.linked.lz4'), TEXT],
  ['lines.legacy.lz4', 'lz4', packed('lines.legacy.lz4'), TEXT],
  ['frames.lz4', 'lz4', packed('frames.lz4'), TEXT_AND_X],
];

describe.each(FILES)('%s', (_name, compression, bytes, unpacked) => {
  it.each([1, 13, 1000, 65_536])('unpacks in chunks of %i', async (chunkBytes) => {
    const result = await unpack(bytes, chunkBytes);
    expect(result).toMatchObject({ compression, problem: null, ends: 1 });
    expect(Buffer.compare(result.bytes, unpacked)).toBe(0);
  });

  it('keeps what comes before a cut, and tells it', async () => {
    for (const length of [5, bytes.length >> 2, bytes.length >> 1, bytes.length - 3]) {
      const result = await unpack(bytes.subarray(0, length));
      expect(result.problem).toEqual({
        kind: 'truncated',
        offset: result.bytes.length,
        reason: `the ${compression} data end early`,
      });
      expect(Buffer.compare(result.bytes, unpacked.subarray(0, result.bytes.length))).toBe(0);
    }
  });

  it('stays in bounds whatever is changed', async () => {
    const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    const early = fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(changes, early), fc.integer({ min: 100, max: 20_000 }), async (list, chunkBytes) => {
        const changed = bytes.slice();
        for (const [at, value] of list) changed[at] = value;
        const result = await unpack(changed, chunkBytes);
        expect(result.ends).toBe(1);
        if (result.problem !== null) expect(result.problem.offset).toBe(result.bytes.length);
      }),
      { numRuns: 100 },
    );
  });
});

it.each([1, 13, 1000, 65_536])('ends gzip at the zeroes that fill up a block, in chunks of %i', async (chunkBytes) => {
  const result = await unpack(join([gzip(TEXT), new Uint8Array(700)]), chunkBytes);
  expect(result).toMatchObject({ compression: 'gzip', problem: null, ends: 1 });
  expect(Buffer.compare(result.bytes, TEXT)).toBe(0);
});

it.each([1, 13, 1000, 65_536])('leaves alone what is no gzip behind it, in chunks of %i', async (chunkBytes) => {
  for (const behind of ['\n', '\x1f', 'something else']) {
    const result = await unpack(join([gzip(TEXT), gzip(text('x')), text(behind)]), chunkBytes);
    expect(result).toMatchObject({ problem: null, ends: 1 });
    expect(Buffer.compare(result.bytes, TEXT_AND_X)).toBe(0);
  }
});

it.each([1, 13, 1000, 65_536])('keeps what a wrong checksum stands behind, in chunks of %i', async (chunkBytes) => {
  const damaged = gzip(TEXT);
  damaged[damaged.length - 6]! ^= 1;
  const result = await unpack(damaged, chunkBytes);
  const reason = 'the gzip data are damaged: incorrect data check';
  expect(result.problem).toEqual({ kind: 'damaged', offset: TEXT.length, reason });
  expect(Buffer.compare(result.bytes, TEXT)).toBe(0);
});

it.each([13, 65_536])('reads a gzip header with everything in it, in chunks of %i', async (chunkBytes) => {
  const plain = gzip(TEXT);
  const header = plain.slice(0, 10);
  header[3] = 0x1e;
  const fields = join([Uint8Array.of(3, 0, 1, 2, 3), text('name\0'), text('comment\0'), Uint8Array.of(0, 0)]);
  const result = await unpack(join([header, fields, plain.subarray(10)]), chunkBytes);
  expect(result.problem).toBe(null);
  expect(Buffer.compare(result.bytes, TEXT)).toBe(0);
});

it('does not keep a gzip header that never ends', async () => {
  const header = Uint8Array.of(0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3);
  const result = await unpack(join([header, new Uint8Array(500_000).fill(0x61)]));
  expect(result.problem).toEqual({ kind: 'damaged', offset: 0, reason: 'the gzip data are damaged: endless header' });
});

it('knows zstd by a frame to be skipped', async () => {
  const skipped = Uint8Array.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);
  const result = await unpack(join([skipped, packed('lines.1.zst')]));
  expect(result).toMatchObject({ compression: 'zstd', problem: null });
  expect(Buffer.compare(result.bytes, TEXT)).toBe(0);
});

it('keeps most of an LZ4 block that was cut', async () => {
  for (const name of ['lines.linked.lz4', 'lines.legacy.lz4']) {
    const bytes = packed(name);
    const result = await unpack(bytes.subarray(0, bytes.length * 0.9));
    expect(result.bytes.length, name).toBeGreaterThan(TEXT.length * 0.85);
  }
});

describe('decompression', () => {
  it('passes on what is not compressed, however short', async () => {
    for (const plain of [text(''), text('x'), text('xyz'), TEXT]) {
      for (const chunkBytes of [1, 1000]) {
        const result = await unpack(plain, chunkBytes);
        expect(result).toMatchObject({ compression: null, problem: null, ends: 1 });
        expect(Buffer.compare(result.bytes, plain)).toBe(0);
      }
    }
  });

  it('notices what a checksum is for', async () => {
    for (const [name, compression, bytes] of FILES.filter(([name]) => /^gzip$|linked/.test(name))) {
      const changed = bytes.slice();
      changed[bytes.length - 2]! ^= 1;
      const { problem } = await unpack(changed);
      expect(problem, name).toMatchObject({ kind: 'damaged', reason: expect.stringContaining(compression) });
    }
  });

  it('gives Zstandard no more than 128 MiB of window, and that only as it is filled', async () => {
    const frame = (descriptor: number, ...rest: number[]) =>
      Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, descriptor, ...rest);
    const before = process.memoryUsage().arrayBuffers;
    const largest = await unpack(frame(17 << 3, 0b001, 0, 0));
    expect(largest).toMatchObject({ problem: null });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
    const { problem } = await unpack(frame(18 << 3, 0b001, 0, 0));
    expect(problem?.reason).toContain('needs a window of 268435456 bytes');
  });

  it('lets an error of the sink through', async () => {
    for (const bytes of [TEXT, gzip(TEXT), packed('lines.1.zst')]) {
      const decompression = new Decompression({
        write: () => {
          throw new Error('sink');
        },
        end: () => {},
      });
      const feeding = async () => {
        await decompression.write(bytes);
        await decompression.end();
      };
      await expect(feeding()).rejects.toThrow('sink');
    }
  });
});
