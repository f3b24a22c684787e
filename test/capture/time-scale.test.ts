import { describe, expect, it } from 'vitest';
import { Frame } from '../../lib/capture/frame.ts';
import { TimeScale } from '../../lib/capture/pcapng/time-scale.ts';
import fc from '../properties.ts';

const MICROSECONDS = 6;
const BINARY = 0x80;

/** The definition, in whole numbers. */
function exactly(resolution: number, offset: number, stamp: bigint): { seconds: number; nanos: number } {
  const exponent = BigInt(resolution & 0x7f);
  const unitsPerSecond = resolution & BINARY ? 2n ** exponent : 10n ** exponent;
  return {
    seconds: Math.min(Math.max(Number(stamp / unitsPerSecond) + offset, 0), 0xffffffff),
    nanos: Number(((stamp % unitsPerSecond) * 1_000_000_000n) / unitsPerSecond),
  };
}

function stamped(scale: TimeScale, stamp: bigint): { seconds: number; nanos: number } {
  const frame = new Frame();
  scale.stamp(frame, Number(stamp >> 32n), Number(stamp & 0xffffffffn));
  return { seconds: frame.seconds, nanos: frame.nanos };
}

describe('time stamps of pcapng', () => {
  it.each([
    [MICROSECONDS, 0, 1_700_000_000_123_456n, 1_700_000_000, 123_456_000],
    [9, 0, 1_700_000_000_123_456_789n, 1_700_000_000, 123_456_789],
    [3, 0, 1_700_000_000_123n, 1_700_000_000, 123_000_000],
    [0, 0, 1_700_000_000n, 1_700_000_000, 0],
    [12, 0, 1_700_000_123_456_789_012n, 1_700_000, 123_456_789],
    [19, 0, 17_000_000_000_000_000_000n, 1, 700_000_000],
    [BINARY | 1, 0, 3n, 1, 500_000_000],
    [BINARY | 20, 0, (1_700_000_000n << 20n) | 0xfffffn, 1_700_000_000, 999_999_046],
    [BINARY | 32, 0, (1_700_000_000n << 32n) | 0x80000000n, 1_700_000_000, 500_000_000],
    [BINARY | 63, 0, 2n ** 63n + 2n ** 62n, 1, 500_000_000],
    [MICROSECONDS, -1_700_000_001, 1_700_000_000_000_001n, 0, 1_000],
    [9, 1_000, 1_700_000_000_000_000_001n, 1_700_001_000, 1],
    [9, 0, 2n ** 64n - 1n, 0xffffffff, 709_551_615],
  ])('if_tsresol %i, if_tsoffset %i: %i', (resolution, offset, stamp, seconds, nanos) => {
    expect(stamped(new TimeScale(resolution, offset), stamp)).toEqual({ seconds, nanos });
  });

  it('are exact whatever came before', () => {
    const near = fc
      .tuple(fc.bigInt(0n, 2n ** 64n - 1n), fc.array(fc.bigInt(-5_000_000_000n, 5_000_000_000n), { maxLength: 20 }))
      .map(([base, steps]) => [base, ...steps.map((step) => BigInt.asUintN(64, base + step))]);
    const resolution = fc.oneof(
      fc.constantFrom(MICROSECONDS, 9, 0),
      fc.integer({ min: 0, max: 127 }),
      fc.integer({ min: 0, max: 127 }).map((exponent) => BINARY | exponent),
    );
    fc.assert(
      fc.property(resolution, fc.constantFrom(0, -3_600, 1_700_000_000), near, (code, offset, stamps) => {
        const scale = new TimeScale(code, offset);
        for (const stamp of stamps) {
          const expected = exactly(code, offset, stamp);
          // Beyond, 285 million years from now, seconds are no longer whole in doubles.
          if (Number.isSafeInteger(expected.seconds)) expect(stamped(scale, stamp)).toEqual(expected);
        }
      }),
      { numRuns: 500 },
    );
  });
});
