import { describe, expect, it } from 'vitest';
import { play, type Setting } from './conversation.ts';

/** The verdicts of a table are those that it says itself. */
function holds(table: string, setting?: Setting): void {
  const { verdicts, expected } = play(table, setting);
  expect(verdicts).toEqual(expected);
}

const BARE: Setting = { sack: false, timestamps: false, ids: false };

describe('nothing odd', () => {
  it.each<[string, Setting]>([
    ['with everything', {}],
    ['without SACK, timestamps and IP ID', BARE],
    ['in mid-connection', { handshake: false }],
  ])('data, ACKs, window updates and a close, %s', (_, setting) => {
    holds(
      `
      0.020 > 0:100
      0.030 < ack 100 0:1000
      0.031 < 1000:2000
      0.035 > ack 2000 win 480
      0.090 > win 500
      0.100 < 2000:2500 F
      0.110 > ack 2501
      0.120 > F
      0.130 < ack 101
      `,
      setting,
    );
  });

  it('a stack that leaves out numbers when it sends more than this connection', () => {
    holds(`
      0.020 > 0:100 id 10
      0.030 < ack 100
      0.130 > 100:200 id 40
      0.140 < ack 200
      0.240 > 200:300 id 90
      0.250 < ack 300
      0.350 > 300:400 id 92
    `);
  });
});

describe('retransmission', () => {
  it('by timeout, again and again', () => {
    holds(`
      0.020 > 0:1000
      0.021 > 1000:1500
      0.260 > 0:1000                              | retransmission rto of 1
      0.700 > 0:1000                              | retransmission rto of 3
      0.710 < ack 1000 ecr 700
      0.711 > 1000:1500                           | retransmission rto of 2
    `);
  });

  it('fast, reported by SACK, in one recovery', () => {
    holds(
      `
      0.020 < 0:1000
      0.021 < 1000:2000
      0.022 < 2000:3000
      0.023 < 3000:4000
      0.032 > ack 0 sack 1000:2000
      0.033 > ack 0 sack 1000:3000
      0.034 > ack 0 sack 1000:4000
      0.035 < 0:1000                              | retransmission fast of 1
      0.045 > ack 4000 ecr 35
      `,
      { tap: 'server' },
    );
  });

  it('fast, reported by three duplicate ACKs', () => {
    holds(
      `
      0.020 < 0:1000
      0.021 < 1000:2000
      0.022 < 2000:3000
      0.023 < 3000:4000
      0.032 > ack 0
      0.033 > ack 0
      0.034 > ack 0
      0.035 < 0:1000                              | retransmission fast of 1
      `,
      { ...BARE, tap: 'server' },
    );
  });

  it('of the last segment, as a probe', () => {
    holds(`
      0.020 > 0:1000
      0.021 > 1000:1500
      0.030 < ack 1000
      0.055 > 1000:1500                           | retransmission tail_loss_probe of 2
      0.064 < ack 1500 ecr 55
    `);
  });

  it('of a SYN-ACK that is asked for again', () => {
    holds(
      `
      0 > S ts 0
      0.00005 < SA ts 0
      0.0004 > S ts 0                             | duplicate unknown of 1
      0.00045 < SA ts 0                           | retransmission synack of 2
      0.00046 < SA ts 0                           | duplicate unknown of 4
      `,
      { handshake: false, ids: false, tap: 'server' },
    );
  });

  it('of the first SYN-ACK seen, which another follows sooner than any timer: one was before both', () => {
    holds(
      `
      0.000 > S
      1.010 > S                                   | retransmission syn of 1
      1.015 < SA                                  | retransmission synack
      1.0151 > ack 0
      1.020 < SA                                  | retransmission synack spurious of 3
      `,
      { ...BARE, handshake: false, tap: 'client' },
    );
    // The SYN was seen once: it may have been doubled behind the tap.
    holds(
      `
      0.000 > S
      0.010 < SA
      0.0101 > ack 0
      0.020 < SA                                  | retransmission synack spurious of 2
      `,
      { ...BARE, handshake: false, tap: 'client' },
    );
  });

  it('of SYN, SYN-ACK and FIN', () => {
    holds(
      `
      0.000 > S
      1.000 > S                                   | retransmission syn of 1
      1.010 < SA
      2.010 < SA                                  | retransmission synack of 3
      2.011 > ack 0
      2.020 > 0:0 F
      2.250 > 0:0 F                               | retransmission fin of 6
      `,
      { handshake: false },
    );
  });

  it('with other cuts than the original', () => {
    holds(`
      0.020 > 0:100
      0.021 > 100:200
      0.022 > 200:1400
      0.300 > 0:1460                              | retransmission rto of 1
      0.600 > 0:730                               | retransmission rto of 4
      0.601 > 730:1500                            | retransmission rto of 4
    `);
  });

  it('is spurious when the bytes were acknowledged, or acknowledged selectively', () => {
    holds(
      `
      0.020 > 0:1000
      0.021 > 1000:2000
      0.022 > 2000:3000
      0.030 < ack 1000 sack 2000:3000
      0.031 > 2000:3000                           | retransmission fast spurious of 3
      0.032 > 0:1000                              | retransmission fast spurious of 1
      `,
      { tap: 'middle' },
    );
  });

  it('turns out to be spurious by the echo of the older copy', () => {
    holds(
      `
      0.020 > 0:1000
      0.260 > 0:1000                              | retransmission tail_loss_probe spurious of 1
      0.270 < ack 1000 ecr 20
      `,
      { tap: 'client' },
    );
  });

  it('turns out to be spurious by a D-SACK', () => {
    holds(
      `
      0.020 > 0:1000
      0.260 > 0:1000                              | retransmission tail_loss_probe spurious of 1
      0.262 < ack 1000
      0.270 < ack 1000 sack 0:1000
      `,
      { tap: 'client', timestamps: false },
    );
  });

  it('is not spurious when its late original makes the D-SACK', () => {
    holds(
      `
      0.020 > 0:1000
      0.021 > 1000:2000
      0.031 < ack 0 sack 1000:2000
      0.035 > 0:1000                              | retransmission fast of 1
      0.045 < ack 2000 ecr 35
      0.080 < ack 2000 sack 0:1000
      `,
      { tap: 'client' },
    );
  });
});

