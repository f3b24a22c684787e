import { expect, it } from 'vitest';
import { play, type Setting } from './conversation.ts';

/** The verdicts of a table are those that it says itself. */
function holds(table: string, setting?: Setting): void {
  const { verdicts, expected } = play(table, setting);
  expect(verdicts).toEqual(expected);
}

// Retransmissions that no sequence number betrays: test/tcp/verdict/verdicts.test.ts has those that packets left out betray.

const V6: Setting = { tap: 'client', ids: false };

/** A first flight behind a link that takes 1148 bytes; both ends agreed on 1448. `rest` ends what was one buffer. */
const CUT = (rest: string, verdict: string) => `
  0.020 > 0:100 P
  0.051 < ack 100 0:1148                          | ${verdict}
  0.052 < 1148:2296                               | ${verdict}
  0.053 < ${rest}                              | ${verdict}
`;

it('a first flight that comes in pieces: the path takes less than both ends agreed on', () => {
  holds(
    `${CUT('2296:2896', 'retransmission unknown')}
    0.054 < 2896:4044                             | retransmission unknown
    0.055 < 4044:4344 P                           | retransmission unknown
    0.056 > ack 4344
    0.057 < 4344:5492
    0.058 < 5492:6640
    0.059 < 6640:7788
    `,
    V6,
  );
  // The rest may bear PSH where a piece does, too: that is none of a program's.
  holds(
    `
    0.020 > 0:100 P
    0.051 < ack 100 0:1148                        | retransmission unknown
    0.052 < 1148:2296 P                           | retransmission unknown
    0.053 < 2296:2896 P                           | retransmission unknown
    `,
    V6,
  );
  // Such a flight ends after ten segments; what waited behind it is cut in the same way.
  const pieces = (from: number, verdict: string) =>
    `0.06 < ${from}:${from + 1148} | ${verdict}\n0.06 < ${from + 1148}:${from + 1448} | ${verdict}`;
  const flight = Array.from({ length: 14 }, (_, n) => pieces(n * 1448, n < 10 ? 'retransmission unknown' : ''));
  holds(`0.020 > 0:100 P\n0.05 < ack 100\n${flight.join('\n')}`, V6);
});

it('a large flight behind short messages', () => {
  holds(
    `
    0.010 < 0:200 P
    0.020 > 0:100 P ack 200
    0.051 < ack 100 200:1348                      | retransmission unknown
    0.052 < 1348:1648                             | retransmission unknown
    0.053 < 1648:2796                             | retransmission unknown
    0.054 < 2796:3096                             | retransmission unknown
    `,
    V6,
  );
});

it('is not one whose pieces do not add up, nor one that a program wrote so', () => {
  holds(CUT('2296:2900', ''), V6);
  holds(CUT('2296:2896 P', ''), V6);
  holds(CUT('2296:3444', ''), V6);
});

/** A client that counts its packets, up to id 1005 and byte 4000. */
const COUNTED = `
  0.020 > 0:1000
  0.030 < ack 1000
  0.031 > 1000:2000
  0.041 < ack 2000
  0.042 > 2000:3000
  0.052 < ack 3000
  0.053 > 3000:4000
  0.063 < ack 4000
`;

it('behind a gap, at a timer’s time: more numbers are left out than the gap has segments', () => {
  const tail = (id: number, verdict: string) =>
    holds(`${COUNTED} 0.300 > 6000:6500 id ${id} | ${verdict}`, { timestamps: false });
  tail(1009, 'retransmission tail_loss_probe');
  // One for each segment of the gap: what follows after a pause is sent for the first time.
  tail(1008, '');
});

it('after a timeout, no further than to the end of what is known to be lost', () => {
  const again = (id: number, verdict: string) =>
    holds(
      `${COUNTED}
      0.500 > 4000:4500 id ${id} | retransmission rto
      0.501 > 4500:5500 id ${id + 1} | ${verdict}
      `,
      { timestamps: false, sack: false },
    );
  again(1007, '');
  again(1008, 'retransmission rto');
});

it('after a timeout that begins with what was seen: its acknowledgment was lost with the flight behind it', () => {
  holds(`${COUNTED}
    0.500 > 3000:4000 id 1012                     | retransmission rto spurious of 7
    0.501 < ack 4000
    0.511 > 4000:5000 id 1013                     | retransmission rto
    0.512 > 5000:6000 id 1014                     | retransmission rto
  `);
});

/** Behind a hole three segments come, and before it is repaired two more numbers are left out: the tail of the flight. */
const HOLE = (first: string, sack = true) => `${COUNTED}
  0.070 > 5000:6000 id 1007
  0.0701 < ack 4000 ${sack ? 'sack 5000:6000' : ''}
  0.071 > 6000:7000 id 1008
  0.0711 < ack 4000 ${sack ? 'sack 5000:7000' : ''}
  0.072 > 7000:8000 id 1009
  0.0721 < ack 4000 ${sack ? 'sack 5000:8000' : ''}
  0.082 > 4000:5000 ${first}                      | retransmission fast
  0.0821 < ack 8000
`;

it('of the tail of a flight, as far as the numbers left out before the first repair say', () => {
  holds(
    `${HOLE('id 1013')}
    0.093 > 8000:9000 id 1014                     | retransmission fast
    0.0931 < ack 9000
    0.0935 > 10000:11000 id 1015                  | retransmission fast
    0.0936 < ack 9000 sack 10000:11000
    0.094 > 11000:12000 id 1016
    `,
    { tap: 'server' },
  );
  // Without SACK no sender goes on behind the first hole; nor with no number left out.
  holds(`${HOLE('id 1013', false)} 0.093 > 8000:9000 id 1014 |`, { tap: 'server', sack: false });
  holds(`${HOLE('id 1010')} 0.093 > 8000:9000 id 1011 |`, { tap: 'server' });
});

