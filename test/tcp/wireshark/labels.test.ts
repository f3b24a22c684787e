import { describe, expect, it } from 'vitest';
import { follow, parseTrace } from './trace.ts';

/** Each trace with the labels that tshark 4.0.17 gave it (`-2`, default preferences) when it was written to a capture. */
const TRACES: readonly (readonly [title: string, trace: string])[] = [
  [
    'a handshake and data in order',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 > PA 1001 5001 100 1000
      30 < A 5001 1101 0 1000
      40 < PA 5001 1101 50 1000
      41 > A 1101 5051 0 1000
    `,
  ],
  [
    'a repeat after a timeout',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 > A 1001 5001 100 1000
      250 > A 1001 5001 100 1000 | retransmission
      260 < A 5001 1101 0 1000
    `,
  ],
  [
    'a repeat of what was acknowledged',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 > A 1001 5001 100 1000
      30 < A 5001 1101 0 1000
      250 > A 1001 5001 100 1000 | retransmission spurious_retransmission
    `,
  ],
  [
    'fast within 20 ms of the second duplicate',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 > A 1001 5001 100 1000
      21 > A 1201 5001 100 1000 | lost_segment
      30 < A 5001 1101 0 1000
      31 < A 5001 1101 0 1000 | duplicate_ack
      32 < A 5001 1101 0 1000 | duplicate_ack
      51.9 > A 1101 5001 100 1000 | retransmission fast_retransmission
    `,
  ],
  [
    'not fast at 20 ms',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 > A 1001 5001 100 1000
      21 > A 1201 5001 100 1000 | lost_segment
      30 < A 5001 1101 0 1000
      31 < A 5001 1101 0 1000 | duplicate_ack
      32 < A 5001 1101 0 1000 | duplicate_ack
      52 > A 1101 5001 100 1000 | retransmission
    `,
  ],
  [
    'not fast after one duplicate',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 > A 1001 5001 100 1000
      21 > A 1201 5001 100 1000 | lost_segment
      30 < A 5001 1101 0 1000
      31 < A 5001 1101 0 1000 | duplicate_ack
      40 > A 1101 5001 100 1000 | retransmission
    `,
  ],
  [
    'out of order within the round trip of the handshake',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 > A 1101 5001 100 1000 | lost_segment
      29.9 > A 1001 5001 50 1000 | out_of_order
      30 > A 1051 5001 50 1000 | retransmission
    `,
  ],
  [
    'out of order within 3 ms where no handshake was seen',
    `
      0 > A 1001 5001 100 1000
      1 > A 1301 5001 100 1000 | lost_segment
      3.9 > A 1101 5001 100 1000 | out_of_order
      4 > A 1201 5001 100 1000 | retransmission
    `,
  ],
  [
    'the latest segment again is never out of order',
    `
      0 > A 1001 5001 100 1000
      1 > A 1101 5001 100 1000
      1.5 > A 1101 5001 100 1000 | retransmission
      1.6 > A 1001 5001 100 1000 | out_of_order
    `,
  ],
  [
    'a clock that steps back lets nothing be out of order',
    `
      10 > A 1001 5001 100 1000
      11 > A 1101 5001 100 1000
      9 > A 1001 5001 100 1000 | retransmission
    `,
  ],
  [
    'a handshake that runs backwards lets everything be',
    `
      1 > S 1000 0 0 1000
      0.5 > A 1001 5001 0 1000
      20 > A 1101 5001 100 1000 | lost_segment
      900 > A 1001 5001 50 1000 | out_of_order
    `,
  ],
  [
    'bytes acknowledged that were not seen, told once',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 < A 5001 1201 0 1000 | ack_lost_segment
      21 < A 5001 1301 0 1000
      30 > A 1301 5001 100 1000 | lost_segment
      40 < A 5001 1401 0 1000 | ack_lost_segment
    `,
  ],
  [
    'told again beyond a hole',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 > A 1001 5001 100 1000
      21 > A 1201 5001 100 1000 | lost_segment
      30 < A 5001 1301 0 1000 | ack_lost_segment
      31 < A 5001 1302 0 1000 | ack_lost_segment
      32 < A 5001 1303 0 1000
    `,
  ],
  [
    'an acknowledgment of the unseen makes the next repeat fast',
    `
      0 > A 1001 5001 100 1000
      1 < A 5001 1001 100 1000
      2 > A 1101 5151 0 1000 | ack_lost_segment
      3 > A 1001 5151 100 1000 | retransmission fast_retransmission
    `,
  ],
  [
    'duplicates silence bytes not seen',
    `
      0 < A 5001 1001 10 1000
      1 < A 5011 1001 0 1000 | duplicate_ack
      2 > A 1001 5021 0 1000
    `,
  ],
  [
    'a keep-alive and its answer',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      100 > A 1000 5001 0 1000 | keep_alive
      101 < A 5001 1001 0 1000 | keep_alive_ack
      200 > A 1000 5001 1 1000 | keep_alive
      201 < A 5001 1001 0 1000 | keep_alive_ack
    `,
  ],
  [
    'more than a byte from one below: new data',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      100 > A 1000 5001 20 1000
      110 < A 5001 1020 0 1000 | ack_lost_segment
    `,
  ],
  [
    'a zero-window probe of one byte',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 < A 5001 1001 0 0 | zero_window
      30 > A 1001 5001 1 1000 | zero_window_probe
      31 < A 5001 1001 0 0 | zero_window zero_window_probe_ack
      40 < A 5001 1001 0 500 | window_update
    `,
  ],
  [
    "Linux's probe is a keep-alive to Wireshark",
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 < A 5001 1001 0 0 | zero_window
      30 > A 1000 5001 0 1000 | keep_alive
      31 < A 5001 1001 0 0 | zero_window
      40 < A 5001 1001 0 500 | window_update
    `,
  ],
  [
    'a probe that was taken',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 < A 5001 1001 0 0 | zero_window
      30 > A 1001 5001 1 1000 | zero_window_probe
      31 < A 5001 1002 0 0 | ack_lost_segment zero_window
      32 > A 1002 5001 1 1000 | lost_segment
    `,
  ],
  [
    'a window filled to the byte, scaled but for the SYN-ACK itself',
    `
      0 > S 1000 0 0 1000 ws7
      9 < SA 5000 1001 0 1000 ws7
      10 > A 1001 5001 0 1000
      20 > A 1001 5001 1000 1000 | window_full
      30 < A 5001 2001 0 10
      40 > A 2001 5001 1280 1000 | window_full
      50 < A 5001 3281 0 10
      60 > A 3281 5001 1281 1000
    `,
  ],
  [
    'scaling off where one side does not offer it',
    `
      0 > S 1000 0 0 1000 ws7
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 10
      20 < A 5001 1001 10 1000 | window_full
    `,
  ],
  [
    'no window is full where the scale is not known',
    `
      0 > A 1001 5001 0 100
      1 < A 5001 1001 100 100
    `,
  ],
  [
    'a SYN again',
    `
      0 > S 1000 0 0 1000
      1000 > S 1000 0 0 1000 | retransmission
      1009 < SA 5000 1001 0 1000
      1010 < SA 5000 1001 0 1000 | retransmission
    `,
  ],
  [
    'a SYN-ACK with another number revises the first one',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000 | reused_ports
      20 < SA 7000 1001 0 1000 | lost_segment reused_ports
    `,
  ],
  [
    'and the same number again takes it back',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      20 < SA 7000 1001 0 1000 | lost_segment reused_ports
      30 < SA 5000 1001 0 1000 | retransmission reused_ports
    `,
  ],
  [
    'a SYN over again forgets what lies behind a hole',
    `
      0 > S 1000 0 0 1000
      1 > A 1001 5001 10 1000
      5 > A 1100 5001 10 1000 | lost_segment
      20 > S 1000 0 0 1000 | retransmission
      30 > A 1050 5001 10 1000 | lost_segment
    `,
  ],
  [
    'a FIN and a repeat of it',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 > FA 1001 5001 0 1000
      30 < A 5001 1002 0 1000
      300 > FA 1001 5001 0 1000 | retransmission
    `,
  ],
  [
    'across the wrap',
    `
      0 > S 4294967246 0 0 1000
      9 < SA 4294967286 4294967247 0 1000
      10 > A 4294967247 4294967287 0 1000
      20 > A 4294967247 4294967287 100 1000
      30 < A 4294967287 51 0 1000
      31 > A 151 4294967287 100 1000 | lost_segment
      60 > A 51 4294967287 100 1000 | retransmission
    `,
  ],
  [
    'a number of 0 is not known to Wireshark',
    `
      0 > A 0 5001 0 1000
      1 > A 100 5001 10 1000
      2 > A 500 5001 10 1000 | lost_segment
    `,
  ],
  [
    'a reset beyond the highest is no gap',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 0 1000
      20 > R 5000 0 0 0
      21 > A 1101 5001 10 1000 | out_of_order
    `,
  ],
  [
    'a SYN quoted in an ICMP error starts the clock of the handshake',
    `
      0 Q> S 1000 0 0 1000
      20 < A 5001 1001 0 1000
      21 > A 1001 5001 100 1000
      22 > A 1301 5001 100 1000 | lost_segment
      41 > A 1101 5001 100 1000 | out_of_order
      42 > A 1201 5001 50 1000 | retransmission
    `,
  ],
  [
    'windows are scaled from the first ACK on',
    `
      0 > S 1000 0 0 1000 ws7
      9 < SA 5000 1001 0 1000 ws7
      12 < - 5001 1001 0 10 | window_update
      13 > A 1001 5001 10 1000 | window_full
      14 < A 5001 1011 0 10
      15 > A 1011 5001 1280 1000 | window_full
    `,
  ],
  [
    'a window scale counts wherever it stands',
    `
      0 > A 1001 5001 0 100 ws2
      1 < A 5001 1001 400 100 | window_full
    `,
  ],
  [
    'an ACK quoted in an ICMP error starts the scaling',
    `
      0 < S 5000 1001 0 10 ws1
      10 Q< PA 5001 1001 10 10
      20 > A 1001 5001 20 100 | window_full
    `,
  ],
  [
    'numbers 2^31 apart are each beyond the other',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1001 5001 10 1000
      20 > A 2147484659 5001 0 1000 | lost_segment
      30 < A 5001 2147484659 0 1000 | ack_lost_segment
      40 < A 5001 3221226484 0 1000 | ack_lost_segment
    `,
  ],
  [
    'what was sent without a hole never goes back',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      10 > A 1500001000 5001 0 1000 | lost_segment
      20 < A 5001 1500001001 0 1000 | ack_lost_segment
      21 > A 3000001000 5001 10 1000 | lost_segment
      22 > A 1001 5001 0 1000 | lost_segment
      30 < A 5001 2000000000 0 1000 | ack_lost_segment
      31 > A 1001 5001 10 1000 | retransmission spurious_retransmission
      32 < A 5001 2000000010 0 1000
      33 > A 1011 5002 10 1000 | ack_lost_segment retransmission spurious_retransmission
      34 < A 5001 2000000020 0 1000 | ack_lost_segment
    `,
  ],
  [
    'times beyond 2038 are told apart',
    `
      547483648900 > S 1000 0 0 1000
      547483648909 < SA 5000 1001 0 1000
      547483648910 > A 1001 5001 100 1000
      547483648920 > A 1201 5001 100 1000 | lost_segment
      547483648980 < A 5001 1101 0 1000
      547483648985 < A 5001 1101 0 1000 | duplicate_ack
      547483648995 < A 5001 1101 0 1000 | duplicate_ack
      547483649005 > A 1101 5001 50 1000 | retransmission fast_retransmission
    `,
  ],
  [
    'and round trips that begin before it',
    `
      547483647990 > S 1000 0 0 1000
      547483647999 < SA 5000 1001 0 1000
      547483648010 > A 1001 5001 100 1000
      547483648011 > A 1301 5001 100 1000 | lost_segment
      547483648029 > A 1101 5001 100 1000 | out_of_order
      547483648032 > A 1201 5001 50 1000 | retransmission
    `,
  ],
  [
    'a round trip that runs backwards is compared as what it is',
    `
      0 > S 1000 0 0 1000
      9 < SA 5000 1001 0 1000
      -0.002 > A 1001 5001 100 1000
      5 > A 1301 5001 100 1000 | lost_segment
      4.997 > A 1101 5001 100 1000 | out_of_order
      4.999 > A 1201 5001 50 1000 | retransmission
    `,
  ],
  [
    'a header that claims too little is judged, all behind that being payload, but gets no labels and no clock',
    `
      0 > S 1000 0 0 1000 of16
      9 < SA 5000 1005 0 1000 of16
      40 > A 1005 5005 96 1000
      41 > A 1101 5005 100 1000 of4
      42 > A 1101 5005 10 1000 of4
      43 > A 1217 5005 10 1000
      44 > A 1317 5005 10 1000 | lost_segment
      46.5 > A 1307 5005 5 1000 | out_of_order
      48 > A 1307 5005 5 1000 | retransmission
    `,
  ],
  [
    'a SYN at time 0 starts no clock',
    `
      -1600000000000 > S 1000 0 0 1000
      -1599999999991 < SA 5000 1001 0 1000
      -1599999999980 > A 1001 5001 100 1000
      -1599999999979 > A 1301 5001 100 1000 | lost_segment
      -1599999999970 > A 1101 5001 100 1000 | retransmission
    `,
  ],
  [
    'an acknowledgment repeated for an MPTCP signal, but only for a new kind of it',
    `
      0 > S 1000 0 0 1000 mp0
      9 < SA 5000 1001 0 1000 mp0
      10 > A 1001 5001 0 1000
      20 < A 5001 1001 10 1000 mp2
      30 > A 1001 5011 0 1000
      40 > A 1001 5011 0 1000 mp3 | duplicate_ack
      41 > A 1001 5011 0 1000
      42 > A 1001 5011 0 1000 mp3 | duplicate_ack
      43 > A 1001 5011 0 1000 | duplicate_ack
      44 < A 5011 1001 0 1000 mp4
      45 > A 1001 5011 0 1000
      46 < A 5011 1001 0 1000 mp8
      47 > A 1001 5011 0 1000 | duplicate_ack
    `,
  ],
];

describe('labels of tshark 4.0.17', () => {
  it.each(TRACES)('%s', (_, trace) => {
    const lines = parseTrace(trace);
    const printed = follow(lines).labels.map((labels) => [...labels.split(' ')].sort().join(' '));
    expect(printed).toEqual(lines.map(({ expected }) => [...expected.split(' ')].sort().join(' ')));
  });
});