describe('a retransmission whose original the tap never saw', () => {
  const LOST_BEFORE = (setting: Setting, verdict: string): void =>
    holds(
      `
      0.020 < 0:1000 id 100
      0.021 < 2000:3000 id 102
      0.0211 > ack 1000 sack 2000:3000
      0.022 < 3000:4000 id 103
      0.0221 > ack 1000 sack 2000:4000
      0.033 < 1000:2000 id 104                    | ${verdict}
      0.0331 > ack 4000
      `,
      { tap: 'client', ...setting },
    );

  it('by its timestamp', () => LOST_BEFORE({ ids: false }, 'retransmission fast'));
  it('by its IP ID', () => LOST_BEFORE({ timestamps: false }, 'retransmission fast'));
  it('by the round trip that it took', () => LOST_BEFORE({ timestamps: false, ids: false }, 'retransmission fast'));

  it('in order, by the number of the lost packet', () => {
    holds(
      `
      0.020 < 0:1000 id 5001
      0.021 < 1000:2000 id 5002
      0.0211 > ack 2000
      0.250 < 2000:2500 id 5004                    | retransmission tail_loss_probe
      `,
      { tap: 'client' },
    );
  });

  it('in order, by a timeout that goes through the flight from its beginning', () => {
    // Numbers 8 to 13 are left out: a flight of four, and two timers of its first segment before this one.
    holds(
      `
      0.020 < 0:1000 id 1
      0.021 < 1000:2000 id 2
      0.022 < 2000:3000 id 3
      0.023 < 3000:4000 id 4
      0.024 < 4000:5000 id 5
      0.0241 > ack 5000
      0.035 < 5000:6000 id 6
      0.036 < 6000:7000 id 7
      0.0361 > ack 7000
      1.500 < 7000:8000 id 14                     | retransmission rto
      1.501 > ack 8000
      1.511 < 8000:9000 id 15                     | retransmission rto
      1.512 < 9000:10000 id 16                    | retransmission rto
      1.513 > ack 10000
      1.523 < 10000:11000 id 17                   | retransmission rto
      1.524 < 11000:12000 id 18
      1.525 > ack 12000
      `,
      { tap: 'client', timestamps: false, sack: false },
    );
  });

  it('in order, lost when the hole before it was repaired', () => {
    holds(
      `
      0.001 < 0:1000 id 1
      0.002 < 1000:2000 id 2
      0.0021 > ack 2000
      0.011 < 2000:3000 id 3
      0.012 < 3000:4000 id 4
      0.0121 > ack 4000
      0.022 < 5000:6000 id 6
      0.0221 > ack 4000 sack 5000:6000
      0.023 < 4000:5000 id 8                      | retransmission fast
      0.0231 > ack 6000
      0.034 < 6000:6500 id 9                      | retransmission fast
      0.0341 > ack 6500
      `,
      { tap: 'client', timestamps: false },
    );
  });

  it('in order, lost while a hole was open that one other copy can not have been for', () => {
    holds(
      `
      0.001 < 0:1000 id 1
      0.002 < 1000:2000 id 2
      0.0021 > ack 2000
      0.011 < 2000:3000 id 3
      0.012 < 4000:5000 id 5
      0.0121 > ack 3000 sack 4000:5000
      0.023 < 3000:4000 id 7                      | retransmission fast
      0.0231 > ack 5000
      0.034 < 5000:6000 id 8                      | retransmission fast
      `,
      { tap: 'client', timestamps: false },
    );
  });

  const ANSWERS = (last: string): string => `
    0.020 > 0:100 id 1002
    0.031 < 0:500 ack 100 id 1
    0.032 > 100:200 ack 500 id 1003
    0.043 < 500:1000 ack 200 id 2
    ${last}`;

  it('in order, by the number of the lost packet, though it acknowledges something', () => {
    const TAP: Setting = { tap: 'server' };
    holds(ANSWERS('0.260 > 200:300 ack 1000 id 1005                | retransmission tail_loss_probe'), TAP);
    holds(ANSWERS('0.083 > 200:300 ack 1000 id 1006                | retransmission tail_loss_probe'), TAP);
    holds(
      ANSWERS(`0.255 < 500:1000 ack 200 id 3            | retransmission tail_loss_probe of 4
      0.490 > 200:300 ack 1000 id 1005            | retransmission tail_loss_probe`),
      TAP,
    );
    // The one that is missing may be a pure ACK.
    holds(ANSWERS('0.083 > 200:300 ack 1000 id 1005'), TAP);
    holds(
      ANSWERS(`0.255 < 500:1000 ack 200 id 3            | retransmission tail_loss_probe of 4
      0.290 > 200:300 ack 1000 id 1005`),
      TAP,
    );
  });

  it('the first one seen, which the ACKs before it report as missing', () => {
    holds(
      `
      0.001 < ack 0 sack 1000:3000
      0.002 > 0:1000                              | retransmission fast
      0.012 < ack 3000
      0.0121 > 3000:4000
      `,
      { tap: 'client', handshake: false },
    );
  });

  it('the answer to a request, the second copy of which was answered from behind it', () => {
    const V6: Setting = { tap: 'client', ids: false, timestamps: false };
    holds(
      `
      0.020 > 0:100
      0.238 > 0:100                               | retransmission tail_loss_probe spurious of 1
      0.248 < 300:300 ack 100 sack 0:100
      0.251 < 0:300 ack 100                       | retransmission tail_loss_probe
      `,
      V6,
    );
    holds(
      `
      0.020 > 0:100
      0.029 < 300:300 ack 100
      0.031 < 0:300 ack 100                       | reordering
      `,
      V6,
    );
  });

  it('in order and soon: what is missing may be anything', () => {
    holds(
      `
      0.020 < 0:1000 id 5001
      0.021 < 1000:2000 id 5002
      0.0211 > ack 2000
      0.022 < 2000:2500 id 5004
      `,
      { tap: 'client' },
    );
  });

  it('the answer that echoes the first of two requests, before the second can have been answered', () => {
    holds(
      `
      0.020 > 0:100
      0.238 > 0:100                               | retransmission tail_loss_probe spurious of 1
      0.246 < ack 100 0:300 ecr 20                | retransmission tail_loss_probe
      `,
      { tap: 'client', ids: false },
    );
    holds(
      `
      0.020 > 0:100
      0.238 > 0:100                               | retransmission tail_loss_probe of 1
      0.249 < ack 100 0:300 ecr 238
      `,
      { tap: 'client', ids: false },
    );
    holds(
      `
      0.020 > F
      0.238 > F 0:0                               | retransmission fin spurious of 1
      0.246 < F ack 1 ecr 20                      | retransmission fin
      `,
      { tap: 'client', ids: false },
    );
  });

  it('the SYN-ACK that echoes the first of two SYNs', () => {
    holds(
      `
      0.000 > S
      1.000 > S                                   | retransmission syn spurious of 1
      1.010 < SA ecr 0                            | retransmission synack
      1.011 > ack 0
      `,
      { handshake: false },
    );
  });
});

