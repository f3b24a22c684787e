import { describe, expect, it } from 'vitest';
import { RoundTrips } from '../../../lib/tcp/timing/round-trips.ts';
import { play } from '../verdict/conversation.ts';

function of(samples: readonly number[]): RoundTrips {
  const trips = new RoundTrips();
  for (const sample of samples) trips.add(sample);
  return trips;
}

describe('round trips', () => {
  it('are exact while they are few', () => {
    expect(of([30_000, 10_000, 20_000]).facts()).toEqual({ min: 0.01, p50: 0.02, p95: 0.03, max: 0.03, samples: 3 });
  });

  it.each([1, 2, 3, 16])('are as they came, %i of them, in whatever order, and once more after clearing', (count) => {
    const samples = Array.from({ length: count }, (_, i) => ((i * 7 + 5) % 16) * 1000 + 1000);
    const ascending = [...samples].sort((a, b) => a - b);
    const trips = of([900_000, 800_000, 700_000, 600_000]);
    trips.clear();
    for (const sample of samples) trips.add(sample);
    expect(trips.histogram()).toEqual(ascending.map((micros) => [micros / 1e6, 1]));
    expect(trips.facts()).toMatchObject({ min: ascending[0]! / 1e6, max: ascending.at(-1)! / 1e6, samples: count });
  });

  it('are all counted once they are too many to be kept', () => {
    const counts = of(Array.from({ length: 17 }, (_, i) => 1000 + i))
      .histogram()
      .map(([, count]) => count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(17);
  });

  it('are within 7 % when they are many', () => {
    const samples = Array.from({ length: 10_000 }, (_, i) => 1000 + i);
    const facts = of(samples).facts()!;
    expect(facts.p50 / 0.006).toBeGreaterThan(0.93);
    expect(facts.p50 / 0.006).toBeLessThan(1.07);
    expect(facts.p95 / 0.0105).toBeGreaterThan(0.93);
    expect(facts.p95 / 0.0105).toBeLessThan(1.07);
    expect(facts).toMatchObject({ min: 0.001, max: 0.010999, samples: 10_000 });
  });

  it('know nothing without a sample', () => {
    expect(of([]).facts()).toBeNull();
  });

  it('are not taken from what was sent twice, unless the echo tells which copy it is', () => {
    const table = (echo: string) => `
      0.020 > 0:1000
      0.300 > 0:1000
      0.340 < ack 1000 ${echo}
    `;
    // The handshake gives one sample of 6 ms.
    expect(play(table('ecr 20')).facts('client').rtt).toMatchObject({ samples: 1 });
    expect(play(table('ecr 300')).facts('client').rtt).toMatchObject({ samples: 2, max: expect.closeTo(0.04, 6) });
    expect(play(table(''), { timestamps: false }).facts('client').rtt).toMatchObject({ samples: 1 });
  });

  it('are not taken from what waited behind a hole', () => {
    const { rtt } = play(`
      0.020 > 0:1000
      0.021 > 1000:2000
      0.022 > 2000:3000
      0.030 < ack 0 sack 1000:3000
      0.400 > 0:1000
      0.410 < ack 3000 ecr 400
    `).facts('client');
    expect(rtt).toMatchObject({ samples: 2, max: expect.closeTo(0.01, 6) });
  });
});
