import { describe, expect, it } from 'vitest';
import { Spreading } from '../../../lib/tcp/timing/spreading.ts';
import { play } from '../verdict/conversation.ts';

describe('metrics of a flow', () => {
  const { connection, metrics } = play(`
    0.020 > 0:1000
    0.021 > P 1000:1500
    0.030 < ack 0 sack 1000:1500
    0.300 > 0:1000
    0.310 < ack 1500 0:100 ecr 300
    0.320 > ack 100
    0.330 > F
    0.340 < ack 1501
  `);
  const { client, server } = metrics.take(connection)!;

  it('counts segments by kind', () => {
    expect(client).toMatchObject({ acks: 6, pureAcks: 2, syns: 1, fins: 1, resets: 0, pushed: 1, sackSegments: 0 });
    expect(server).toMatchObject({ acks: 4, pureAcks: 2, sackSegments: 1, dsackSegments: 0, maxSackBlocks: 1 });
  });

  it('sizes, windows and flight', () => {
    expect(client).toMatchObject({
      segmentBytes: { samples: 3, min: 500, max: 1000, average: expect.closeTo(833.33, 1) },
      windowBytes: { min: 64_000, max: 64_000, deviation: 0 },
      flightBytes: { samples: 3, min: 1000, max: 1500 },
      initialWindowBytes: 2500,
      initialWindowSegments: 3,
      streamBytes: 1500,
      missedBytes: 0,
    });
    expect(server.streamBytes).toBeNull();
  });

  it('times, repeats and the ACKs that they blur', () => {
    expect(client).toMatchObject({
      transferTime: expect.closeTo(0.28, 6),
      longestSilence: expect.closeTo(0.279, 6),
      maxRepeats: 1,
      repeatTime: { samples: 1, min: expect.closeTo(0.28, 6) },
      ambiguousAcks: 1,
      acknowledgedTogether: 1,
    });
    expect(client.throughput).toBeCloseTo(1500 / 0.33, 3);
  });

  it('are forgotten once taken', () => {
    expect(metrics.take(connection)).toBeNull();
  });
});

describe('a spread', () => {
  it('is that of its samples', () => {
    const spreading = new Spreading();
    expect(spreading.spread()).toBeNull();
    for (const sample of [2, 4, 4, 4, 5, 5, 7, 9]) spreading.add(sample);
    expect(spreading.spread()).toEqual({ samples: 8, min: 2, max: 9, average: 5, deviation: Math.sqrt(32 / 7) });
  });
});