describe('reordering', () => {
  const OVERTAKEN = (setting: Setting): void =>
    holds(
      `
      0.020 < 0:1000 id 100
      0.0202 < 2000:3000 id 102
      0.0203 > ack 1000 sack 2000:3000
      0.0225 < 1000:2000 id 101 ts 19             | reordering
      0.0226 > ack 3000
      `,
      { tap: 'client', ...setting },
    );

  it('by its timestamp', () => OVERTAKEN({ ids: false }));
  it('by its IP ID', () => OVERTAKEN({ timestamps: false }));
  it('by coming before anybody could have asked for it', () => OVERTAKEN({ timestamps: false, ids: false }));

  it('of what came sooner than the news of the hole had reached its sender and made it patient no longer', () => {
    const fills = (at: string, behind: string, verdict: string) =>
      holds(
        `
        0.020 < 0:1000
        0.0201 > ack 1000
        0.030 < 1000:2000
        0.0301 > ack 2000
        0.0306 < 3000:4000
        0.0307 > ack 2000 sack 3000:4000
        ${behind}
        ${at} < 2000:3000                           | ${verdict}
        `,
        { ...BARE, sack: true, tap: 'client' },
      );
    fills('0.0392', '', 'reordering');
    fills('0.0415', '', 'reordering');
    fills('0.0440', '', 'retransmission fast');
    // In a recovery nothing more is waited for.
    holds(
      `
      0.020 < 0:1000
      0.0201 > ack 1000
      0.0206 < 2000:3000
      0.0207 > ack 1000 sack 2000:3000
      0.0212 < 3000:4000
      0.0213 > ack 1000 sack 2000:4000
      0.0330 < 1000:2000                          | retransmission fast
      0.0331 > ack 4000
      0.0332 < 4000:5000
      0.0333 > ack 5000
      0.0336 < 6000:7000
      0.0337 > ack 5000 sack 6000:7000
      0.0440 < 5000:6000                          | retransmission fast
      `,
      { ...BARE, sack: true, tap: 'client' },
    );
    const THREE = ['0.0312 < 4000:5000', '0.0318 < 5000:6000'].join('\n');
    fills('0.0408', THREE, 'reordering');
    fills('0.0420', THREE, 'retransmission fast');
  });

  it('of the original, which comes after its retransmission', () => {
    holds(
      `
      0.020 < 0:1000 id 100 ts 20
      0.021 < 2000:3000 id 102 ts 21
      0.0211 > ack 1000 sack 2000:3000
      0.033 < 1000:2000 id 103 ts 33              | retransmission fast
      0.0331 > ack 3000
      0.060 < 1000:2000 id 101 ts 20              | reordering
      `,
      { tap: 'client' },
    );
  });

  it('of what is next in order, by a retransmission', () => {
    const BY_RETRANSMISSION = (setting: Setting): void =>
      holds(
        `
        0.020 < 0:1000 id 100
        0.021 < 1000:2000 id 101
        0.022 < 2000:3000 id 102
        0.0221 > ack 3000
        0.040 < 0:1000 id 104                     | retransmission fast spurious of 1
        0.042 < 3000:4000 id 103 ts 39            | reordering
        0.043 < 4000:5000 id 105
        `,
        { tap: 'client', ...setting },
      );
    BY_RETRANSMISSION({ ids: false });
    BY_RETRANSMISSION({ timestamps: false });
  });

  it('of an ACK: an older one comes later', () => {
    holds(
      `
      0.020 > 0:1000
      0.021 > 1000:2000
      0.030 < ack 2000 id 102 ts 31
      0.031 < ack 1000 id 101 ts 30               | reordering
      0.032 > 2000:3000
      `,
    );
  });

  it('of an ACK whose number lies behind what was sent since', () => {
    holds('0.020 > 0:100\n0.023 > 0:0                                  | reordering', BARE);
    // At once: the sender's CPUs may have put them on the wire in this order.
    holds('0.020 > 0:100\n0.0204 > 0:0', BARE);
    // But not behind what had been sent later still, nor with an acknowledgment that others have passed.
    holds(
      `
      0.020 > 0:100
      0.022 > 100:200
      0.0224 > 0:0                                | reordering
      0.030 < ack 200 0:100
      0.031 > ack 100 200:300
      0.0314 > ack 0 200:200                      | reordering
      `,
      BARE,
    );
    // Seen before, it is that one again.
    holds(
      `
      0.020 > 0:100
      0.030 > ack 0
      0.031 > 100:200
      0.032 > 100:100                             | duplicate unknown of 2
      `,
      BARE,
    );
  });
});

