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
