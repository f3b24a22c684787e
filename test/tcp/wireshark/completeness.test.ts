import { describe, expect, it } from 'vitest';
import { follow, parseTrace } from './trace.ts';

/** Each trace with the `tcp.completeness` that tshark 4.0.17 (`-2`) printed last for each of its streams. */
const TRACES: readonly (readonly [title: string, completeness: readonly number[], trace: string])[] = [
  [
    'everything but a reset',
    [31],
    `
      0 > S 1000 0 0 1000
      1 < SA 5000 1001 0 1000
      2 > A 1001 5001 0 1000
      3 > PA 1001 5001 10 1000
      4 < FA 5001 1011 0 1000
    `,
  ],
  [
    'a handshake completed by data lacks the ACK; a FIN without ACK does not count, nor do its bytes',
    [11],
    `
      0 > S 1000 0 0 1000
      1 < SA 5000 1001 0 1000
      2 > PA 1001 5001 10 1000
      3 > F 1011 5001 10 1000
    `,
  ],
  [
    'any reset counts, and its ACK too',
    [37],
    `
      0 > S 1000 0 0 1000
      1 < RA 0 1001 0 0
    `,
  ],
  ['the first segment alone shows nothing', [0], '0 > PA 1000 5000 10 1000'],
  [
    'and counts with the second, which is not a first SYN any more',
    [8],
    `
      0 > PA 1000 5000 10 1000
      1 > S 999 0 0 1000
    `,
  ],
  ['a first SYN counts with its payload', [9], '0 > S 1000 0 3 1000'],
  [
    'a later one without',
    [1, 33],
    `
      0 > S 1000 0 0 1000
      1 > S 1000 0 3 1000
      2 > SR 2000 0 3 1000
    `,
  ],
  [
    'a quoted header counts as a segment without payload',
    [4],
    `
      0 Q> PA 150 5000 10 100
      1 > S 150 0 0 100
    `,
  ],
];

describe('completeness of tshark 4.0.17', () => {
  it.each(TRACES)('%s', (_, completeness, trace) => {
    expect(follow(parseTrace(trace)).completeness).toEqual(completeness);
  });
});