describe('duplicate', () => {
  it('of data, by the same IP ID and timestamp', () => {
    holds(`
      0.020 > 0:1000 id 50 ts 20
      0.021 > 1000:2000 id 51 ts 20
      0.022 > 2000:3000 id 52 ts 20
      0.024 > 1000:2000 id 51 ts 20               | duplicate unknown of 2
    `);
  });

  it('made by the network, as a D-SACK shows', () => {
    holds(`
      0.020 > 0:1000 id 50
      0.021 > 1000:2000 id 51
      0.0215 > 1000:2000 id 51 ts 21              | duplicate network of 2
      0.030 < ack 2000
      0.031 < ack 2000 sack 1000:2000
    `);
  });

  it('made by the capture, as another TTL or link shows', () => {
    holds(
      `
      0.020 > 0:1000 ttl 64 link 1
      0.02001 > 0:1000 ttl 63 link 2 ts 20        | duplicate capture of 1
      0.030 < ack 1000 ttl 64 link 1
      0.03001 < ack 1000 ttl 63 link 2 ts 30      | duplicate capture of 3
      `,
      { ids: false },
    );
  });

  it('made by the capture, as its doubling of everything shows', () => {
    const lines = [];
    for (let i = 0; i < 8; i++) {
      const line = `${(0.02 + i * 0.001).toFixed(5)} > ${i * 100}:${i * 100 + 100} id ${50 + i} ts ${20 + i}`;
      lines.push(line, `${line} | duplicate ${i < 4 ? 'unknown' : 'capture'} of ${2 * i + 1}`);
    }
    holds(lines.join('\n'));
  });

  it('of an ACK, by the IP ID; the same ACK for another segment is none', () => {
    holds(`
      0.020 > 0:1000
      0.021 > 2000:3000
      0.030 < ack 1000 id 60 ts 30 sack 2000:3000
      0.0301 < ack 1000 id 60 ts 30 sack 2000:3000 | duplicate unknown of 3
      0.0302 < ack 1000 id 61 ts 30 sack 2000:3000
    `);
  });

  it('of the first numbered ACK: no stack numbers two packets alike', () => {
    holds(
      `
      0.020 > 0:100
      0.030 < ack 100 id 7
      0.050 < ack 100 id 7                        | duplicate unknown of 2
      `,
      { tap: 'client', timestamps: false, sack: false },
    );
  });

  it('of an ACK that is remembered no longer, as long as no number was left out since', () => {
    const acks = (count: number) =>
      Array.from({ length: count }, (_, i) => `0.0${30 + i} < ack ${100 * (i + 1)} id ${10 + i}`);
    const LATE = '0.055 < ack 200 ts 31 id 11 |';
    holds(`
      0.020 > 0:2000
      ${acks(20).join('\n')}
      ${LATE} duplicate unknown
    `);
    holds(`
      0.020 > 0:2000
      ${acks(20).toSpliced(1, 1).join('\n')}
      ${LATE} reordering
    `);
  });

  it('of data, where no clock tells: nothing can have made its sender send again what has arrived', () => {
    const copy = (at: string, verdict: string) =>
      holds(
        `
        0.020 > 0:1000
        0.030 < ack 1000
        0.032 > 1000:2000
        ${at} > 0:1000 | ${verdict}
        `,
        { ids: false, timestamps: false },
      );
    copy('0.034', 'duplicate network of 1');
    // After so long a silence a timer may have run out.
    copy('0.300', 'retransmission rto spurious of 1');
  });

  it('of data, late, where no clock tells: the sender had no reason to send it again', () => {
    const flight = (first: number, last: number) =>
      Array.from({ length: last - first }, (_, i) => first + i).map(
        (n) =>
          `0.${String(20 + n * 2).padStart(3, '0')} < ${n * 1000}:${(n + 1) * 1000} P\n0.${String(21 + n * 2).padStart(3, '0')} > ack ${(n + 1) * 1000}`,
      );
    const V6: Setting = { tap: 'client', ids: false, timestamps: false };
    // Not acknowledged so far, but the sender talks on.
    holds(
      `
      ${flight(0, 15).join('\n')}
      0.050 < 15000:16000 P
      0.052 < 16000:17000 P
      0.054 < 17000:18000 P
      0.056 < 18000:19000 P
      0.0575 < 16000:17000                        | duplicate network of 32
      0.058 < 19000:20000 P
      `,
      V6,
    );
    holds(
      `
      ${flight(0, 20).join('\n')}
      0.0595 < 2000:3000                          | duplicate network
      ${flight(20, 22).join('\n')}
      `,
      V6,
    );
    // Here it has one: it had been told that something was missing.
    holds(
      `
      ${flight(0, 18).join('\n')}
      0.056 < 19000:20000
      0.0561 > ack 18000 sack 19000:20000
      0.057 < 18000:19000                         | reordering
      0.0571 > ack 20000
      0.066 < 18000:19000                         | retransmission fast spurious of 39
      `,
      V6,
    );
  });

  it('of a retransmission, where no clock tells: sooner than anybody can have asked for another', () => {
    const V6: Setting = { tap: 'client', ids: false, timestamps: false };
    const again = (line: string): string => `
      0.020 < 0:1000
      0.0201 > ack 1000
      0.300 < 0:1000                              | retransmission tail_loss_probe spurious of 1
      0.3001 > ack 1000 sack 0:1000
      ${line}`;
    holds(again('0.301 < 0:1000                              | duplicate unknown of 3'), V6);
    holds(again('0.308 < 0:1000                              | retransmission fast spurious of 3'), V6);
  });

  it('of what came late, before anybody can have asked for it', () => {
    const again = (at: string, verdict: string) =>
      holds(
        `
        0.020 < 0:1000
        0.0201 > ack 1000
        0.0206 < 2000:3000
        0.0207 > ack 1000 sack 2000:3000
        0.0220 < 1000:2000                        | reordering
        0.0221 > ack 3000
        ${at} < 1000:2000                         | ${verdict}
        `,
        { tap: 'client', ids: false, timestamps: false },
      );
    again('0.0230', 'duplicate unknown of 5');
    again('0.0330', 'retransmission fast spurious of 5');
  });

  it('of a SYN-ACK or SYN whose sender has moved on: nobody sends that again', () => {
    holds(
      `
      0.020 > 0:100
      0.031 < ack 100 0:200
      0.032 > ack 200
      0.300 < SA ack 0                            | duplicate network
      0.310 > S                                   | duplicate network
      `,
      { ...BARE, tap: 'client' },
    );
    // Of two that had been sent, one that was late.
    holds(
      `
      1.000 < SA                                  | retransmission synack spurious
      1.001 > ack 0
      1.020 > 0:100
      1.031 < ack 100
      1.300 < SA ack 0                            | reordering
      `,
      { ...BARE, tap: 'client' },
    );
  });

  it('of a report of two copies, which no closing socket makes', () => {
    holds(
      `
      0.020 < 0:1000
      0.0201 < F 1000:1000
      0.040 > ack 1001 sack 0:500
      0.0405 > ack 1001 sack 0:500                | duplicate unknown of 3
      `,
      { timestamps: false, ids: false },
    );
  });

  it('is not what answers another copy, or an ACK that came late', () => {
    const V6: Setting = { timestamps: false, ids: false, tap: 'client' };
    holds(
      `
      0.020 < 0:1000
      0.0201 > ack 1000
      0.0205 < 1000:2000
      0.0206 > ack 2000
      0.0230 < 0:0                                | reordering
      0.0231 > ack 2000
      0.0232 > ack 2000                           | duplicate unknown of 6
      `,
      V6,
    );
    holds(
      `
      0.020 < 0:1000
      0.0201 > ack 1000
      0.0205 < 0:1000                             | duplicate network of 1
      0.0206 > ack 1000 sack 0:1000
      0.0208 < 0:1000                             | duplicate network of 1
      0.0209 > ack 1000 sack 0:1000
      `,
      V6,
    );
  });

  it('is not what a duplicate ACK is', () => {
    holds(
      `
      0.020 < 0:1000
      0.021 < 1000:2000
      0.022 < 2000:3000
      0.030 > ack 0
      0.0301 > ack 0
      0.0302 > ack 0
      `,
      { ...BARE, tap: 'server' },
    );
  });

  it('of the first numbered segment: no stack numbers two packets alike, clock or not', () => {
    const SLOW: Setting = { timestamps: false, tap: 'client' };
    holds(
      `
      0.020 > 0:200
      0.040 < ack 200 0:300 F id 700
      0.041 > ack 301
      0.049 < 0:300 F id 700                      | duplicate unknown of 2
      `,
      SLOW,
    );
  });

  it('is not what the answers of a closed socket are', () => {
    holds(
      `
      0.020 < 0:1000
      0.0201 < 1000:2000
      0.030 > R 0:0 id 0
      0.0301 > R 0:0 id 0
      `,
      { tap: 'server' },
    );
    holds(
      `
      0.020 > 0:1000
      0.0201 > 0:1000 id 1002 ts 20               | duplicate unknown of 1
      0.030 < ack 1000 id 0
      0.031 < 0:100
      0.041 > R 1000:1000 id 0
      0.0412 < 0:100 id 5001 ts 31                | duplicate unknown of 4
      0.0415 > R 1000:1000 id 0
      `,
      { tap: 'client' },
    );
    // One answer for each that was sent to it, and what comes beyond is a copy.
    holds(
      `
      0.020 < 0:1000 id 5001 ts 20
      0.0201 < 0:1000 id 5001 ts 20               | duplicate unknown of 1
      0.030 > ack 1000
      0.0301 > ack 1000 ecr 19
      0.040 < R 1000:1000 id 0
      0.0402 < R 1000:1000 id 0
      0.0404 < R 1000:1000 id 0                   | duplicate unknown of 6
      `,
      { tap: 'client' },
    );
  });
});

