import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RECORDINGS } from '../kernel/truth.ts';
import { gather } from './gather.ts';

const RUNS = 120;

/** Pseudo-random, the same every time. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** Changes bytes anywhere, and TCP headers (numbers, flags, lengths) above all. */
function damaged(capture: Uint8Array, below: (n: number) => number): Uint8Array {
  const bytes = capture.slice();
  for (let i = 1 + below(200); i > 0; i--) bytes[24 + below(bytes.length - 24)] = below(256);
  const view = new DataView(bytes.buffer);
  for (let at = 24; at + 16 < bytes.length; ) {
    const length = view.getUint32(at + 8, true);
    const header = at + 16 + 34 + below(20);
    if (below(8) === 0 && header < bytes.length) bytes[header] = below(256);
    at += 16 + length;
  }
  return bytes;
}

it('whatever is wrong with a capture, what is told of its streams hangs together', () => {
  const below = chance(20260131);
  const files = readdirSync(RECORDINGS).filter((name) => /^content_.*\.pcap$/.test(name));
  let told = 0;
  for (let run = 0; run < RUNS; run++) {
    const capture = new Uint8Array(readFileSync(new URL(files[below(files.length)]!, RECORDINGS)));
    // gather throws where an offset does not follow on the one before, or a stream never ends.
    const streams = gather(damaged(capture, below), {
      overlaps: below(2) === 0 ? 'first' : 'last',
      segments: below(2) === 0,
      maxStreamBytes: [1000, 20_000, 1 << 24][below(3)]!,
      maxBytes: [5000, 1 << 28][below(2)]!,
    });
    for (const { bytes, end } of streams) {
      expect(end.offset).toBe(bytes.length + end.missing);
      told++;
    }
  }
  expect(told).toBeGreaterThan(RUNS);
});
