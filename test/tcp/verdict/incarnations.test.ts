import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../../lib/engine/analyzer.ts';
import { assemble } from '../../scripts/assemble.ts';

/** Frame, kind and frame repeated of every verdict in a capture assembled from a script. */
function verdicts(script: string): (string | number | undefined)[][] {
  const found: (string | number | undefined)[][] = [];
  const analyzer = new Analyzer({
    onPacket: ({ frame, verdict }) => {
      if (verdict !== null) found.push([frame, verdict.kind, verdict.of]);
    },
  });
  analyzer.write(assemble(script));
  analyzer.end();
  return found;
}

const EXCHANGE = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1 win 502
+0    > P. 1:101(100) ack 1 win 502
+0.01 < P. 1:501(500) ack 101 win 502
+0.01 > F. 101:101(0) ack 501 win 501
+0.01 < F. 501:501(0) ack 102 win 502
+0.01 > . 102:102(0) ack 502 win 501
`;

describe('a SYN when both ends have closed', () => {
  it('with the number of the one that they began with: it comes late', () => {
    expect(verdicts(`${EXCHANGE}+0.3 > S 0:0(0) <mss 1460>`)).toEqual([[9, 'duplicate', 1]]);
  });

  it('with another number: a new connection', () => {
    expect(verdicts(`${EXCHANGE}+0.3 > S 900000:900000(0) <mss 1460>`)).toEqual([]);
  });

  it('with the number of one that was refused: the attempt again', () => {
    const refused = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460>
+0.01 < R. 0:0(0) ack 1
+1    > S 0:0(0) <mss 1460>
`;
    expect(verdicts(refused)).toEqual([[3, 'retransmission', 1]]);
  });
});
