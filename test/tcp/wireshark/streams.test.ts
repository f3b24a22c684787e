import { describe, expect, it } from 'vitest';
import { Segment, SYN } from '../../../lib/packet/segment.ts';
import { StreamNumbers } from '../../../lib/tcp/wireshark/streams.ts';
import { follow, parseTrace } from './trace.ts';

/** Each trace with the `tcp.stream` that tshark 4.0.17 gave its lines. */
const TRACES: readonly (readonly [title: string, trace: string])[] = [
  [
    'another SYN number begins another stream, the same one does not',
    `
      0 > S 1000 0 0 1000 | 0
      1 < RA 0 1001 0 0 | 0
      2 > S 1000 0 0 1000 | 0
      3 > S 2000 0 0 1000 | 1
      4 > S 2000 0 0 1000 | 1
      5 < S 2000 0 0 1000 | 1
      6 < S 2001 0 0 1000 | 2
    `,
  ],
  [
    'from mid-connection the base is one below the first number, and one below the first acknowledgment',
    `
      0 > A 1000 7000 10 1000 | 0
      1 > S 999 0 0 1000 | 0
      2 < S 6999 0 0 1000 | 0
      3 < S 7000 0 0 1000 | 1
      4 > S 1000 0 0 1000 | 1
    `,
  ],
  [
    'a number without ACK flag is no acknowledgment',
    `
      0 < R 5000 1001 0 1000 | 0
      1 > S 77 0 0 1000 | 0
      2 > S 78 0 0 1000 | 1
    `,
  ],
  [
    'a SYN-ACK moves the base and begins nothing',
    `
      0 > S 1000 0 0 1000 | 0
      1 < SA 5000 1001 0 1000 | 0
      2 < SA 6000 1001 0 1000 | 0
      3 < S 6000 0 0 1000 | 0
      4 < S 5000 0 0 1000 | 1
    `,
  ],
  [
    'a quoted header begins a stream but teaches no base',
    `
      0 Q> S 150 0 0 100 | 0
      1 > S 151 0 0 100 | 0
      2 Q> S 250 0 0 100 | 1
      3 > S 150 0 0 100 | 1
      4 > S 250 0 0 100 | 2
    `,
  ],
];

describe('stream numbers of tshark 4.0.17', () => {
  it.each(TRACES)('%s', (_, trace) => {
    const lines = parseTrace(trace);
    expect(follow(lines).streams).toEqual(lines.map(({ expected }) => Number(expected)));
  });

  it('numbers entries in the order in which their conversations begin', () => {
    const numbers = new StreamNumbers();
    const syn = new Segment();
    syn.flags = SYN;
    syn.seq = 7;
    expect([3, 0, 3, 2].map((entry) => numbers.of(entry, syn, true))).toEqual([0, 1, 0, 2]);
    syn.seq = 8;
    expect([0, 1, 3].map((entry) => numbers.of(entry, syn, true))).toEqual([3, 4, 5]);
    expect(numbers.count).toBe(6);
  });
});
