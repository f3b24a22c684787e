import { describe, expect, it } from 'vitest';
import { analysed } from '../fixtures.ts';
import { assemble } from '../scripts/assemble.ts';

/** One end closes first; when both are done, and have been for seconds, the other's FIN comes again. */
const closed = (first: string, second: string) => `client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1
+0.1  ${first} F. 1:1(0) ack 1
+0.01 ${second} F. 1:1(0) ack 2
+0.01 ${first} . 2:2(0) ack 2
+7    ${second} F. 1:1(0) ack 2
+0.01 ${first} . 2:2(0) ack 2
`;

// Where only findings are wanted, healthy connections leave memory soon after their end: little is known of them then.
describe('a connection that has left memory and is heard of again', () => {
  it.each([
    ['client', 'server', '>', '<'],
    ['server', 'client', '<', '>'],
  ] as const)('closed by the %s: that end is still in TIME_WAIT, the %s CLOSED', (waits, other, first, second) => {
    const { connections, capture } = analysed(assemble(closed(first, second)), { wake: 0x3fffffff });
    expect(capture.connections).toBe(1);
    // Told for what came late alone: there was nothing to say of it before.
    expect(connections).toHaveLength(1);
    const [facts] = connections;
    expect(facts).toMatchObject({ connection: 0, firstFrame: 6, lastFrame: 8 });
    expect(facts![waits].finalState).toBe('TIME_WAIT');
    expect(facts![other].finalState).toBe('CLOSED');
  });
});
