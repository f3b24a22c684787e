import { describe, expect, it } from 'vitest';
import type { ConnectionFacts } from '../../../lib/facts/connection.ts';
import { EXCHANGED, IDLE, ONE_SIDED, REFUSED } from '../../../lib/facts/notes.ts';
import { analysed } from '../../fixtures.ts';
import { assemble } from '../../scripts/assemble.ts';

const ENDS = 'client 10.0.0.1:40000 -> server 10.0.0.2:80\n';
const OPENED = `${ENDS}
0     > S 0:0(0) <mss 1000>
+0.01 < S. 0:0(0) ack 1 win 60000 <mss 1000>
+0.01 > . 1:1(0) ack 1 win 60000
`;

function factsOf(script: string): readonly ConnectionFacts[] {
  return analysed(assemble(script)).connections;
}

function only(script: string): ConnectionFacts {
  const found = factsOf(script);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('silences', () => {
  it('tells who broke each, with what, and what came back; the longest first', () => {
    const { silences, notes } = only(`${OPENED}
+12  > P. 1:101(100) ack 1 win 60000
+0.01 < . 1:1(0) ack 101 win 60000
+30  < P. 1:51(50) ack 101 win 60000
+0.5 < P. 1:51(50) ack 101 win 60000`);
    expect(notes & IDLE).not.toBe(0);
    expect(silences).toMatchObject([
      { brokenBy: 'server', bytes: 50, answer: 'nothing', answerFrame: null, frame: 6 },
      { brokenBy: 'client', bytes: 100, answer: 'alive', answerFrame: 5, frame: 4 },
    ]);
  });

  it('knows a retransmission after a pause from use of an idle connection', () => {
    const { silences } = only(`${OPENED}
+0   > P. 1:101(100) ack 1 win 60000
+64  > P. 1:101(100) ack 1 win 60000`);
    expect(silences).toMatchObject([{ bytes: 0 }]);
  });
});

describe('resets', () => {
  // The client counts up to 40009.
  const opened = OPENED.replace(/> S.*/, '$& [id 39998]').replace(/> \. .*/, '$& [id 39999]');
  const talk = Array.from({ length: 10 }, (_, i) => `+0.1 > P. ${1 + i}:${2 + i}(1) ack 1 [id ${40_000 + i}]\n`).join(
    '',
  );
  const reset = (id: number) => only(`${opened}${talk}+0.1 > R 11:11(0) [id ${id}]`).resets[0]!;

  it('are held against the counter of their alleged sender', () => {
    expect(reset(40_012).ipIdFits).toBe(true);
    expect(reset(7).ipIdFits).toBe(false);
    expect(reset(0).ipIdFits).toBeNull();
  });
});

describe('responses', () => {
  it('are kept only of connections with a slow one, the quick ones counted', () => {
    const quick = `
+0.1  > P. 1:101(100) ack 1 win 60000
+0.02 < P. 1:101(100) ack 101 win 60000`;
    const before = only(`${OPENED}${quick}`);
    expect(before.responses).toBeUndefined();
    expect(before.notes & EXCHANGED).toBe(0);
    const { responses } = only(`${OPENED}${quick}
+0.1  > P. 101:201(100) ack 101 win 60000
+2.01 < P. 101:201(100) ack 201 win 60000`);
    expect(responses).toMatchObject({ count: 2, service: { count: 2 }, worst: { request: { frame: 6 } } });
    expect(responses!.worst.seconds).toBeCloseTo(2, 6);
    expect(responses!.p50).toBeCloseTo(0.01, 6);
  });

  it('do not blame the server for a request that was lost, or for what it sent before it had it', () => {
    const { responses } = only(`${OPENED}
+0.1  > P. 1:101(100) ack 1 win 60000
+1    > P. 1:101(100) ack 1 win 60000
+0.01 < P. 1:101(100) ack 101 win 60000
+0.1  > P. 101:201(100) ack 101 win 60000
+1    < P. 101:201(100) ack 101 win 60000`);
    expect(responses).toBeUndefined();
  });
});

describe('handshakes', () => {
  it('take no data for early that was only captured before the SYN-ACK it acknowledges', () => {
    const { handshake } = only(`${ENDS}
0      > S 0:0(0) <mss 1000>
+0.01  > P. 1:101(100) ack 1
+0.001 < S. 0:0(0) ack 1 <mss 1000>`);
    expect(handshake.earlyData).toBeNull();
  });

  it('take no data for early because another SYN-ACK turns up after the handshake', () => {
    const { handshake } = only(`${OPENED}
+0    > P. 1:101(100) ack 1
+0.7  < S. 99000000:99000000(0) ack 1 <mss 1000>
+0.01 < . 1:1(0) ack 101`);
    expect(handshake.earlyData).toBeNull();
  });

  it('keep the server’s half of the round trip when the SYN-ACK is repeated', () => {
    const { handshake } = only(`${ENDS}
0     > S 0:0(0) <mss 1000>
+0.02 < S. 0:0(0) ack 1 <mss 1000>
+1    < S. 0:0(0) ack 1 <mss 1000>
+0.01 > . 1:1(0) ack 1`);
    expect(handshake.serverRtt).toBeCloseTo(0.02, 6);
    expect(handshake.synAckCount).toBe(2);
  });

  it('measure it anew when the SYN is', () => {
    const { handshake } = only(`${ENDS}
0     > S 0:0(0) <mss 1000>
+1    > S 0:0(0) <mss 1000>
+0.02 < S. 0:0(0) ack 1 <mss 1000>
+0.01 > . 1:1(0) ack 1`);
    expect(handshake.serverRtt).toBeCloseTo(0.02, 6);
  });

  it('go on after the answer of an older connection: its number moves nothing', () => {
    const { handshake, client, server } = only(`${ENDS}
0     > S 1000:1000(0) <mss 1000>
+0.01 < . 777:777(0) ack 501
+0.01 > R 501:501(0) win 0
+1    > S 1000:1000(0) <mss 1000>
+0.01 < S. 90000:90000(0) ack 1001 <mss 1000>
+0.01 > . 1001:1001(0) ack 90001`);
    expect(handshake.wrongAck).toMatchObject({ frame: 2 });
    expect([client.finalState, server.finalState]).toEqual(['ESTABLISHED', 'ESTABLISHED']);
  });
});

describe('one direction alone', () => {
  it('is one-sided when the client acknowledges a server that is not there, though its SYN was seen', () => {
    const { notes } = only(`${ENDS}
0     > S 0:0(0) <mss 1000>
+0.02 > . 1:1(0) ack 1
+0    > P. 1:101(100) ack 1`);
    expect(notes & ONE_SIDED).not.toBe(0);
  });

  it('is not when nobody answers', () => {
    const { notes } = only(`${ENDS}
0  > S 0:0(0) <mss 1000>
+1 > S 0:0(0) <mss 1000>`);
    expect(notes & ONE_SIDED).toBe(0);
  });
});

describe('marks of congestion', () => {
  const agreed = `${ENDS}
0     > SEW 0:0(0) <mss 1000>
+0.01 < S.E 0:0(0) ack 1 <mss 1000>
+0.01 > . 1:1(0) ack 1
`;
  const round = (i: number) => `+0.01 < . ${1 + i * 1000}:${1001 + i * 1000}(1000) ack 1 [ecn ${i === 0 ? 3 : 2}]
+0.001 > .E 1:1(0) ack ${1001 + i * 1000}
`;

  it('may be echoed for as long as the answer is under way', () => {
    const rounds = Array.from({ length: 10 }, (_, i) => round(i)).join('');
    expect(only(`${agreed}${rounds}`).server.ecnIgnored).toBeUndefined();
  });

  it('must be answered in the end', () => {
    const rounds = Array.from({ length: 80 }, (_, i) => round(i)).join('');
    expect(only(`${agreed}${rounds}`).server.ecnIgnored).toMatchObject({ what: 'ECE not answered' });
  });
});

it('an ICMP error that refuses the SYN is noted', () => {
  const { notes, handshake } = only(`${ENDS}
0     > S 0:0(0) <mss 1000>
+0.01 < icmp port unreachable 0:0(0) from 10.0.0.2`);
  expect(handshake.refused?.by).toBe('icmp');
  expect(notes & REFUSED).not.toBe(0);
});

it('the largest segment that got through is known once all was acknowledged', () => {
  const { server } = only(`${OPENED}
+0.1 < . 1:401(400) ack 1 win 60000
+0.01 > . 1:1(0) ack 401 win 60000
+0.1 < . 401:1401(1000) ack 1 win 60000
+0.3 < . 401:1401(1000) ack 1 win 60000`);
  expect(server.largestAcked).toBe(400);
});
