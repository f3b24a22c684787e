import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { Lz4Unpacker } from '../../lib/engine/sources/lz4.ts';
import type { Unpacker } from '../../lib/engine/sources/unpacker.ts';
import { xxh32 } from '../../lib/engine/sources/xxh32.ts';
import { ZstdUnpacker } from '../../lib/engine/sources/zstd/zstd.ts';
import { damage } from './mutations.ts';
import { Pieces } from './pieces.ts';
import { EDGES, Random } from './random.ts';

/** The second engine: what undoes zstd and lz4, on its own. */

const ZSTD = 0xfd2fb528;
const LZ4 = 0x184d2204;
/** What a decompressor may hold whatever it is told: windows of 8 MiB, a block, and as much again. */
const MOST_BYTES = 64 * 1024 * 1024;
/** A bomb is a stream like any other: so much of it is let out. */
const ENOUGH = 4 * 1024 * 1024;

export function loadPacked(folder: string): readonly Uint8Array[] {
  return readdirSync(folder)
    .filter((name) => /\.(zst|lz4)$/.test(name))
    .sort()
    .map((name) => new Uint8Array(readFileSync(join(folder, name))));
}

/** Case `number`: compressed bytes, changed; or frames made of true headers and of blocks at random. */
export function makePacked(number: number, seeds: readonly Uint8Array[]): Uint8Array {
  const random = new Random(number);
  const packed = random.oneIn(3) ? frame(random) : random.pick(seeds).slice();
  // Most of what is told stands in the first bytes of a frame and its blocks.
  const head = packed.subarray(0, random.pick([20, 200, packed.length]));
  for (let changes = 1 + random.below(4); changes > 0; changes--) damage(random, head);
  return random.oneIn(6) ? packed.subarray(0, random.below(packed.length)) : packed;
}

const out = new Pieces();

function frame(random: Random): Uint8Array {
  out.clear();
  const zstd = random.oneIn(2);
  out.u32(zstd ? ZSTD : LZ4);
  if (zstd) {
    // No content size; a window, or all in one segment.
    out.u8(random.pick([0x00, 0x04, 0x20, 0x24]));
    out.u8(random.pick([0x00, 0x58, 0x68, 0xff]));
    for (let blocks = 1 + random.below(6); blocks > 0; blocks--) {
      const kind = random.below(3);
      const size = random.oneIn(4) ? random.pick(EDGES) & 0x1fffff : random.below(300);
      const header = (size << 3) | (kind << 1) | (blocks === 1 ? 1 : 0);
      for (const shift of [0, 8, 16]) out.u8((header >>> shift) & 255);
      noise(random, kind === 1 ? 1 : Math.min(size, 300));
    }
  } else {
    const header = Uint8Array.of(random.pick([0x40, 0x60, 0x44, 0x50]), random.pick([0x40, 0x50, 0x60, 0x70]));
    out.bytes(header);
    out.u8((xxh32(header) >>> 8) & 255);
    for (let blocks = random.below(6); blocks > 0; blocks--) {
      const size = random.oneIn(4) ? random.pick(EDGES) : random.below(300);
      out.u32(size);
      noise(random, Math.min(size, 300));
    }
    out.u32(0);
  }
  return out.copy();
}

function noise(random: Random, count: number): void {
  for (let i = 0; i < count; i++) out.u8(random.oneIn(3) ? random.below(256) : random.below(20));
}

/** What was wrong with how a case was unpacked, null when nothing was. Never throws. */
export function examinePacked(packed: Uint8Array, random: Random): string | null {
  try {
    const held = getHeapStatistics().external_memory;
    const whole = unpack(packed, packed.length);
    const grown = getHeapStatistics().external_memory - held;
    if (grown > MOST_BYTES) return `${grown} bytes for the ${packed.length} of the case`;
    const chunkBytes = 1 + random.below(random.oneIn(2) ? 8 : packed.length + 1);
    return unpack(packed, chunkBytes) === whole ? null : `chunks of ${chunkBytes} bytes change the result`;
  } catch (error) {
    return `throws ${(error as Error).stack ?? error}`;
  }
}

/** All that came out, folded, and how it ended. */
function unpack(packed: Uint8Array, chunkBytes: number): string {
  let hash = 0;
  let bytes = 0;
  const sink = {
    write(chunk: Uint8Array): void {
      bytes += chunk.length;
      if (bytes > ENOUGH) return;
      for (const byte of chunk) hash = Math.imul(hash ^ byte, 0x01000193);
    },
    end(): void {},
  };
  const isZstd = packed[0] === (ZSTD & 255);
  const unpacker: Unpacker = isZstd ? new ZstdUnpacker(sink) : new Lz4Unpacker(sink);
  const buffer = new Uint8Array(Math.max(1, chunkBytes));
  for (let at = 0; at < packed.length && unpacker.problem === null; at += buffer.length) {
    const chunk = packed.subarray(at, at + buffer.length);
    buffer.fill(0xee);
    buffer.set(chunk);
    unpacker.write(buffer.subarray(0, chunk.length));
  }
  return JSON.stringify([bytes, hash, unpacker.end()]);
}