it('not for the numbers of the pieces of what was captured before segmentation', () => {
  holds(
    `${COUNTED}
    0.070 > 4000:6000 id 1006
    0.090 > 5460:6000 id 1008                     | retransmission tail_loss_probe of 9
    0.101 < ack 6000
    0.102 > 6000:7000 id 1009
    `,
    { tap: 'client' },
  );
});

it('in order, at a timer’s time: the segment before it had said that more was at hand', () => {
  const tail = (first: string, ack: string, second: string, setting: Setting) =>
    holds(`0.020 > 0:100 P\n0.031 < ack 100 ${first}\n0.032 > ack 1448 ${ack}\n${second}`, { ...V6, ...setting });
  const AGAIN = '0.262 < 1448:2448 P | retransmission tail_loss_probe';
  const NEW = '0.262 < 1448:2448 P |';
  tail('0:1448', '', AGAIN, {});
  tail('0:1448', '', AGAIN, { timestamps: false });
  tail('0:1448', '', AGAIN, { tap: 'middle' });
  // The same in mid-connection, where nobody knows how windows are scaled; and where it ends short what looks like one message.
  tail('0:1448', 'win 1', '0.262 < 1448:2448 P | retransmission rto', { handshake: false });
  tail('0:1448 P', '', AGAIN, {});
  // At the sender's own host nothing is lost in front of the tap.
  tail('0:1448', '', NEW, { tap: 'server' });
  // It had said its last, a full segment again; or had not heard of the acknowledgment; or the window was full; or no number is missing.
  tail('0:1448 P', '', '0.262 < 1448:2896 P', {});
  tail('0:1448', '', `0.262 < 1448:2448 P ecr 20 |`, {});
  tail('0:1448', 'win 0', '0.2 > win 500\n0.262 < 1448:2448 P |', {});
  tail('0:1448', '', NEW, { ids: true });
  // A short segment without PSH says nothing.
  holds('0.020 > 0:100 P\n0.031 < ack 100 0:500\n0.032 > ack 500\n0.262 < 500:900 P', V6);
});

it('in order, behind a number left out: the segment before it had said that more was at hand', () => {
  const AFTER = (at: string, verdict: string, first = '0:1448 id 12') => `
    0.020 > 0:100 P
    0.031 < ack 100 id 11
    0.0311 < ${first}
    0.032 > ack 1448
    ${at} < 1448:2448 P id 14                     | ${verdict}
  `;
  const TAP: Setting = { tap: 'client' };
  holds(AFTER('0.045', 'retransmission tail_loss_probe'), TAP);
  holds(AFTER('0.033', ''), TAP);
  holds(AFTER('0.045', '', '0:1448 P id 12'), TAP);
});

it('behind a gap as wide as the numbers left out, which are counted so', () => {
  holds(
    `
    0.020 > 0:100 P
    0.030 < ack 100 id 20
    0.031 < 1448:2896 P id 22
    0.0311 > ack 0 sack 1448:2896
    0.050 < 0:1448 id 24                          | retransmission fast
    0.0501 > ack 2896
    0.062 < 2896:3000 P id 25                     | retransmission fast
    `,
    { tap: 'client' },
  );
});

it('the first that a client sends, where numbers are left out behind its SYN', () => {
  const FIRST = (at: string, id: number, verdict: string) => `
    0.000 > S id 7
    0.010 < SA
    ${at} > 0:80 P ack 0 id ${id}                 | ${verdict}
  `;
  const TAP: Setting = { handshake: false };
  holds(FIRST('0.223', 10, 'retransmission tail_loss_probe'), TAP);
  // One was its ACK; and another counter, or no timer.
  holds(FIRST('0.223', 9, ''), TAP);
  holds(FIRST('0.223', 500, ''), TAP);
  holds(FIRST('0.030', 10, ''), TAP);
});

it('is not what follows number zero, which nobody counts', () => {
  holds(
    `
    0.020 < 0:1448 id 65534
    0.0205 < 1448:2896 id 65535
    0.021 < 2896:4344 id 0
    0.0211 > ack 4344
    0.035 < 4344:5792 id 1
    `,
    { tap: 'client' },
  );
});

it('of a flow whose peer was not captured: a timeout does not go on beyond what it lost', () => {
  holds(
    `
    0.000 > S id 1
    0.020 > 0:100 P ack 0 id 2
    0.040 > 100:200 P ack 10 id 3
    0.060 > 200:300 P ack 20 id 4
    0.520 > 300:400 P ack 20 id 7                 | retransmission rto
    0.540 > 400:600 P ack 30 id 8
    `,
    { handshake: false },
  );
});

it('pieces of a first flight, though the sender went on beyond it meanwhile', () => {
  holds(
    `
    0.020 > 0:100 P
    0.051 < ack 100 0:1148                        | retransmission unknown
    0.052 < 1148:1448                             | retransmission unknown
    0.053 < 1448:2596                             | retransmission unknown
    0.054 < 14480:15628
    0.055 < 2596:2896                             | retransmission fast
    `,
    V6,
  );
});

it('is no answer to the first of two requests if its sender numbers it right behind what it sent last', () => {
  holds(
    `
    0.020 < 0:100 id 4
    0.021 > ack 100
    0.022 < 100:200 id 5
    0.023 > ack 200
    0.030 < 200:300 id 6
    0.031 > ack 300
    0.032 > 0:80 P
    0.260 > 0:80 P                                | retransmission tail_loss_probe spurious of 7
    0.262 < ack 80 300:400 ecr 32 id 7
    `,
    { tap: 'client' },
  );
});
