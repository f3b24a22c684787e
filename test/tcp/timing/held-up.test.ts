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
  // Half of the 10 ms beyond the tap before the answer passed.
  expect(at('client', 'FIN_WAIT_2')).toBeCloseTo(0.315, 3);
  expect(at('client', 'TIME_WAIT')).toBeCloseTo(0.315, 3);
});

it('without timestamps it had, if its sender is who loads the path', () => {
  const plain = (data: string) =>
    states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1 win 502
${data}
+0.1  > F. 1:1(0) ack 1 win 502
+0.01 < F. 1:1(0) ack 2 win 502
+0.11 > . 2:2(0) ack 2 win 502
`).at('client', 'TIME_WAIT');
  const loaded = plain('+0 < . 1:1001(1000) ack 1 win 502\n+0.01 > . 1:1(0) ack 1001 win 502');
  expect(plain('')).toBeCloseTo(0.13, 6);
  expect(loaded).toBeCloseTo(0.245, 6);
});

/** The tap stands beside the client: the SYN-ACK, sent after 5 ms, came after 80; the FIN passes at 300 ms. */
function opening(fin: number): ReturnType<typeof states> {
  return states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460, TS val 1000 ecr 0>
+0.08 < S. 0:0(0) ack 1 <mss 1460, TS val 5000 ecr 1000>
+0    > . 1:1(0) ack 1 win 502 <TS val 1080 ecr 5000>
+0.22 < F. 1:1(0) ack 1 win 502 <TS val ${fin} ecr 1080>
+0    > F. 1:1(0) ack 2 win 502 <TS val 1300 ecr ${fin}>
+0.01 < . 2:2(0) ack 2 win 502 <TS val ${fin + 10} ecr 1300>
`);
}

it('a SYN-ACK that took longer than the FIN behind it, by the clock of their sender, was sent earlier', () => {
  expect(opening(5290).at('server', 'SYN_RECEIVED')).toBeCloseTo(0.01, 6);
  expect(opening(5220).at('server', 'SYN_RECEIVED')).toBeCloseTo(0.08, 6);
  // Not before the SYN that it answers.
  expect(opening(5330).at('server', 'SYN_RECEIVED')).toBeCloseTo(0, 6);
});

/** The tap stands beside the server: the first answer comes after 80 ms, the second after 10. */
function answering(first: string, fin: number): ReturnType<typeof states> {
  return states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460, TS val 1000 ecr 0>
+0    < S. 0:0(0) ack 1 <mss 1460, TS val 5000 ecr 1000>
+0.08 > ${first}
+0    < . 1:1001(1000) ack 1 win 502 <TS val 5080 ecr 1080>
+0.01 > . 1:1(0) ack 1001 win 502 <TS val 1090 ecr 5080>
+0.11 > F. 1:1(0) ack 1001 win 502 <TS val ${fin} ecr 5080>
+0    < F. 1001:1001(0) ack 2 win 502 <TS val 5200 ecr ${fin}>
+0.01 > . 2:2(0) ack 1002 win 502 <TS val ${fin + 10} ecr 5200>
`);
}

it('a SYN-ACK whose answer took longer than any later one had come late', () => {
  const established = (first: string, fin = 1200) => answering(first, fin).at('client', 'ESTABLISHED');
  expect(established('. 1:1(0) ack 1 win 502 <TS val 1080 ecr 5000>')).toBeCloseTo(0.075, 6);
  // The answer was held up on its way back; or all but the FIN was on its way to the tap, and the SYN left 70 ms before it passed.
  expect(established('. 1:1(0) ack 1 win 502 <TS val 1010 ecr 5000>')).toBeCloseTo(0, 6);
  expect(established('. 1:1(0) ack 1 win 502 <TS val 1080 ecr 5000>', 1270)).toBeCloseTo(0.07, 6);
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
