import { describe, expect, test } from 'vitest';
import { clock } from '../../lib/report/clock.ts';
import { evidenceTexts } from '../../lib/report/evidence.ts';
import { hanging, wrap } from '../../lib/report/layout/wrap.ts';
import { count, duration, list, size, socket } from '../../lib/report/phrases.ts';

test.each([
  [0, '0 s'],
  [0.00000085, '0.85 µs'],
  [0.000123, '123 µs'],
  [0.0123, '12.3 ms'],
  [0.99949, '999 ms'],
  [1.5, '1.5 s'],
  [59.96, '60 s'],
  [119.96, '2 min'],
  [200, '3 min 20 s'],
  [7500, '2 h 5 min'],
  [273_600, '3 d 4 h'],
  [-0.5, '-500 ms'],
])('a duration of %s s is %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([
  [1, '1 byte'],
  [1460, '1,460 bytes'],
  [14_600, '14.6 kB'],
  [999_600, '1 MB'],
  [2_345_678_901, '2.35 GB'],
])('%s bytes are %s', (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

test('counts and lists', () => {
  expect(count(1, 'connection')).toBe('1 connection');
  expect(count(1204, 'retry', 'retries')).toBe('1,204 retries');
  expect(list(['a', 'b', 'c'])).toBe('a, b and c');
  expect(socket('2001:db8::1', 80)).toBe('[2001:db8::1]:80');
});

test('evidence takes its units from the names', () => {
  const evidence = {
    stallSeconds: 8.3,
    secondsInAll: 14.29,
    seconds: 2,
    retryIntervals: [1.003, 2],
    probes: 5,
    synAcks: 4,
    bytesWaiting: 65535,
    windowBytes: 100,
    retransmitShare: 0.0312,
    endedBy: 'reset',
    by: 'rst',
    icmp: 'host unreachable from rst',
    looksForged: true,
    tail_loss_probe: 2,
    none: null,
    no: false,
  };
  expect(evidenceTexts(evidence)).toEqual([
    'stall 8.3 s',
    'in all 14.3 s',
    'lasted 2 s',
    'retry intervals 1 s, 2 s',
    'probes 5',
    'SYN-ACKs 4',
    'waiting 65.5 kB',
    'window 100 bytes',
    'retransmit 3.12 %',
    'ended by reset',
    'by RST',
    'ICMP host unreachable from rst',
    'looks forged',
    'tail loss probe 2',
  ]);
});

describe('wrap', () => {
  test('breaks between words and leaves long words whole', () => {
    expect(wrap('aa bb cc', 5)).toEqual(['aa bb', 'cc']);
    expect(wrap('aa bbbbbbbbb cc', 5)).toEqual(['aa', 'bbbbbbbbb', 'cc']);
  });

  test('hangs the rest under the first line', () => {
    expect(hanging('label  ', 'aa bb cc dd ee ff gg hh', 27)).toBe('label  aa bb cc dd ee ff gg\n       hh');
  });
});

describe('clock', () => {
  const origin = { seconds: 1_628_000_000, nanos: 999_999_000 };
  const moment = { seconds: 1_628_000_002, nanos: 123_456_789 };

  test('relative', () => {
    expect(clock('relative', moment, origin)).toBe('1.123457');
    expect(clock('relative', origin, moment)).toBe('-1.123457');
  });
  test('utc and epoch', () => {
    expect(clock('utc', moment, origin)).toBe('2021-08-03 14:13:22.123456Z');
    expect(clock('epoch', moment, origin)).toBe('1628000002.123456789');
  });
});

test('how many findings were folded is not said again behind the sentence that counts the connections', () => {
  expect(evidenceTexts({ syns: 2, findings: 7, connections: 7 })).toEqual(['SYNs 2']);
  expect(evidenceTexts({ syns: 2, findings: 9, connections: 7 })).toEqual(['SYNs 2', 'findings 9', 'connections 7']);
  expect(evidenceTexts({ held: 16, connections: 16 })).toEqual(['held 16', 'connections 16']);
});
