import { describe, expect, it } from 'vitest';
import { analysed } from '../fixtures.ts';
import { assemble } from '../scripts/assemble.ts';

function factsOf(script: string) {
  return analysed(assemble(script)).capture;
}

const HANDSHAKE = `client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460>
+0.01 < S. 0:0(0) ack 1 <mss 1460>
+0.01 > . 1:1(0) ack 1
`;

/** Data from the client, of which those in `wrong` bear a wrong checksum; they come again where they did not arrive. */
function exchange(segments: number, wrong: (i: number) => boolean, arrives = true): string {
  const lines = Array.from({ length: segments }, (_, i) => {
    const [from, to] = [1 + 100 * i, 101 + 100 * i];
    const data = `> P. ${from}:${to}(100) ack 1`;
    const again = wrong(i) && !arrives ? `+0.3 ${data}\n` : '';
    return `+0.01 ${data}${wrong(i) ? ' [checksum bad]' : ''}\n${again}+0.01 < . 1:1(0) ack ${to}\n`;
  });
  return HANDSHAKE + lines.join('');
}

describe('wrong checksums', () => {
  it('are damage where most packets of the host are right', () => {
    const { badChecksums, offload } = factsOf(exchange(30, (i) => i % 3 === 0, false));
    expect(badChecksums).toMatchObject([{ address: '10.0.0.1', count: 10, examples: [0] }]);
    expect(offload).toBeUndefined();
  });

  it('are no damage where what bears them arrived all the same: it was changed later', () => {
    const { badChecksums, offload } = factsOf(exchange(30, (i) => i % 3 === 0));
    expect(badChecksums).toBeUndefined();
    expect(offload).toMatchObject([{ address: '10.0.0.1', what: 'unfinished checksums', count: 10 }]);
  });

  it('are the work of a card where most packets of the host are wrong', () => {
    const { badChecksums, offload } = factsOf(exchange(30, () => true));
    expect(badChecksums).toBeUndefined();
    expect(offload).toMatchObject([{ address: '10.0.0.1', what: 'unfinished checksums', count: 30 }]);
  });

  it('are not looked for in what the card was to cut up', () => {
    const { badChecksums, offload } = factsOf(`${HANDSHAKE}+0.01 > P. 1:2921(2920) ack 1 [checksum bad]\n`);
    expect(badChecksums).toBeUndefined();
    expect(offload).toMatchObject([{ address: '10.0.0.1', what: 'super-segments', count: 1 }]);
  });

  it('are nothing to speak of where there are none', () => {
    const facts = factsOf(exchange(5, () => false));
    expect([facts.badChecksums, facts.offload, facts.checksumsUnchecked]).toEqual([undefined, undefined, undefined]);
  });
});