describe('of an earlier incarnation', () => {
  it('a segment of before the SYN, by the clock of its sender', () => {
    holds(`
      0.020 > 0:100
      0.030 < ack 100
      0.040 > -7000000:-6999900 ts -5000          | duplicate network
      0.050 > -7000000:-6999900 ts 50
    `);
  });
});

describe('probes', () => {
  it('keep-alive without and with a byte', () => {
    holds(`
      0.020 > 0:100
      0.030 < ack 100
      60.00 > 99:99                               | keep_alive
      60.01 < ack 100
      120.0 > 99:100                              | keep_alive
      120.01 < ack 100
    `);
  });

  it('a keep-alive that comes late is one: no acknowledgment stood where it stands', () => {
    holds(`
      0.020 > 0:100
      0.030 < ack 100
      60.00 > 99:99 id 1004                       | keep_alive
      60.01 < ack 100
      60.30 > 99:99 id 1003 ts 50000              | keep_alive
    `);
    holds(`
      0.020 > 0:100
      0.021 > 100:101 id 1004
      0.030 < ack 101
      0.060 > 100:100 id 1003 ts 20               | reordering
    `);
  });

  it('a keep-alive lost in front of the tap is missed by its number, and is no data', () => {
    const kept = (at: string, verdict: string) => `
      0.020 > 0:100 id 1002
      0.030 < ack 100
      1.030 > 99:99 id 1003                       | keep_alive
      1.040 < ack 100
      ${at} > 100:200 id 1005                     | ${verdict}
    `;
    holds(kept('2.300', ''));
    holds(kept('1.900', 'retransmission tail_loss_probe'));
  });

  it('zero-window probe as Linux sends it, while the window is closed and after an update was lost', () => {
    holds(`
      0.020 > 0:1000
      0.030 < ack 1000 win 0
      0.240 > 999:999                             | zero_window_probe
      0.250 < ack 1000 win 0
      0.660 > 999:999                             | zero_window_probe
      0.670 < ack 1000 win 0
      0.900 < ack 1000 win 500
      1.500 > 999:999                             | zero_window_probe
      1.510 < ack 1000 win 500
      1.511 > 1000:2000
    `);
  });

  it('a probe lost in front of the tap is missed by its number, and is no data', () => {
    holds(`
      0.005 > 0:100 id 10
      0.006 > 100:200 id 11
      0.007 > 200:300 id 12
      0.020 > 300:1000 id 13
      0.030 < ack 1000 win 0
      0.240 > 999:999 id 14                       | zero_window_probe
      0.250 < ack 1000 win 0
      1.500 < ack 1000 win 500
      1.511 > 1000:2000 id 16
    `);
  });

  it('of a window that the capture does not hold: sooner than any keep-alive', () => {
    const ONE_SIDED: Setting = { handshake: false };
    holds(
      `
      0.000 > S
      0.060 > ack 0
      0.061 > 0:1000
      0.300 > 999:999                             | zero_window_probe
      0.750 > 999:999                             | zero_window_probe
      1.800 > 999:999                             | zero_window_probe
      1.900 > 1000:2000
      `,
      ONE_SIDED,
    );
    holds(
      `
      0.000 > S
      0.060 > ack 0
      0.061 > 0:100
      1.200 > 99:99                               | keep_alive
      2.300 > 99:99                               | keep_alive
      `,
      ONE_SIDED,
    );
  });

  it('zero-window probe with a byte, which is then part of the next segment', () => {
    holds(`
      0.020 > 0:1000
      0.030 < ack 1000 win 0
      0.240 > 1000:1001                           | zero_window_probe
      0.250 < ack 1000 win 0
      0.660 > 1000:1001                           | zero_window_probe
      0.670 < ack 1000 win 500
      0.671 > 1000:2000
      0.680 < ack 2000
    `);
  });

  it.each([
    ['500', 'keep_alive'],
    ['0', 'zero_window_probe'],
  ])('that a capture begins with, by the answer: window %s, %s', (window, probe) => {
    holds(
      `
      0.020 > 0:0                                 | ${probe}
      0.920 > 0:0                                 | ${probe}
      0.930 < ack 1 win ${window}
      2.920 > 0:0                                 | ${probe}
      2.930 < ack 1 win ${window}
      3.000 < ack 1 win 500
      3.010 > 1:100
      `,
      { handshake: false },
    );
  });

  it('a byte that was sent alone and is sent again is no keep-alive', () => {
    holds(`
      0.020 > 0:100
      0.030 < ack 100
      0.100 > 100:101
      0.110 < ack 101
      0.330 > 100:101                             | retransmission tail_loss_probe spurious of 3
    `);
  });

  it('an ACK that a FIN has overtaken is none', () => {
    holds(
      `
      0.020 > 0:100
      0.030 < ack 100
      0.040 > 100:100 F
      0.050 < ack 101
      0.051 > 100:100                             | reordering
      `,
      BARE,
    );
  });
});

