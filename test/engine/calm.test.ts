import { describe, expect, it } from 'vitest';
import { analysed, CAPTURES, fixture } from '../fixtures.ts';
import { assemble } from '../scripts/assemble.ts';

// Whoever wants every segment keeps all connections awake: both ways must come to the same.
describe('connections at rest', () => {
  for (const path of CAPTURES) {
    it(`${path}: nothing is told differently`, () => {
      const bytes = fixture(path);
      const resting = analysed(bytes);
      const awake = analysed(bytes, { onPacket: () => {} });
      expect(resting.connections).toEqual(awake.connections);
      expect(resting.capture).toEqual(awake.capture);
    });
  }

  it('what comes late over IPv4 is not taken for the segment of who rests in its place since, over IPv6', () => {
    const begun = (ends: string) => `${ends}
+1    > S 0:0(0) <mss 1460>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1
+0.01 > P. 1:1001(1000) ack 1
+0.01 < P. 1:1001(1000) ack 1001
+0.01 > P. 1001:2001(1000) ack 1001
+0.01 < P. 1001:2001(1000) ack 2001
`;
    const first = 'client 10.0.0.1:40000 isn 7 -> server 10.0.0.2:80 isn 9';
    const closed = `+0.01 > F. 2001:2001(0) ack 2001
+0.01 < F. 2001:2001(0) ack 2002
+0.01 > . 2002:2002(0) ack 2002
`;
    const second = 'client [2001:db8::1]:40000 isn 7 -> server [2001:db8::2]:80 isn 9';
    const late = `${first}
+0.01 > P. 2001:3001(1000) ack 2001
`;
    const script = `${begun(first)}${closed}${begun(second).replace('+1 ', '+5 ')}${late}`;
    const { connections } = analysed(assemble(script), { wake: 0x3fffffff });
    expect(connections.at(-1)).toMatchObject({ connection: 1, client: { packets: 4 } });
  });
});
