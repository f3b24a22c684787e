import { expect, it } from 'vitest';
import { states } from './states.ts';

it('a server that repeats its SYN-ACK has taken neither the final ACK nor the FIN after it', () => {
  const { server } = states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1 win 502
+0.1  > P. 1:101(100) ack 1 win 502
+0.01 > F. 101:101(0) ack 1 win 502
+0.3  > FP. 1:101(100) ack 1 win 502
+0.6  < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 102:102(0) ack 1 win 502
`);
  expect(server).toMatch(/SYN_RECEIVED$/);
});

it('nor has it, after a second refusal, when the client says nothing more', () => {
  const { server } = states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1 win 502
+1    < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1 win 502
+2    < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1 win 502
`);
  expect(server).toMatch(/SYN_RECEIVED$/);
});

it('a SYN-ACK that nothing answers did not arrive where others before it had not', () => {
  const { client } = states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
+1    > S 0:0(0) <mss 1460>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
`);
  expect(client).toMatch(/SYN_SENT$/);
});

it('a SYN-ACK answers the SYN whose timestamp it echoes, of several', () => {
  const { at } = states(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460, TS val 1000 ecr 0>
+1    > S 0:0(0) <mss 1460, TS val 2000 ecr 0>
+1    > S 0:0(0) <mss 1460, TS val 3000 ecr 0>
+0.01 < S. 0:0(0) ack 1 <mss 1460, TS val 1 ecr 2000>
+0.01 > . 1:1(0) ack 1 win 502 <TS val 3020 ecr 1>
`);
  expect(at('server', 'SYN_RECEIVED')).toBeCloseTo(1, 6);
});
