import { describe, expect, test } from 'vitest';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import { Overview } from '../../lib/engine/incident/overview.ts';
import { PlotReader } from '../../lib/engine/incident/plots.ts';
import { TimeBins } from '../../lib/engine/incident/time-bins.ts';
import type { ConnectionPage, PlotPoint } from '../../lib/facts/incident.ts';
import type { Moment } from '../../lib/facts/moment.ts';
import { assemble } from '../scripts/assemble.ts';

const START: Moment = { seconds: 0, nanos: 0 };

/** Reads a script twice, as a report does: what is told of the connections wanted. */
function drawn(script: string, wanted: readonly number[], mostPoints = 1000) {
  const bytes = assemble(script);
  let start: Moment | null = null;
  const overview = new Overview(() => start ?? START);
  const first = new Analyzer({
    onConnection(facts) {
      start ??= facts.start;
      overview.add(facts);
    },
  });
  first.write(bytes);
  const capture = first.end();
  const known = wanted.map((number) => overview.find(number)!);
  const reader = new PlotReader(capture.start!, known, mostPoints);
  reader.write(bytes);
  reader.end();
  return { ...reader.drawn(), overview, capture };
}

function only({ pages }: { readonly pages: readonly ConnectionPage[] }): ConnectionPage {
  expect(pages).toHaveLength(1);
  return pages[0]!;
}

const TWO = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
connection b [2001:db8::1]:5000 -> [2001:db8::2]:443
0     > S 0:0(0) win 64240 <mss 1460,sackOK,nop,wscale 7>
+0.01 b > S 0:0(0) win 1000 <mss 1460,nop,wscale 0>
+0    < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,nop,wscale 7>
+0    > . 1:1(0) ack 1 win 502
+0    > P. 1:1001(1000) ack 1 win 502
+0    > P. 1001:2001(1000) ack 1 win 502
+0.02 < . 1:1(0) ack 1 win 512 <sack 1001:2001>
+0.01 b < S. 0:0(0) ack 1 win 2000 <mss 1460,nop,wscale 0>
+0    b > . 1:1(0) ack 1 win 1000
+0.3  > P. 1:1001(1000) ack 1 win 502
+0.01 < . 1:1(0) ack 2001 win 512
`;

describe('points of a connection', () => {
  test('have relative numbers, the window in bytes, SACKs, flight and the final verdict', () => {
    const { facts, plot } = only(drawn(TWO, [0]));
    expect(facts.connection).toBe(0);
    expect(facts.client.address).toBe('10.0.0.1');
    const short = (p: PlotPoint) => [p.frame, p.from, p.seq, p.length, p.ack, p.window, p.flight];
    expect(plot.points.map(short)).toEqual([
      [1, 'client', 0, 0, null, 64240, 0],
      [3, 'server', 0, 0, 1, 65535, 0],
      [4, 'client', 1, 0, 1, 64256, 0],
      [5, 'client', 1, 1000, 1, 64256, 1000],
      [6, 'client', 1001, 1000, 1, 64256, 2000],
      [7, 'server', 1, 0, 1, 65536, 0],
      [10, 'client', 1, 1000, 1, 64256, 1000],
      [11, 'server', 1, 0, 2001, 65536, 0],
    ]);
    expect(plot.points[5]!.sack).toEqual([1001, 2001]);
    expect(plot.points[6]!.verdict).toMatchObject({ kind: 'retransmission', of: 5 });
    expect(plot.points.map(({ time }) => Number(time.toFixed(3)))).toEqual([
      0, 0.01, 0.01, 0.01, 0.01, 0.03, 0.34, 0.35,
    ]);
    expect(plot.segments).toBe(8);
    expect(plot.rtt.client.length).toBeGreaterThan(0);
    expect(plot.throughput.client.values.reduce((sum, bytes) => sum + bytes, 0)).toBe(3000);
  });

  test('keep the number that the first reading gave, though others are not followed', () => {
    const { facts, plot } = only(drawn(TWO, [1]));
    expect(facts.connection).toBe(1);
    expect(facts.streams).toEqual([1]);
    expect(facts.server.address).toBe('2001:db8::2');
    expect(plot.points.map(({ frame }) => frame)).toEqual([2, 8, 9]);
  });

  test('tell one incarnation of a 4-tuple from the other', () => {
    const script = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0)
+0.01 < R. 0:0(0) ack 1
+5    > S 900000:900000(0)
+0.01 < S. 0:0(0) ack 900001
+0    > . 900001:900001(0) ack 1
`;
    expect(only(drawn(script, [1])).plot.points.map(({ frame, seq }) => [frame, seq])).toEqual([
      [3, 0],
      [4, 0],
      [5, 1],
    ]);
  });

  test('go on where sequence numbers begin anew', () => {
    const script = `
client 10.0.0.1:40000 isn 4294967000 -> server 10.0.0.2:80
0     > S 0:0(0)
+0.01 < S. 0:0(0) ack 1
+0    > . 1:1001(1000) ack 1
+0.01 < . 1:1(0) ack 1001
`;
    const { points } = only(drawn(script, [0])).plot;
    expect(points.map(({ seq, length, ack }) => [seq + length, ack])).toEqual([
      [0, null],
      [0, 1],
      [1001, 1],
      [1, 1001],
    ]);
  });

  test('are put together where there are too many, the odd ones never', () => {
    const script = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) win 64240 <mss 1460>
+0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460>
+0    > . 1:1(0) ack 1 win 64240
+0 repeat 400 as i every 0.001 {
+0    > . {1+i*100}:{101+i*100}(100) ack 1 win 64240
+0.0005 < . 1:1(0) ack {101+i*100} win 65535
}
+0.1  > . 39901:40001(100) ack 1 win 64240
+0.01 > F. 40001:40001(0) ack 1 win 64240
`;
    const { plot } = only(drawn(script, [0], 200));
    expect(plot.points.length).toBeLessThanOrEqual(200);
    expect(plot.segments).toBe(805);
    expect(plot.leftOut).toBe(0);
    expect(plot.points.reduce((sum, { stands }) => sum + stands, 0)).toBe(805);
    const sent = plot.points.filter(({ from, verdict }) => from === 'client' && verdict === null);
    expect(sent.reduce((sum, { length }) => sum + length, 0)).toBe(40_000);
    expect(plot.points.filter(({ verdict }) => verdict !== null).map(({ length }) => length)).toEqual([100]);
    const times = plot.points.map(({ time }) => time);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test('are bounded even where all are odd, and what is left out is counted', () => {
    const script = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0)
+0.01 < S. 0:0(0) ack 1
+0 repeat 900 as i every 0.3 {
+0    > . 1:101(100) ack 1
}
`;
    const { plot } = only(drawn(script, [0], 200));
    expect(plot.points.length).toBeLessThanOrEqual(200);
    expect(plot.leftOut).toBe(plot.segments - plot.points.reduce((sum, { stands }) => sum + stands, 0));
    expect(plot.leftOut).toBeGreaterThan(600);
  });
});

