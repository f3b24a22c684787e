import { ACK, FIN, PSH, RST, SYN } from '../../../lib/packet/segment.ts';
import type { Line } from './trace.ts';

/** Numbers from a seed: 0 (included) to 1 (not). */
export function randomFrom(seed: number): () => number {
  let state = (seed ^ 0x2545f491) | 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * A conversation in which anything may happen, near enough to sense that every label does: numbers at and around what
 * each side had sent, windows that close and open, SYNs again, resets, clocks that jump.
 */
export function conversation(random: () => number, length: number): Line[] {
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)]!;
  const chance = (share: number) => random() < share;

  const start = () => (chance(0.2) ? pick(0, 1, 2 ** 32 - 5) : Math.floor(random() * 2 ** 32));
  const low = { next: start(), acked: 0, window: 100, isn: 0 };
  const high = { next: start(), acked: 0, window: 100, isn: 0 };
  low.isn = low.next;
  high.isn = high.next;
  const oddness = pick(0.05, 0.15, 0.3);
  const syns = pick(0, 0, 0.02, 0.1);
  const closes = pick(0, 0, 0.03);
  const zeroes = pick(0, 0.1, 0.3);
  const unit = pick(10, 10, 1, 3);
  const offersScale = pick(0, 0.5, 1);
  const lines: Line[] = [];
  let microseconds = 0;

  for (let index = 0; index < length; index++) {
    const fromLow = index < 3 ? index !== 1 : chance(0.5);
    const own = fromLow ? low : high;
    const peer = fromLow ? high : low;
    const step = chance(0.95) ? pick(50, 300, 1000, 2500, 3500, 9000, 21000, 100000) : pick(-100, 0, -5000, 2000000);
    microseconds = Math.max(0, microseconds + step);

    let flags: number = chance(0.3) ? PSH | ACK : ACK;
    if (index < 3 && chance(0.9)) flags = [SYN, SYN | ACK, ACK][index]!;
    else if (chance(syns)) flags = pick(SYN, SYN | ACK, SYN | ACK, SYN | RST, SYN | FIN);
    else if (chance(closes)) flags = pick(FIN | ACK, FIN, RST, RST | ACK);
    else if (chance(0.01)) flags = 0;
    const plain = (flags & (SYN | FIN | RST)) === 0;
    let bytes = index < 3 ? 0 : plain ? pick(0, 0, unit, unit, unit, 2 * unit, 1) : pick(0, 0, unit);

    let seq = own.next;
    if (index >= 3 && chance(oddness)) {
      seq += pick(-1, -1, -2, -bytes, -unit, -2 * unit, -3 * unit, unit, 2 * unit, 1, -bytes - 1);
    }
    if ((flags & SYN) !== 0 && chance(0.5)) seq = own.isn;
    let ack = index < 3 || chance(0.5) ? peer.next : own.acked;
    if (index >= 3 && chance(oddness)) ack += pick(-unit, unit, -1, 1, 2 * unit);
    if ((flags & ACK) === 0 && chance(0.7)) ack = 0;
    if (chance(0.01)) seq += pick(2 ** 31, 2 ** 30, -(2 ** 30), 1_500_000_000);
    if (chance(0.01)) ack += pick(2 ** 31, 2 ** 30, -(2 ** 30), 1_500_000_000);
    if (chance(0.15)) own.window = pick(100, 200, 50, unit, 1, 1000);
    if (chance(zeroes)) own.window = 0;
    else if (own.window === 0 && chance(0.5)) own.window = 100;
    if (bytes > 0 && peer.window > 0 && chance(0.05)) bytes = peer.window;

    seq >>>= 0;
    ack >>>= 0;
    const windowScale = (flags & SYN) !== 0 && chance(offersScale) ? pick(0, 1, 2, 7) : -1;
    const quoted = index > 0 && chance(0.02);
    lines.push({
      fromLow,
      quoted,
      milliseconds: microseconds / 1000,
      flags,
      seq,
      ack,
      length: bytes,
      window: own.window,
      windowScale,
      expected: '',
    });
    const end = (seq + bytes + ((flags & (SYN | FIN)) !== 0 ? 1 : 0)) >>> 0;
    if (((end - own.next) | 0) > 0) own.next = end;
    own.acked = ack;
  }
  return lines;
}
