import { expect, it } from 'vitest';
import { states } from './states.ts';

const OPENED = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460>
+0.04 < S. 0:0(0) ack 1 <mss 1460>
+0.04 > . 1:1(0) ack 1 win 502
`;
const ASKED = `${OPENED}
+0.1  > P. 1:101(100) ack 1 win 502
+0.04 < . 1:1(0) ack 101 win 502
`;

it('a RST that does not acknowledge the FIN before it was sent from ESTABLISHED', () => {
  const { client, server } = states(`${ASKED}
+0.1  > F. 101:101(0) ack 1 win 502
+0.06 < R. 1:1(0) ack 101 win 502
`);
  expect(server).toMatch(/ESTABLISHED CLOSED$/);
  expect(client).toMatch(/ESTABLISHED FIN_WAIT_1 CLOSED$/);
});

it('a RST that does not acknowledge the FIN that had crossed its own FIN was sent from FIN_WAIT_1', () => {
  const { server } = states(`${ASKED}
+0.1  > F. 101:101(0) ack 1 win 502
+0.01 < F. 1:1(0) ack 101 win 502
+0.02 < R. 2:2(0) ack 101 win 502
`);
  expect(server).toMatch(/ESTABLISHED FIN_WAIT_1 CLOSED$/);
});

it('a RST that follows the final ACK sooner than that can have arrived was sent from SYN_RECEIVED', () => {
  const { server } = states(`${OPENED}
+0.01 < R. 1:1(0) ack 1 win 502
`);
  expect(server).toMatch(/SYN_RECEIVED CLOSED$/);
});

it('a RST with the number of its FIN was sent before the ACK of that FIN came', () => {
  const { client, server } = states(`${ASKED}
+0.1   > F. 101:101(0) ack 1 win 502
+0.04  < P. 1:401(400) ack 101 win 502
+0.001 < F. 401:401(0) ack 102 win 502
+0.039 > R 101:101(0)
+0.001 > R 102:102(0)
`);
  expect(client).toMatch(/ESTABLISHED FIN_WAIT_1 CLOSED$/);
  expect(server).toMatch(/CLOSE_WAIT LAST_ACK CLOSED$/);
});

it('a FIN was never received that nothing acknowledges, not even what was sent much later', () => {
  const { server } = states(`${ASKED}
+0.1  > F. 101:101(0) ack 1 win 502
+0.3  > F. 101:101(0) ack 1 win 502
+2    < P. 1:11(10) ack 101 win 502
+0.04 > R 101:101(0)
`);
  expect(server).toMatch(/ESTABLISHED CLOSED$/);
});
