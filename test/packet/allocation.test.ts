import { expect, it } from 'vitest';
import { Decoder, TCP } from '../../lib/packet/decoder.ts';
import { settled } from '../settled.ts';
import { ethernet, frameOf, ipv4, ipv6, tcp, udp } from './build.ts';
import { ENCAPSULATIONS } from './encapsulations.ts';

const ROUND = 20_000;
/** Bytes a packet below which nothing is allocated for each: the rest is the engine's own. */
const NOTHING = 8;

const segment = tcp({ options: [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2], payload: 'payload' });
const wrapped = (name: string) =>
  ENCAPSULATIONS.find((encapsulation) => encapsulation.name === name)!.wrap(ipv4(segment));

it.each([
  ['TCP over IPv4', ethernet(ipv4(segment))],
  ['TCP over IPv6', ethernet(ipv6(segment))],
  ['a VLAN', wrapped('VLAN')],
  ['VXLAN', wrapped('VXLAN')],
  ['GTP-U', wrapped('GTP-U')],
  ['UDP', ethernet(ipv4(udp(segment, 53), { protocol: 17 }))],
])('decoding %s allocates nothing', (name, packet) => {
  const decoder = new Decoder();
  const frame = frameOf(packet);
  let found = 0;
  const perPacket = (): number => {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < ROUND; i++) {
      frame.number++;
      if (decoder.decode(frame) === TCP) found++;
    }
    return (process.memoryUsage().heapUsed - before) / ROUND;
  };
  const start = frame.number;
  expect(settled(perPacket, NOTHING)).toBeLessThan(NOTHING);
  expect(found).toBe(name === 'UDP' ? 0 : frame.number - start);
});
