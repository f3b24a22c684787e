import { expect, it } from 'vitest';
import { states } from './states.ts';

it('a FIN that acknowledges the other one brings both, although that one comes again meanwhile', () => {
  const { server } = states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0      > S 0:0(0) <mss 1460>
+0.01  < S. 0:0(0) ack 1 <mss 1460>
+0.01  > . 1:1(0) ack 1 win 502
+0.1   < F. 1:1(0) ack 1 win 502
+0.22  > F. 1:1(0) ack 2 win 502
+0.009 < F. 1:1(0) ack 1 win 502
+0.001 < . 2:2(0) ack 2 win 502
+0.002 > . 2:2(0) ack 2 win 502
`);
  expect(server).toMatch(/ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT$/);
});

it('whoever acknowledges data in mid-connection is ESTABLISHED until a RST ends it', () => {
  const { client, server } = states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     < P. 1:1001(1000) ack 1 win 502
+0.01 > . 1:1(0) ack 1001 win 502
+0.01 < P. 1001:2001(1000) ack 1 win 502
+0.01 > R. 1:1(0) ack 2001
`);
  expect(client).toMatch(/ESTABLISHED CLOSED$/);
  expect(server).toMatch(/ESTABLISHED CLOSED$/);
});

const OPENED = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460>
+0.04 < S. 0:0(0) ack 1 <mss 1460>
+0.04 > . 1:1(0) ack 1 win 502
+0.1  > P. 1:101(100) ack 1 win 502
+0.04 < . 1:1(0) ack 101 win 502
`;

it('an ACK that its own late FIN follows at once was sent from LAST_ACK', () => {
  const { server } = states(`${OPENED.replace('10.0.0.1', '[fd00::1]').replace('10.0.0.2', '[fd00::2]')}
+0.1   > F. 101:101(0) ack 1 win 502
+0.045 < . 2:2(0) ack 102 win 502
+0.001 < F. 1:1(0) ack 102 win 502
+0.04  > . 102:102(0) ack 2 win 502
`);
  expect(server).toMatch(/ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED$/);
});

it('an ACK that data and a FIN fill up to, sent again, was sent from CLOSING', () => {
  const { server } = states(`${OPENED}
+0.1   > F. 101:101(0) ack 1 win 502
+0.02  < . 1:1001(1000) ack 101 win 502
+0.03  < . 1502:1502(0) ack 102 win 502
+0.03  > . 102:102(0) ack 1001 win 502
+0.4   < FP. 1001:1501(500) ack 102 win 502
+0.04  > . 102:102(0) ack 1502 win 502
`);
  expect(server).toMatch(/ESTABLISHED FIN_WAIT_1 CLOSING TIME_WAIT$/);
});

it('a FIN that does not acknowledge the other one, which was sent in vain all the time, has not crossed it', () => {
  const { client } = states(`${OPENED}
+0.1   < F. 1:1(0) ack 101 win 502
+0.3   < F. 1:1(0) ack 101 win 502
+0.6   < F. 1:1(0) ack 101 win 502
+2     > F. 101:101(0) ack 1 win 502
+0.04  < R 1:1(0)
`);
  expect(client).toMatch(/ESTABLISHED FIN_WAIT_1 CLOSED$/);
});

const IN_STEP = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460> [id 100]
+0.01 < S. 0:0(0) ack 1 <mss 1460> [id 0]
+0.01 > . 1:1(0) ack 1 win 502 [id 101]
+0.1  > P. 1:101(100) ack 1 win 502 [id 102]
+0.01 < . 1:1(0) ack 101 win 502 [id 200]
+0.01 < P. 1:301(300) ack 101 win 502 [id 201]
+0.01 > . 101:101(0) ack 301 win 502 [id 103]
`;

it('a FIN that the tap sees only when it is sent again was sent a timer before', () => {
  const { client, at } = states(`${IN_STEP}
+0.5  > F. 101:101(0) ack 301 win 502 [id 105]
+0.01 < F. 301:301(0) ack 102 win 502 [id 202]
+0.01 > . 102:102(0) ack 302 win 502 [id 106]
`);
  expect(client).toMatch(/ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT$/);
  expect(at('client', 'FIN_WAIT_1')).toBeCloseTo(0.65 - 0.2 - 0.03, 2);
});

it('where both FINs are sent again, the answer was there when the first of the other had come', () => {
  const { server, at } = states(`${IN_STEP}
+0.1   > F. 101:101(0) ack 301 win 502 [id 104]
+0.21  > F. 101:101(0) ack 301 win 502 [id 105]
+0.008 < F. 301:301(0) ack 102 win 502 [id 203]
+0.01  > . 102:102(0) ack 302 win 502 [id 106]
`);
  expect(server).toMatch(/ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED$/);
  expect(at('server', 'CLOSE_WAIT')).toBeCloseTo(0.25, 6);
  expect(at('server', 'LAST_ACK')).toBeCloseTo(0.25, 2);
});

it('where one direction was captured, the other end had closed when its FIN was acknowledged, not when that was answered', () => {
  const { client, at } = states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0    < S. 0:0(0) ack 1 <mss 1460>
+0.1 < . 1:1(0) ack 101 win 502
+0.1 < P. 1:301(300) ack 101 win 502
+0.1 < . 301:301(0) ack 102 win 502
+0.5 < F. 301:301(0) ack 102 win 502
`);
  expect(client).toMatch(/ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT$/);
  expect(at('client', 'FIN_WAIT_1')).toBeCloseTo(0.3, 6);
  expect(at('server', 'CLOSE_WAIT')).toBeCloseTo(0.3, 6);
});

it('of two copies of a FIN, one that can not have arrived yet is not the one acknowledged', () => {
  const { server } = states(`${OPENED}
+0.1   > F. 101:101(0) ack 1 win 502
+0.02  < F. 1:1(0) ack 101 win 502
+0.01  > . 102:102(0) ack 2 win 502
+0.3   > F. 101:101(0) ack 2 win 502
+0.02  < F. 1:1(0) ack 102 win 502
`);
  expect(server).toMatch(/ESTABLISHED FIN_WAIT_1 CLOSING TIME_WAIT$/);
});

it('of the ACKs of a FIN that is sent again and again, the last came in vain as well', () => {
  const again = ['0.2', '0.2', '0.4', '0.8', '1.6'];
  const last = (times: number) =>
    states(`${OPENED}
+0.1  > F. 101:101(0) ack 1 win 502
+0.04 < F. 1:1(0) ack 102 win 502
+0    > . 102:102(0) ack 2 win 502
${again
  .slice(0, times)
  .map((after) => `+${after} < F. 1:1(0) ack 102 win 502\n+0 > . 102:102(0) ack 2 win 502`)
  .join('\n')}
`).server;
  expect(last(4)).toMatch(/CLOSE_WAIT LAST_ACK$/);
  expect(last(3)).toMatch(/CLOSE_WAIT LAST_ACK CLOSED$/);
});
