import { describe, expect, it } from 'vitest';
import { ACK, Segment, SYN } from '../../../lib/packet/segment.ts';
import { Connection } from '../../../lib/tcp/connection.ts';
import { judge } from '../../../lib/tcp/verdict/judge.ts';
import { Judgement } from '../../../lib/tcp/verdict/judgement.ts';
import { Memory } from '../../../lib/tcp/verdict/memory.ts';
import { settled } from '../../settled.ts';

const ROUND = 20_000;
/** Bytes a packet below which nothing is allocated for each: the rest is the engine's own. */
const NOTHING = 8;

describe('the usual packet', () => {
  it('allocates nothing', () => {
    const connection = new Connection();
    const memory = new Memory();
    const out = new Judgement();
    const segment = new Segment();
    const nobody = { revise: () => {} };
    let clock = 0;
    let odd = 0;
    const send = (fromClient: boolean, flags: number, seq: number, ack: number, length: number): void => {
      clock += 100;
      segment.frame++;
      segment.seconds = 1_700_000_000 + ((clock / 1e6) | 0);
      segment.nanos = (clock % 1e6) * 1000;
      segment.flags = flags;
      segment.seq = seq | 0;
      segment.ack = ack | 0;
      segment.length = length;
      segment.window = 500 + (clock & 7);
      segment.ipId = fromClient ? -1 : (segment.frame & 0x7fff) + 1;
      segment.hasTimestamps = true;
      segment.tsVal = (clock / 1000) | 0;
      const { client, server } = connection;
      judge(connection, fromClient ? client : server, fromClient ? server : client, segment, out, memory, nobody);
      if (out.kind !== 0) odd++;
    };
    send(true, SYN, -1, 0, 0);
    send(false, SYN | ACK, -1, 0, 0);
    send(true, ACK, 0, 0, 0);
    let next = 0;
    const perPacket = (): number => {
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < ROUND; i += 4) {
        for (let k = 0; k < 3; k++, next += 1000) send(false, ACK, next, 0, 1000);
        send(true, ACK, 0, next, 0);
      }
      return (process.memoryUsage().heapUsed - before) / ROUND;
    };
    expect(settled(perPacket, NOTHING)).toBeLessThan(NOTHING);
    expect(odd).toBe(0);
    expect(connection.client.flow.detail).toBeNull();
    expect(connection.server.flow.detail).toBeNull();
  });
});
