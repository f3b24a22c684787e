import { describe, expect, it } from 'vitest';
import { ACK, Segment, SYN } from '../../../lib/packet/segment.ts';
import { Connection } from '../../../lib/tcp/connection.ts';
import { forget, judge } from '../../../lib/tcp/verdict/judge.ts';
import { Judgement } from '../../../lib/tcp/verdict/judgement.ts';
import { Memory } from '../../../lib/tcp/verdict/memory.ts';
import { END, HOLE, MARKS, START } from '../../../lib/tcp/verdict/record.ts';
import fc from '../../properties.ts';
import { play } from './conversation.ts';

const SPAN = 400;

/** A transmission of [from, from + length), or an acknowledgment. */
type Step = { readonly from: number; readonly length: number } | { readonly ack: number };

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ from: fc.nat(SPAN - 60), length: fc.integer({ min: 2, max: 60 }) }) },
    { weight: 1, arbitrary: fc.record({ ack: fc.nat(SPAN) }) },
  ),
  { maxLength: 120 },
);
/** The first byte lies so that the stream crosses the wrap somewhere, or nowhere. */
const firstBytes = fc.oneof(
  fc.integer({ min: -SPAN, max: 10 }),
  fc.integer({ min: 2 ** 31 - SPAN, max: 2 ** 31 - 1 }),
  fc.integer(),
);

class Player {
  readonly connection = new Connection();
  readonly memory = new Memory();
  readonly flow = this.connection.client.flow;
  private readonly out = new Judgement();
  private readonly segment = new Segment();
  private clock = 0;
  readonly first: number;

  constructor(first: number) {
    this.first = first | 0;
    this.send(true, SYN, -1, 0, 0);
    this.send(false, SYN | ACK, -1, 0, 0);
    this.send(true, ACK, 0, 0, 0);
    this.send(false, ACK, 0, 0, 0);
  }

  /** Sequence numbers relative to the first byte; each segment a new timestamp, so that nothing is a copy. */
  send(fromClient: boolean, flags: number, seq: number, ack: number, length: number): void {
    const { segment, connection } = this;
    this.clock += 7;
    segment.frame++;
    segment.seconds = Math.floor(this.clock / 1000);
    segment.nanos = (this.clock % 1000) * 1_000_000;
    segment.flags = flags;
    segment.seq = ((fromClient ? this.first : 0) + seq) | 0;
    segment.ack = ((fromClient ? 0 : this.first) + ack) | 0;
    segment.window = 60_000;
    segment.length = length;
    segment.hasTimestamps = true;
    segment.tsVal = this.clock;
    segment.windowScale = 7;
    const { client, server } = connection;
    const nobody = { revise: () => {} };
    judge(
      connection,
      fromClient ? client : server,
      fromClient ? server : client,
      segment,
      this.out,
      this.memory,
      nobody,
    );
  }

  play(all: readonly Step[]): void {
    for (const step of all) {
      if ('ack' in step) this.send(false, ACK, 0, step.ack, 0);
      else this.send(true, ACK, step.from, 0, step.length);
    }
  }

  /** The records that are kept, relative to the first byte. */
  records(): { start: number; end: number; hole: boolean }[] {
    const { sent } = this.memory;
    const list = [];
    for (let at = this.flow.head; at >= 0; at = sent.next(at)) {
      list.push({
        start: (sent.get(at, START) - this.first) | 0,
        end: (sent.get(at, END) - this.first) | 0,
        hole: (sent.get(at, MARKS) & HOLE) !== 0,
      });
    }
    return list;
  }
}

/** The same by a map of bytes. */
function naive(all: readonly Step[]) {
  const seen = new Array<boolean>(SPAN + 1).fill(false);
  let next = 0;
  let acked = 0;
  let payload = 0;
  for (const step of all) {
    if ('ack' in step) {
      acked = Math.max(acked, step.ack);
      next = Math.max(next, acked);
    } else {
      for (let byte = step.from; byte < step.from + step.length; byte++) seen[byte] = true;
      next = Math.max(next, step.from + step.length);
      payload += step.length;
    }
  }
  let contiguous = acked;
  while (contiguous < next && seen[contiguous]) contiguous++;
  return { seen, next, acked, payload, contiguous };
}

describe('history of what was sent', () => {
  it('is that of a map of bytes, however the stream is cut, in whatever order, across the wrap', () => {
    fc.assert(
      fc.property(firstBytes, steps, (first, all) => {
        const player = new Player(first);
        player.play(all);
        const model = naive(all);
        const { flow } = player;
        expect((flow.next - player.first) | 0).toBe(model.next);
        expect((flow.contiguous - player.first) | 0).toBe(model.contiguous);
        expect(flow.bytes).toBe(model.payload);

        const records = player.records();
        let at = records[0]!.start;
        for (const record of records) {
          expect(record.start).toBe(at);
          expect(record.end).toBeGreaterThan(at);
          at = record.end;
          for (let byte = Math.max(0, record.start); byte < record.end; byte++) {
            expect(record.hole, `byte ${byte}`).toBe(!model.seen[byte]);
          }
        }
        expect(at).toBe(model.next);
        // All that is not acknowledged is kept.
        expect(records[0]!.start).toBeLessThanOrEqual(Math.max(0, model.acked));
      }),
      { numRuns: 200 },
    );
  });

  it('counts each byte once', () => {
    fc.assert(
      fc.property(firstBytes, steps, (first, all) => {
        const player = new Player(first);
        player.play(all);
        const distinct = naive(all).seen.filter(Boolean).length;
        expect(player.flow.bytes - (player.flow.detail?.repeatedBytes ?? 0)).toBe(distinct);
      }),
      { numRuns: 100 },
    );
  });

  it('counts as unseen what was acknowledged and never came', () => {
    fc.assert(
      fc.property(firstBytes, steps, (first, all) => {
        const player = new Player(first);
        player.play(all);
        const { seen, acked } = naive(all);
        const unseen = seen.slice(0, acked).filter((byte) => !byte).length;
        expect(player.flow.detail?.unseenBytes ?? 0).toBe(unseen);
      }),
      { numRuns: 200 },
    );
  });

  it('is given back as it is acknowledged, but for the latest', () => {
    const { memory } = play(
      Array.from({ length: 1000 }, (_, i) => {
        const [from, to] = [i * 1000, (i + 1) * 1000];
        return `${(0.02 + i / 50).toFixed(2)} > ${from}:${to}\n${(0.03 + i / 50).toFixed(2)} < ack ${to}\n`;
      }).join(''),
    );
    expect(memory.sent.length).toBeLessThan(50);
  });

  it('is found again in a long flight with many cuts, and given back whole', () => {
    const player = new Player(-50_000);
    const size = 20;
    for (let i = 0; i < 5000; i++) player.send(true, ACK, i * size * 2, 0, size);
    for (let i = 4999; i >= 0; i -= 3) player.send(true, ACK, i * size * 2 + size, 0, size / 2);
    for (let i = 0; i < 5000; i += 7) player.send(true, ACK, i * size * 2, 0, size * 2);
    for (let i = 4998; i >= 0; i--) player.send(true, ACK, i * size * 2, 0, size * 2);
    expect((player.flow.contiguous - player.first) | 0).toBe(4999 * size * 2 + size + size / 2);
    expect(player.records().every(({ hole, start }) => !hole || start >= 4999 * size * 2)).toBe(true);

    forget(player.connection, player.memory);
    const used = player.memory.sent.length;
    for (let i = 0; i < used; i++) player.memory.sent.allocate();
    expect(player.memory.sent.length).toBe(used);
  });
});
