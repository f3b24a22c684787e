import { type Packet, tcpPacket } from './packet.ts';
import type { Random } from './random.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;
const NOTHING = new Uint8Array(0);

/** Who talks to whom, and when. */
type Meeting = (i: number) => {
  readonly from: number;
  readonly port: number;
  readonly to: number;
  readonly at: number;
};

/** Many connections of few packets: floods, scans, churn, pools that leak, one bad moment for everybody. */
export function crowd(random: Random, most: number): Packet[] {
  const meet = random.pick<Meeting>([
    // From everywhere to one service: a flood, or a crowd.
    (i) => ({ from: random.below(0x10000), port: 1024 + random.below(60_000), to: 443, at: i * 1e-4 }),
    // One host after another port, or host.
    (i) => ({ from: 7, port: 40_000, to: 1 + i, at: i * 0.01 }),
    (i) => ({ from: 7, port: 40_000 + i, to: (i << 16) | 22, at: i * 0.01 }),
    // One client, over and over: ports come again.
    (i) => ({ from: 7, port: 50_000 + (i % 28), to: 443, at: i * random.pick([0.001, 0.5, 3]) }),
    // A few clients, a few services.
    (i) => ({ from: random.below(5), port: 50_000 + i, to: (random.below(3) << 16) | 443, at: i * 0.02 }),
  ]);
  const answers = random.pick([0, 0.5, 0.9, 1]);
  const refuses = random.oneIn(3);
  const length = random.pick([1, 2, 5, 9]);
  const isn = random.int32();
  const packets: { at: number; packet: Packet }[] = [];
  const version = random.oneIn(5) ? 6 : 4;
  for (let i = 0; packets.length < most; i++) {
    const { from, port, to, at } = meet(i);
    const client = 0x10000 | from;
    const server = 0x20000 | (to >>> 16);
    const own = (isn + i * 977) | 0;
    const peer = (isn + i * 1_313_131) | 0;
    const send = (fromClient: boolean, flags: number, seq: number, ack: number, bytes: number, later: number): void => {
      const time = at + later;
      const packet = tcpPacket(
        {
          version,
          from: fromClient ? client : server,
          to: fromClient ? server : client,
          fromPort: fromClient ? port : to & 0xffff,
          toPort: fromClient ? to & 0xffff : port,
          seq,
          ack,
          flags,
          window: 512,
          urgent: 0,
          ttl: fromClient ? 64 : 57,
          ipId: i & 0xffff,
          ecn: 0,
          options: NOTHING,
          payload: NOTHING,
          length: bytes,
          goodChecksum: true,
        },
        1_700_000_000 + Math.floor(time),
        Math.floor((time % 1) * 1e9),
      );
      packets.push({ at: time, packet });
    };
    send(true, SYN, own, 0, 0, 0);
    if (random.oneIn(9)) send(true, SYN, own, 0, 0, 1);
    if (random.below(100) >= answers * 100) continue;
    if (refuses && random.oneIn(2)) {
      send(false, RST | ACK, 0, own + 1, 0, 0.001);
      continue;
    }
    const [a, b] = [(own + 1) | 0, (peer + 1) | 0];
    const life: readonly (() => void)[] = [
      () => send(false, SYN | ACK, peer, a, 0, 0.001),
      () => send(true, ACK, a, b, 0, 0.002),
      () => send(true, ACK | PSH, a, b, 100, 0.003),
      // All lose the same second.
      () => at % 4 < 1 && send(true, ACK | PSH, a, b, 100, 0.3),
      () => send(false, ACK | PSH, b, a + 100, 500, 0.004),
      () => send(false, ACK | FIN, b + 500, a + 100, 0, 0.005),
      () => send(true, ACK, a + 100, b + 501, 0, 0.006),
      () => send(true, ACK | FIN, a + 100, b + 501, 0, random.pick([0.007, 30])),
      () => send(false, random.oneIn(4) ? RST : ACK, b + 501, a + 101, 0, 0.008),
    ];
    for (const step of life.slice(0, length)) step();
  }
  return packets.sort((x, y) => x.at - y.at).map(({ packet }) => packet);
}