test("everybody's traffic and states are counted over time", () => {
  const { traffic, overview, capture } = drawn(TWO, []);
  expect(traffic.segments.values.reduce((sum, n) => sum + n, 0)).toBe(11);
  expect(traffic.bytes.values.reduce((sum, n) => sum + n, 0)).toBe(3000);
  const { halfOpen } = overview.states(capture.end!.seconds - capture.start!.seconds + 0.36);
  expect(Math.max(...halfOpen.values)).toBe(1);
  expect(halfOpen.values.at(-1)).toBe(0);
  expect(overview.table([], capture.start).map(({ connection, packets }) => [connection, packets])).toEqual([
    [0, 8],
    [1, 3],
  ]);
});

describe('steps of time', () => {
  test('widen so that all of it fits, and keep the sum', () => {
    const bins = new TimeBins(8);
    for (let second = 0; second <= 100; second++) bins.add(second, 1);
    const { every, values } = bins.series();
    expect(values.length).toBeLessThanOrEqual(8);
    expect(values.reduce((sum, n) => sum + n, 0)).toBe(101);
    expect(every * 8).toBeGreaterThan(100);
    expect(every * 4).toBeLessThanOrEqual(100);
  });

  test('counts are those at the beginning of each step, whenever the steps widened', () => {
    const bins = new TimeBins(16, Math.ceil);
    bins.add(0, 1);
    bins.add(0.4, 1);
    bins.add(3, -1);
    bins.add(90, 1);
    const { every, values } = bins.totals(100);
    const at = (seconds: number): number =>
      1 + (seconds >= 0.4 ? 1 : 0) - (seconds >= 3 ? 1 : 0) + (seconds >= 90 ? 1 : 0);
    expect(values).toEqual(values.map((_, i) => at(i * every)));
    expect(values.at(-1)).toBe(2);
  });
});
