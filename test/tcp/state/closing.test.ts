import { expect, it } from 'vitest';
import { Analyzer } from '../../../lib/engine/analyzer.ts';
import { assemble } from '../../scripts/assemble.ts';

/** The states that each end of the only connection goes through. */
function states(script: string): { client: string; server: string } {
  let client = '';
  let server = '';
  const analyzer = new Analyzer({
    onConnection: ({ timeline }) => {
      const of = (end: string) => timeline.filter(({ endpoint }) => endpoint === end).map(({ state }) => state);
      client = of('client').join(' ');
      server = of('server').join(' ');
    },
  });
  analyzer.write(assemble(script));
  analyzer.end();
  return { client, server };
}

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
