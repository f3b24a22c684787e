import { expect, it } from 'vitest';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import { ACK, PSH, SYN } from '../../lib/packet/segment.ts';
import { bytes, ethernet, ipv4, le32, tcp } from '../packet/build.ts';
import { settled } from '../settled.ts';

const ROUND = 4_000;
/** Bytes a packet below which nothing is allocated for each: what is left is the engine's own, and chunks of columns. */
const NOTHING = 16;
const SERVER = '10.0.0.2';
const CLIENT = '10.0.0.1';

/** A classic pcap in which a client uploads in order, every second segment acknowledged: usual packets only. */
class Upload {
  private micros = 0;
  private seq = 1000;
  private ack = 5000;
  private id = 0;

  header(): Uint8Array {
    return bytes(le32(0xa1b2c3d4), [2, 0, 4, 0], le32(0), le32(0), le32(65535), le32(1));
  }

  handshake(): Uint8Array {
    const syn = [2, 4, 5, 0xb4, 1, 3, 3, 7];
    const parts = [
      this.record(true, { flags: SYN, seq: 999, ack: 0, options: syn }),
      this.record(false, { flags: SYN | ACK, seq: 4999, ack: 1000, options: syn }),
      this.record(true, { flags: ACK, seq: 1000, ack: 5000 }),
    ];
    return bytes(...parts);
  }

  packets(count: number): Uint8Array {
    const records: Uint8Array[] = [];
    for (let i = 0; i < count; i++) {
      if (i % 3 === 2) {
        records.push(this.record(false, { flags: ACK, seq: this.ack, ack: this.seq }));
      } else {
        records.push(this.record(true, { flags: ACK | PSH, seq: this.seq, ack: this.ack, payload: 'payload!' }));
        this.seq = (this.seq + 8) | 0;
      }
    }
    return bytes(...records);
  }

  private record(fromClient: boolean, parts: object): Uint8Array {
    this.micros += 100;
    const segment = tcp({
      ...(fromClient ? { srcPort: 40000, dstPort: 80 } : { srcPort: 80, dstPort: 40000 }),
      ...parts,
    });
    const addresses = fromClient ? { source: CLIENT, destination: SERVER } : { source: SERVER, destination: CLIENT };
    this.id = (this.id + 1) & 0x7fff;
    const packet = ethernet(ipv4(segment, { ...addresses, id: this.id }));
    const seconds = Math.floor(this.micros / 1e6);
    return bytes(le32(seconds), le32(this.micros % 1e6), le32(packet.length), le32(packet.length), packet);
  }
}

it('the usual packet allocates nothing, from bytes to facts', () => {
  const upload = new Upload();
  const analyzer = new Analyzer({ wake: 0, onConnection: () => {} });
  analyzer.write(upload.header());
  analyzer.write(upload.handshake());
  let packets = 3;
  const perPacket = (): number => {
    const chunk = upload.packets(ROUND);
    packets += ROUND;
    const before = process.memoryUsage().heapUsed;
    analyzer.write(chunk);
    return (process.memoryUsage().heapUsed - before) / ROUND;
  };
  expect(settled(perPacket, NOTHING)).toBeLessThan(NOTHING);
  expect(analyzer.end()).toMatchObject({ packets, segments: packets, connections: 1 });
});

it('and all of them were usual: no retransmission, no gap, one connection', () => {
  const upload = new Upload();
  const seen: unknown[] = [];
  const analyzer = new Analyzer({
    onConnection: (facts) => seen.push([facts.notes, facts.client.retransmissions, facts.client.uniqueBytes]),
  });
  analyzer.write(bytes(upload.header(), upload.handshake(), upload.packets(300)));
  analyzer.end();
  expect(seen).toHaveLength(1);
  expect(seen[0]).toEqual([expect.any(Number), 0, 1600]);
});
