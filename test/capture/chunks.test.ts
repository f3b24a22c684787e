import { describe, expect, it } from 'vitest';
import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import fc from '../properties.ts';
import { LITTLE, pack, packet } from './make.ts';
import { readAll } from './read.ts';
import { SAMPLES } from './samples.ts';

describe.each(SAMPLES)('%s', (_name, bytes) => {
  it('reads the same in chunks of every size', () => {
    const whole = readAll(bytes);
    for (let chunkBytes = 1; chunkBytes < bytes.length; chunkBytes++) {
      expect(readAll(bytes, chunkBytes), `chunks of ${chunkBytes}`).toEqual(whole);
    }
  });

  it('reads the start of the same when cut anywhere', () => {
    const { frames, info } = readAll(bytes);
    for (let length = 0; length < bytes.length; length++) {
      const cut = readAll(bytes.subarray(0, length), 97);
      if (cut.info.format !== info.format) {
        // Nothing tells which variant of pcap it is before the second record.
        expect(cut.frames.length).toBeLessThan(2);
        continue;
      }
      expect(cut.frames).toEqual(frames.slice(0, cut.frames.length));
    }
  });

  it('never throws, hangs or reads outside of what it was given when bytes are changed', () => {
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      value: fc.constantFrom(
        ...[0, 1, 2, 3, 4, 8, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffc, 262_144, 262_145, bytes.length],
      ),
      width: fc.constantFrom(1, 2, 4),
    });
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 400 }),
        (changes, size) => {
          const changed = bytes.slice();
          for (const { at, value, width } of changes)
            changed.set(
              pack(LITTLE, [['u32', value]])
                .subarray(0, width)
                .subarray(0, bytes.length - at),
              at,
            );
          const whole = readAll(changed);
          expect(readAll(changed, size)).toEqual(whole);
          for (const frame of whole.frames) expect(frame.bytes.length).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('garbage', () => {
  it('never throws, and reads the same in any chunks', () => {
    const starts = [new Uint8Array(0), ...SAMPLES.map(([, bytes]) => bytes.subarray(0, 60))];
    fc.assert(
      fc.property(
        fc.constantFrom(...starts),
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 1, max: 64 }),
        (start, rest, size) => {
          const bytes = new Uint8Array([...start, ...rest]);
          expect(readAll(bytes, size)).toEqual(readAll(bytes));
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('the contract of write', () => {
  it('is held to: bytes that were not asked for would be lost', () => {
    const [, bytes] = SAMPLES[0]!;
    const reader = createReader();
    reader.write(bytes);
    reader.next(new Frame());
    expect(() => reader.write(bytes)).toThrow('bytes of the last chunk are unread');
  });

  it('takes empty chunks and Buffers', () => {
    const [, bytes] = SAMPLES[0]!;
    const reader = createReader();
    const frame = new Frame();
    let frames = 0;
    for (const chunk of [
      new Uint8Array(0),
      Buffer.from(bytes.subarray(0, 100)),
      new Uint8Array(0),
      Buffer.from(bytes.subarray(100)),
    ]) {
      reader.write(chunk);
      while (reader.next(frame)) {
        frames++;
        expect(frame.bytes.constructor).toBe(Uint8Array);
      }
    }
    reader.end();
    while (reader.next(frame)) frames++;
    expect(frames).toBe(readAll(bytes).frames.length);
  });
});

describe('a length without its bytes', () => {
  it('costs no memory', () => {
    const claim = pack(LITTLE, [['u32', 6], ['u32', 134_348_832], packet(100)]);
    const [, start] = SAMPLES.find(([name]) => name === 'pcapng')!;
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 50 }, () => {
      const reader = createReader();
      for (const bytes of [start, claim]) {
        reader.write(bytes);
        while (reader.next(new Frame()));
      }
      return reader;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 16_384);
    expect(readers).toHaveLength(50);
  });
});
