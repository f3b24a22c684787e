import { describe, expect, it } from 'vitest';
import type { PayloadOptions } from '../../lib/engine/options.ts';
import type { StreamEvent } from '../../lib/facts/stream.ts';
import { assemble } from '../scripts/assemble.ts';
import { type Gathered, gather } from './gather.ts';

const OPENED = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) win 64240 <mss 1460,sackOK,nop,wscale 7>
+0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,nop,wscale 7>
+0    > . 1:1(0) ack 1 win 502
`;

function streams(
  script: string,
  options: PayloadOptions = {},
): { client: Gathered; server: Gathered; all: Gathered[] } {
  const all = gather(assemble(script), options);
  return {
    client: all.find(({ from }) => from === 'client')!,
    server: all.find(({ from }) => from === 'server')!,
    all,
  };
}

describe('what enters a stream', () => {
  it('not the garbage byte of a keep-alive', () => {
    const { client } = streams(`${OPENED}
+0    > P. 1:11(10) ack 1 win 502
+0.01 < . 1:1(0) ack 11 win 512
+60   > . 10:11(1) ack 1 win 502 [fill 0]
+0.01 < . 1:1(0) ack 11 win 512
+1    > P. 11:21(10) ack 1 win 502
+0.01 < . 1:1(0) ack 21 win 512
`);
    expect([client.bytes.length, client.differences, client.end.repeated]).toEqual([20, [], 0]);
  });

  it('not the byte of a window probe that was refused, and what took its place', () => {
    const { client } = streams(`${OPENED.replace('win 65535', 'win 1000')}
+0    > P. 1:1001(1000) ack 1 win 502
+0.01 < . 1:1(0) ack 1001 win 0
+0.3  > . 1001:1002(1) ack 1 win 502 [fill 0]
+0.01 < . 1:1(0) ack 1001 win 0
+0.5  < . 1:1(0) ack 1001 win 512
+0    > P. 1001:1011(10) ack 1 win 502 [fill 65]
+0.01 < . 1:1(0) ack 1011 win 512
`);
    expect([...client.bytes.subarray(1000)]).toEqual(Array.from({ length: 10 }, () => 65));
    expect(client.differences).toEqual([]);
  });

  it('not what was forged far outside the window, nor the text on a RST', () => {
    const { client, all } = streams(`${OPENED}
+0    > P. 1:11(10) ack 1 win 502 [fill 65]
+0.01 < . 1:1(0) ack 11 win 512
+0.01 > P. 9000011:9000021(10) ack 1 win 502 [fill 66]
+0.01 > R. 11:31(20) ack 1 win 502 [fill 67]
`);
    expect(all).toHaveLength(1);
    expect([...client.bytes]).toEqual(Array.from({ length: 10 }, () => 65));
    expect(client.end.by).toBe('reset');
  });

  it('not what an earlier attempt brought with its SYN', () => {
    const { client } = streams(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:10(10) win 64240 <mss 1460,sackOK,nop,wscale 7> [fill 65]
+1    > S 5000000:5000010(10) win 64240 <mss 1460,sackOK,nop,wscale 7> [fill 66]
+0.01 < S. 0:0(0) ack 5000001 win 65535 <mss 1460,sackOK,nop,wscale 7>
+0    > P. 5000001:5000021(20) ack 1 win 502 [fill 67]
+0.01 < . 1:1(0) ack 5000021 win 512
`);
    expect([...client.bytes]).toEqual(Array.from({ length: 20 }, () => 67));
  });

  it('every connection of a 4-tuple by itself', () => {
    const one = (at: string, isn: number): string => `
${at}    10.0.0.1:40000 > 10.0.0.2:80 S ${isn}:${isn}(0)
+0.01 10.0.0.1:40000 < 10.0.0.2:80 S. ${isn}:${isn}(0) ack ${isn + 1}
+0    10.0.0.1:40000 > 10.0.0.2:80 . ${isn + 1}:${isn + 1}(0) ack ${isn + 1}
+0    10.0.0.1:40000 > 10.0.0.2:80 P. ${isn + 1}:${isn + 8}(7) ack ${isn + 1}
+0.01 10.0.0.1:40000 < 10.0.0.2:80 F. ${isn + 1}:${isn + 1}(0) ack ${isn + 8}
+0    10.0.0.1:40000 > 10.0.0.2:80 F. ${isn + 8}:${isn + 8}(0) ack ${isn + 2}
+0    10.0.0.1:40000 < 10.0.0.2:80 . ${isn + 2}:${isn + 2}(0) ack ${isn + 9}
`;
    const { all } = streams(one('0', 0) + one('+1', 7_000_000));
    expect(all.map(({ of, bytes, end }) => [of.connection, bytes.length, end.by])).toEqual([
      [0, 7, 'fin'],
      [1, 7, 'fin'],
    ]);
  });
});

describe('in mid-connection', () => {
  it('what overtook the first byte is not forgotten when that comes', () => {
    const { server } = streams(`
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > . 1:1(0) ack 1 win 502
+0    < . 1001:1501(500) ack 1 win 512
+0    > . 1:1(0) ack 1 win 502
+0.01 < . 1:501(500) ack 1 win 512
+0    > . 1:1(0) ack 501 win 502
`);
    expect(server.bytes).toHaveLength(1000);
    expect(server.holes).toMatchObject([{ offset: 500, length: 500, cause: 'lost_before_tap' }]);
  });
});

describe('what is told', () => {
  const lossy = `${OPENED}
+0    > P. 1:11(10) ack 1 win 502
+0.01 < P. 1:501(500) ack 11 win 512
+0.01 < P. 1001:1501(500) ack 11 win 512
+0.01 < P. 501:1001(500) ack 11 win 512
+0.2  < P. 501:1001(500) ack 11 win 512 [fill 88]
+0.01 > . 11:11(0) ack 1501 win 512
`;

  it('of segments: where they cut the stream, what came late, twice, or with other content', () => {
    const told: StreamEvent[] = [];
    gather(assemble(lossy), { segments: true }, undefined, told);
    const segments = told.filter((event) => event.kind === 'segment' && event.from === 'server');
    expect(segments).toMatchObject([
      { offset: 0, fresh: 500, ahead: 0, late: 0, push: true },
      { offset: 1000, fresh: 500, ahead: 500 },
      { offset: 500, fresh: 500, repeated: 0, late: expect.closeTo(0.01, 6) },
      { offset: 500, fresh: 0, repeated: 500, differing: expect.any(Number) },
    ]);
  });

  it('only to those who ask, and of the connections that they ask for', () => {
    expect(gather(assemble(lossy), { wants: () => false })).toEqual([]);
    expect(gather(assemble(lossy), { wants: ({ server }) => server.port === 80 })).toHaveLength(2);
  });
});
