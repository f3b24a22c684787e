import { describe, expect, it } from 'vitest';
import { ZERO_WINDOW } from '../../../lib/facts/notes.ts';
import { play } from '../verdict/conversation.ts';

describe('zero-window spells', () => {
  it('from the closing to a usable window, with probes and what waited', () => {
    const { facts, connection } = play(`
      0.020 > 0:1000
      0.030 < ack 1000 win 0
      0.240 > 999:999
      0.250 < ack 1000 win 0
      1.030 < ack 1000 win 500
      1.036 > 1000:2000
      1.037 > 2000:3000
      2.000 > 3000:4000
    `);
    const { zeroWindowSpells, zeroWindowTime } = facts('server');
    expect(connection.notes & ZERO_WINDOW).not.toBe(0);
    expect(zeroWindowTime).toBeCloseTo(1, 6);
    expect(zeroWindowSpells).toHaveLength(1);
    expect(zeroWindowSpells[0]).toMatchObject({
      frame: 2,
      endFrame: 5,
      probes: 1,
      probeFrames: [3],
      pending: 'probes',
      bytesWaiting: 2000,
      endedBy: 'window',
    });
    expect(facts('client').zeroWindowProbes).toBe(1);
  });

  it('without a sign of waiting data', () => {
    const { zeroWindowSpells } = play(`
      0.020 > 0:100
      0.030 < ack 100 win 0
      0.300 < ack 100 win 500
      5.000 > 100:200
    `).facts('server');
    expect(zeroWindowSpells[0]).toMatchObject({ pending: null, bytesWaiting: 0, endedBy: 'window' });
  });

  it('that nothing ended', () => {
    const { facts } = play(`
      0.020 > 0:100
      0.030 < ack 100 win 0
      4.030 > 99:99
    `);
    const { zeroWindowSpells, zeroWindowTime } = facts('server');
    expect(zeroWindowSpells[0]).toMatchObject({ end: null, endedBy: 'capture end', probes: 1 });
    expect(zeroWindowTime).toBeCloseTo(4, 6);
  });

  it('not after the peer has said its last word', () => {
    const { facts, connection } = play(`
      0.020 > 0:100 F
      0.030 < ack 101 win 0
    `);
    expect(facts('server').zeroWindowSpells).toEqual([]);
    expect(connection.notes & ZERO_WINDOW).not.toBe(0);
  });
});
