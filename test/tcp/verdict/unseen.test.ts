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
  // Such a flight ends after ten segments; what waited behind it is cut in the same way.
  const pieces = (from: number, verdict: string) =>
    `0.06 < ${from}:${from + 1148} | ${verdict}\n0.06 < ${from + 1148}:${from + 1448} | ${verdict}`;
  const flight = Array.from({ length: 14 }, (_, n) => pieces(n * 1448, n < 10 ? 'retransmission unknown' : ''));
  holds(`0.020 > 0:100 P\n0.05 < ack 100\n${flight.join('\n')}`, V6);
});

it('is not one whose pieces do not add up, nor one that a program wrote so', () => {
  holds(CUT('2296:2900', ''), V6);
  holds(CUT('2296:2896 P', ''), V6);
  holds(CUT('2296:3444', ''), V6);
});

it('in order, at a timer’s time: the segment before it had said that more was at hand', () => {
  const tail = (first: string, ack: string, second: string, setting: Setting) =>
    holds(`0.020 > 0:100 P\n0.031 < ack 100 ${first}\n0.032 > ack 1448 ${ack}\n${second}`, { ...V6, ...setting });
  const AGAIN = '0.262 < 1448:2448 P | retransmission tail_loss_probe';
  const NEW = '0.262 < 1448:2448 P |';
  tail('0:1448', '', AGAIN, {});
  tail('0:1448', '', AGAIN, { timestamps: false });
  // It had said its last; or had not heard of the acknowledgment; or the window was full; or no number is missing.
  tail('0:1448 P', '', NEW, {});
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
    0.062 < 2896:3000 P id 25                     | retransmission tail_loss_probe
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