describe('what does not belong to the connection moves nothing', () => {
  it.each([
    ['data beyond every window', '0.040 > 5000000:5000010'],
    ['data long gone by', '0.040 > -5000000:-4999990'],
    ['an ACK of what was never sent', '0.040 > ack 9000000'],
    ['a RST with payload', '0.040 > R 100:140'],
    ['a SYN in mid-connection', '0.040 > S 777:777'],
  ])('%s', (_, line) => {
    const before = play('0.020 > 0:100\n0.030 < ack 100 0:50\n0.035 > ack 50');
    const after = play(`0.020 > 0:100\n0.030 < ack 100 0:50\n0.035 > ack 50\n${line}`);
    for (const side of ['client', 'server'] as const) {
      const { next, contiguous, acked, isn, finSent, edge } = after.connection[side].flow;
      const flow = before.connection[side].flow;
      expect({ next, contiguous, acked, isn, finSent, edge }).toEqual({
        next: flow.next,
        contiguous: flow.contiguous,
        acked: flow.acked,
        isn: flow.isn,
        finSent: flow.finSent,
        edge: flow.edge,
      });
    }
  });

  it('a stray SYN is at most a repetition of another, which may begin the next incarnation', () => {
    holds(`
      0.020 > 0:100
      0.030 < ack 100
      5.000 > S 777:777
      5.010 < ack 100
      6.000 > S 777:777                           | retransmission syn of 3
      7.000 > S 999:999
    `);
  });

  it('crossing SYNs: the SYN-ACK repeats a number and no segment', () => {
    holds(
      `
      0.000 > S
      0.001 < S
      0.010 > SA
      0.011 < SA
      0.020 > ack 0
      0.030 > 0:100
      `,
      { handshake: false },
    );
  });
});
