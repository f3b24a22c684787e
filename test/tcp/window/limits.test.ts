import { describe, expect, it } from 'vitest';
import { play } from '../verdict/conversation.ts';

/** A transfer in rounds of 10 ms at the sender's tap: so many full segments a round, the last of this size. */
function transfer(segments: number, lastSize: number, windowBytes: number, rounds: number): string {
  const lines = [];
  let sent = 0;
  for (let round = 0; round < rounds; round++) {
    const at = 0.02 + round * 0.01;
    for (let i = 0; i < segments; i++) {
      const size = i === segments - 1 ? lastSize : 1400;
      lines.push(`${(at + i * 1e-6).toFixed(6)} < ${sent}:${sent + size}`);
      sent += size;
    }
    lines.push(`${(at + 0.0099).toFixed(6)} > ack ${sent} win ${Math.ceil(windowBytes / 128)}`);
  }
  return lines.join('\n');
}

describe('what limited a transfer', () => {
  it.each([
    ['receiveWindow', transfer(20, 1400, 28_000, 40)],
    ['network', transfer(20, 1400, 40_000, 40)],
    ['application', transfer(10, 700, 60_000, 60)],
  ] as const)('%s', (by, table) => {
    const { limitedBy } = play(table, { tap: 'server' }).facts('server');
    expect(limitedBy?.[by]).toBeGreaterThan(0.9);
  });

  it('is not told of a short transfer, nor where flight is not visible', () => {
    expect(play(transfer(5, 1400, 7000, 5), { tap: 'server' }).facts('server').limitedBy).toBeNull();
    expect(play(transfer(20, 1400, 28_000, 40), { tap: 'client' }).facts('server').limitedBy).toBeNull();
  });
});
