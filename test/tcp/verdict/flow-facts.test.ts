import { describe, expect, it } from 'vitest';
import { ACKED_UNSEEN, DUP_ACKS, KEPT_ALIVE, REORDERED, RETRANSMITTED } from '../../../lib/facts/notes.ts';
import { play } from './conversation.ts';

describe('facts of a flow', () => {
  it('counts what was sent, once and again', () => {
    const { facts, connection } = play(`
      0.020 > 0:1000
      0.021 > 1000:1500
      0.400 > 0:1000
      0.410 < ack 1500 0:100 ecr 400
    `);
    expect(connection.notes & RETRANSMITTED).not.toBe(0);
    expect(facts('client')).toMatchObject({
      packets: 5,
      bytes: 2500,
      uniqueBytes: 1500,
      dataSegments: 3,
      retransmissions: 1,
      retransmittedBytes: 1000,
      spurious: 0,
      largestSegment: 1000,
      mss: 1460,
      windowScale: 7,
      sackPermitted: true,
      timestamps: true,
      synSeen: true,
      maxWindow: 64_000,
      firstData: { frame: 1 },
      lastNewData: { frame: 2 },
      unacknowledged: 100,
    });
    expect(facts('server')).toMatchObject({ bytes: 100, unacknowledged: 0, retransmissions: 0 });
  });

  it('a run of retransmissions, its back-off chain, and how long nothing moved', () => {
    const { retransmissionRuns, repeatChains } = play(`
      0.020 > 0:1000
      0.030 < ack 1000
      1.000 > 1000:2000
      1.300 > 1000:2000
      1.900 > 1000:2000
      3.100 > 1000:2000
      3.110 < ack 2000 ecr 3100
      9.000 > 2000:3000
      9.300 > 2000:3000
    `).facts('client');
    expect(retransmissionRuns).toHaveLength(2);
    expect(retransmissionRuns[0]).toMatchObject({
      firstFrame: 4,
      lastFrame: 6,
      frames: [4, 5, 6],
      segments: 3,
      bytes: 3000,
      by: { tail_loss_probe: 1, rto: 2 },
      densest: 2,
      unresolved: false,
    });
    expect(retransmissionRuns[0]!.stall).toBeCloseTo(2.11, 6);
    expect(retransmissionRuns[1]).toMatchObject({ segments: 1, unresolved: true });
    expect(retransmissionRuns[1]!.stall).toBeCloseTo(0.3, 6);
    expect(repeatChains).toHaveLength(1);
    expect(repeatChains[0]).toMatchObject({ bytes: 1000, what: 'data', repeats: 3, acknowledged: { frame: 7 } });
    expect(repeatChains[0]!.sent.map(({ frame }) => frame)).toEqual([3, 4, 5, 6]);
  });

  it('a SYN sent again and again is a chain', () => {
    const { facts } = play('0 > S\n1 > S\n3 > S\n3.01 < SA\n3.02 > ack 0', { handshake: false });
    expect(facts('client').repeatChains).toMatchObject([
      { what: 'syn', repeats: 2, sent: [{ frame: 1 }, { frame: 2 }, { frame: 3 }], acknowledged: { frame: 4 } },
    ]);
  });

  it('reordering: how far and how late', () => {
    const { facts, connection } = play(
      `
      0.0200 < 0:1000 id 100
      0.0201 < 2000:3000 id 102
      0.0202 < 3000:4000 id 103
      0.0230 < 1000:2000 id 101 ts 20
      `,
      { tap: 'client' },
    );
    expect(connection.notes & REORDERED).not.toBe(0);
    expect(facts('server').reorderings).toMatchObject({
      segments: 1,
      firstFrame: 4,
      frames: [4],
      extentSegments: 2,
      extentSeconds: expect.closeTo(0.0029, 6),
      causedRetransmissions: 0,
    });
  });

  it('keep-alives in runs, and how many went unanswered', () => {
    const { facts, connection } = play(`
      0.020 > 0:100
      0.030 < ack 100
      10.00 > 99:99
      10.01 < ack 100
      20.00 > 99:99
      20.01 < ack 100
      25.00 > 100:200
      25.01 < ack 200
      40.00 > 199:199
      50.00 > 199:199
      60.00 > 199:199
    `);
    expect(connection.notes & KEPT_ALIVE).not.toBe(0);
    expect(facts('client').keepAliveRuns).toMatchObject([
      { firstFrame: 3, lastFrame: 5, probes: 2, unanswered: 0, interval: 10 },
      { firstFrame: 9, lastFrame: 11, probes: 3, unanswered: 3, interval: 10 },
    ]);
  });

  it('bytes acknowledged that the capture never saw, unless it was only late', () => {
    const dropped = play(`
      0.020 > 0:1000
      0.022 > 2000:3000
      0.030 < ack 3000
    `);
    expect(dropped.facts('server').ackedUnseen).toBe(1000);
    const ahead = play('0.020 > 0:1000\n0.030 < ack 3000\n0.040 > 3000:4000');
    expect(ahead.facts('server').ackedUnseen).toBe(2000);
    expect(ahead.connection.notes & ACKED_UNSEEN).not.toBe(0);
    const late = play(`
      0.020 > 0:1000
      0.030 < ack 2000
      0.0301 > 1000:2000 ts 21
    `);
    expect(late.facts('server').ackedUnseen).toBe(0);
  });

  it('duplicate ACKs are noted from the third on', () => {
    const acks = (count: number) =>
      play(`0.02 > 0:100\n0.021 > 100:200\n0.03 < ack 0${'\n0.031 < ack 0'.repeat(count)}`, {
        sack: false,
        timestamps: false,
        ids: false,
      }).connection.notes & DUP_ACKS;
    expect(acks(1)).toBe(0);
    expect(acks(2)).not.toBe(0);
  });
});
