import { describe, expect, it } from 'vitest';
import type { Side } from '../../../lib/facts/connection.ts';
import { Segment } from '../../../lib/packet/segment.ts';
import { Connection } from '../../../lib/tcp/connection.ts';
import type { Flow } from '../../../lib/tcp/flow.ts';
import { flowFacts } from '../../../lib/tcp/flow-facts.ts';
import { FlowView } from '../../../lib/tcp/flow-view.ts';
import { forget, judge } from '../../../lib/tcp/verdict/judge.ts';
import { Judgement } from '../../../lib/tcp/verdict/judgement.ts';
import { Memory } from '../../../lib/tcp/verdict/memory.ts';
import { END, START } from '../../../lib/tcp/verdict/record.ts';
import fc from '../../properties.ts';

/** Numbers near each other, near the wrap, or anywhere. */
const number = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: -50, max: 300 }) },
  { weight: 1, arbitrary: fc.integer() },
);
const segments = fc.array(
  fc.record({
    fromClient: fc.boolean(),
    flags: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(0x10, 0x18, 0x11, 0x02, 0x12, 0x04) }, fc.nat(511)),
    seq: number,
    ack: number,
    length: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(0, 0, 1, 10) }, fc.nat(70_000)),
    window: fc.constantFrom(0, 1, 500, 65_535),
    windowScale: fc.constantFrom(-1, 0, 14, 255),
    ipId: fc.constantFrom(-1, 0, 7, 65_535),
    hasTimestamps: fc.boolean(),
    tsVal: number,
    tsEcr: number,
    step: fc.constantFrom(-2_000_000_000, 0, 1000, 500_000_000, 3_000_000_000),
    sack: fc.array(number, { maxLength: 8 }),
  }),
  { maxLength: 80 },
);

function expectWhole(memory: Memory, flow: Flow): void {
  let records = 0;
  let una = flow.una < 0;
  for (let at = flow.head; at >= 0; at = memory.sent.next(at)) {
    expect(++records).toBeLessThan(10_000);
    if (at === flow.una) una = true;
    expect((memory.sent.get(at, END) - memory.sent.get(at, START)) | 0).toBeGreaterThan(0);
    const next = memory.sent.next(at);
    if (next < 0) expect(at).toBe(flow.tail);
    else expect(memory.sent.get(next, START)).toBe(memory.sent.get(at, END));
  }
  expect(una).toBe(true);
  if (flow.tail >= 0) expect(memory.sent.get(flow.tail, END)).toBe(flow.next);
}

describe('whatever a capture holds', () => {
  it('is judged without a fault, keeps the history whole, and gives all of it back', () => {
    fc.assert(
      fc.property(segments, (all) => {
        const connection = new Connection();
        const memory = new Memory();
        const out = new Judgement();
        let nanos = 0;
        let frame = 0;
        for (const { fromClient, step, sack, ...fields } of all) {
          const segment = Object.assign(new Segment(), fields);
          nanos += step;
          segment.frame = ++frame;
          segment.seconds = 1000 + Math.floor(nanos / 1e9);
          segment.nanos = nanos - Math.floor(nanos / 1e9) * 1e9;
          segment.sackCount = sack.length >> 1;
          for (const [i, edge] of sack.entries()) segment.sack[i] = edge;
          const { client, server } = connection;
          const revisions = { revise: (of: number) => expect(of).toBeLessThan(frame) };
          judge(
            connection,
            fromClient ? client : server,
            fromClient ? server : client,
            segment,
            out,
            memory,
            revisions,
          );
          expect(out.of).toBeLessThan(frame);
          expectWhole(memory, client.flow);
          expectWhole(memory, server.flow);
        }
        for (const side of ['client', 'server'] as Side[]) {
          const facts = flowFacts(new FlowView().look(connection, side, { seconds: 2000, nanos: 0 }));
          expect(facts.uniqueBytes).toBeGreaterThanOrEqual(0);
          expect(facts.ackedUnseen).toBeGreaterThanOrEqual(0);
          for (const run of facts.retransmissionRuns) expect(run.segments).toBeGreaterThan(0);
        }
        const handedOut = memory.sent.length;
        forget(connection, memory);
        const again = new Set(Array.from({ length: handedOut }, () => memory.sent.allocate()));
        expect(again.size).toBe(handedOut);
        expect(memory.sent.length).toBe(handedOut);
      }),
      { numRuns: 500 },
    );
  });
});
