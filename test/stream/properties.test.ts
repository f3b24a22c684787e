import { describe, expect, it } from 'vitest';
import { Budget } from '../../lib/tcp/stream/budget.ts';
import fc from '../properties.ts';
import { Rig, type Told } from './told.ts';

/** Initial sequence numbers, those next to the wrap above all. */
const isn = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: -3000, max: 100 }),
  fc.integer({ min: 2 ** 31 - 3000, max: 2 ** 31 - 1 }),
);

/** A stream, and cuts of it that cover it whole, in any order, with any repetitions and overlaps among them. */
const cuttings = fc
  .record({
    content: fc.uint8Array({ minLength: 1, maxLength: 600 }),
    cuts: fc.array(fc.nat(), { maxLength: 20 }),
    extra: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 20 }),
    order: fc.infiniteStream(fc.nat()),
    isn,
  })
  .map(({ content, cuts, extra, order, isn }) => {
    const n = content.length;
    const edges = [...new Set([0, n, ...cuts.map((cut) => cut % n)])].sort((a, b) => a - b);
    const whole = edges.slice(1).map((end, i): [number, number] => [edges[i]!, end]);
    const more = extra.map(([a, b]): [number, number] => [Math.min(a % n, b % n), Math.max(a % n, b % n) + 1]);
    const ranges = [...whole, ...more].map((range) => ({ range, key: order.next().value! }));
    return { content, isn, ranges: ranges.sort((a, b) => a.key - b.key).map(({ range }) => range) };
  });

describe('a known stream', () => {
  it('comes back from any cutting, repeating, reordering and overlapping', () => {
    fc.assert(
      fc.property(
        cuttings,
        fc.constantFrom('first' as const, 'last' as const),
        fc.boolean(),
        ({ content, isn, ranges }, overlaps, onlyCompares) => {
          const rig = new Rig({ isn, overlaps, onlyCompares });
          for (const [start, end] of ranges) rig.put(start, content.subarray(start, end));
          rig.fin(content.length);
          const told = rig.finish();
          expect(told.content).toEqual([...content]);
          expect(told.holes).toEqual([]);
          expect(told.differences).toEqual([]);
          expect(rig.stream.isComplete).toBe(true);
        },
      ),
    );
  });

  it('comes back whatever is acknowledged in between, and wherever the capture begins to see it', () => {
    fc.assert(
      fc.property(cuttings, fc.array(fc.nat()), ({ content, isn, ranges }, acks) => {
        const rig = new Rig({ isn, beginning: 'lowest' });
        let seen = 0;
        ranges.forEach(([start, end], i) => {
          rig.put(start, content.subarray(start, end));
          if (start <= seen) seen = Math.max(seen, end);
          // A receiver acknowledges what it has.
          if (seen > 0) rig.ack((acks[i] ?? 0) % (seen + 1));
        });
        rig.fin(content.length);
        const told = rig.finish();
        // Nothing was acknowledged before the first byte came: so the stream begins there.
        expect(told.content).toEqual([...content]);
        expect(told.holes).toEqual([]);
      }),
    );
  });

  it('has a hole just where no segment brought anything', () => {
    fc.assert(
      fc.property(cuttings, fc.array(fc.boolean()), ({ content, isn, ranges }, kept) => {
        const rig = new Rig({ isn });
        const covered = new Uint8Array(content.length);
        ranges.forEach(([start, end], i) => {
          if (kept[i] !== true) return;
          rig.put(start, content.subarray(start, end));
          covered.fill(1, start, end);
        });
        rig.put(content.length, 'X');
        rig.fin(content.length + 1);
        const told = rig.finish();
        expect(told.content).toEqual([...[...content].map((byte, i) => (covered[i] === 1 ? byte : 0)), 88]);
        const missing = told.holes.flatMap(({ offset, length }) => Array.from({ length }, (_, i) => offset + i));
        expect(missing).toEqual([...covered.keys()].filter((i) => covered[i] === 0));
      }),
    );
  });
});

describe('copies with other content', () => {
  const writes = fc.array(fc.record({ start: fc.nat(200), bytes: fc.uint8Array({ minLength: 1, maxLength: 60 }) }), {
    minLength: 1,
    maxLength: 25,
  });

  it.each(['first', 'last'] as const)('are decided as asked: the %s one seen', (overlaps) => {
    fc.assert(
      fc.property(writes, isn, (all, isn) => {
        const rig = new Rig({ isn, overlaps });
        const model = new Map<number, number>();
        let differing = 0;
        for (const { start, bytes } of all) {
          rig.put(start, bytes);
          bytes.forEach((byte, i) => {
            const before = model.get(start + i);
            if (before !== undefined && before !== byte) differing++;
            if (before === undefined || overlaps === 'last') model.set(start + i, byte);
          });
        }
        const told = rig.finish();
        expect(told.content).toEqual(told.content.map((_, i) => model.get(i) ?? 0));
        expect(told.differences.reduce((sum, each) => sum + each.differing, 0)).toBe(differing);
      }),
    );
  });
});

describe('memory', () => {
  const anything = fc.array(
    fc.oneof(
      fc.record({ put: fc.integer({ min: -5000, max: 1 << 20 }), length: fc.integer({ min: 1, max: 1500 }) }),
      fc.record({ put: fc.nat(3000), length: fc.constant(1) }),
      fc.record({ ack: fc.integer({ min: -5000, max: 1 << 20 }) }),
      fc.record({ fin: fc.nat(1 << 20) }),
    ),
    { maxLength: 200 },
  );

  it('stays bounded whatever comes, per stream and in all', () => {
    fc.assert(
      fc.property(anything, anything, isn, fc.double({ min: 0, max: 0.5, noNaN: true }), (one, other, isn, step) => {
        const budget = new Budget(24_000);
        const rigs = (['syn', 'lowest'] as const).map(
          (beginning) => new Rig({ isn, limit: 16_000, budget, beginning }),
        );
        for (let i = 0; i < Math.max(one.length, other.length); i++) {
          [one[i], other[i]].forEach((event, which) => {
            const rig = rigs[which]!;
            if (event === undefined) return;
            if ('put' in event) rig.put(event.put, new Uint8Array(event.length).fill(i), { at: i * step });
            else if ('ack' in event) rig.ack(event.ack, i * step);
            else rig.fin(event.fin);
            expect(budget.held).toBeLessThanOrEqual(24_000);
          });
        }
        const told: Told[] = rigs.map((rig) => rig.finish());
        expect(budget.held).toBe(0);
        // Told throws where an offset does not follow on the one before.
        expect(told.map(({ length }) => length)).toEqual(rigs.map(({ stream }) => stream.length));
      }),
    );
  });
});
