import { describe, expect, it } from 'vitest';
import { Ranges } from '../../../lib/tcp/verdict/ranges.ts';
import fc from '../../properties.ts';

const SPAN = 120;
const range = fc.tuple(fc.nat(SPAN - 1), fc.integer({ min: 1, max: 30 }));

describe('a set of sequence numbers', () => {
  it('holds what a set of numbers holds, across the wrap', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(range, { maxLength: 40 }),
        fc.nat(SPAN),
        range,
        (base, added, floor, asked) => {
          const ranges = new Ranges();
          const model = new Set<number>();
          for (const [start, length] of added) {
            const before = model.size;
            for (let i = start; i < start + length; i++) model.add(i);
            expect(ranges.add((base + start) | 0, (base + start + length) | 0)).toBe(model.size - before);
          }
          expect(ranges.total).toBe(model.size);
          ranges.dropBelow((base + floor) | 0);
          for (const number of model) if (number < floor) model.delete(number);
          expect(ranges.total).toBe(model.size);
          const [start, length] = asked;
          const covered = Array.from({ length }, (_, i) => model.has(start + i)).every(Boolean);
          expect(ranges.covers((base + start) | 0, (base + start + length) | 0)).toBe(covered);
          if (model.size > 0) expect((ranges.highest - base) | 0).toBe(Math.max(...model) + 1);
          expect(ranges.anyAbove((base + start) | 0)).toBe([...model].some((number) => number >= start));
        },
      ),
    );
  });
});
