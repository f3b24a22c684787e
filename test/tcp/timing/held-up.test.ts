import { expect, it } from 'vitest';
import { states } from '../state/states.ts';

/** The path has a round trip of 20 ms; the server's clock is that of its timestamps. */
function closing(fins: string): ReturnType<typeof states> {
  return states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460, TS val 1000 ecr 0>
+0.01 < S. 0:0(0) ack 1 <mss 1460, TS val 5000 ecr 1000>
+0.01 > . 1:1(0) ack 1 win 502 <TS val 1020 ecr 5000>
+0.08 > P. 1:101(100) ack 1 win 502 <TS val 1100 ecr 5000>
+0.01 < . 1:1(0) ack 101 win 502 <TS val 5100 ecr 1100>
${fins}`);
}

it('a FIN that its sender put a timestamp on long before it came was sent then', () => {
  const { at } = closing(`
+0.39 < F. 1:1(0) ack 101 win 502 <TS val 5400 ecr 1100>
+0.01 > . 101:101(0) ack 2 win 502 <TS val 1510 ecr 5400>
`);
  expect(at('server', 'FIN_WAIT_1')).toBeCloseTo(0.41, 6);
});

it('not by a clock that ticks otherwise', () => {
  const { at } = closing(`
+0.39 < F. 1:1(0) ack 101 win 502 <TS val 5049 ecr 1100>
+0.01 > . 101:101(0) ack 2 win 502 <TS val 1510 ecr 5049>
`);
  expect(at('server', 'FIN_WAIT_1')).toBeCloseTo(0.5, 6);
});

it('a FIN that an end in FIN_WAIT_1 acknowledges late had come late, with the ACK in it', () => {
  const { at } = closing(`
+0.09 > F. 101:101(0) ack 1 win 502 <TS val 1200 ecr 5100>
+0.01 < F. 1:1(0) ack 102 win 502 <TS val 5200 ecr 1200>
+0.11 > . 102:102(0) ack 2 win 502 <TS val 1320 ecr 5200>
`);
  expect(at('client', 'FIN_WAIT_2')).toBeCloseTo(0.31, 3);
  expect(at('client', 'TIME_WAIT')).toBeCloseTo(0.31, 3);
});

it('nor had it where the ACK was held up on its way back', () => {
  const { at } = closing(`
+0.09 > F. 101:101(0) ack 1 win 502 <TS val 1200 ecr 5100>
+0.01 < F. 1:1(0) ack 102 win 502 <TS val 5200 ecr 1200>
+0.11 > . 102:102(0) ack 2 win 502 <TS val 1220 ecr 5200>
`);
  expect(at('client', 'TIME_WAIT')).toBeCloseTo(0.21, 6);
});

it('a FIN behind data that queued had queued too, though who gets it may acknowledge it late', () => {
  const round = (n: number, id: number): string => `
+0.1  > P. ${n}:${n + 1000}(1000) ack 1 win 502 <TS val ${id} ecr 5100>
+0.12 < . 1:1(0) ack ${n + 1000} win 502 <TS val ${4000 + id + 120} ecr ${id}>`;
  const queued = Array.from({ length: 20 }, (_, i) => round(101 + i * 1000, 1210 + i * 220)).join('');
  const fin = `
+0.1  > F. 20101:20101(0) ack 1 win 502 <TS val 5610 ecr 5100>
+0.12 < . 1:1(0) ack 20102 win 502 <TS val 9730 ecr 5610>
`;
  const { at } = closing(queued + fin);
  const { at: alone } = closing(fin.replaceAll('20101', '101').replaceAll('20102', '102'));
  const waited = (of: typeof at): number => of('server', 'CLOSE_WAIT') - of('client', 'FIN_WAIT_1');
  expect(waited(at)).toBeGreaterThan(0.08);
  expect(waited(alone)).toBeCloseTo(0, 6);
});
