import { expect, test } from 'vitest';
import { progressText } from '../../lib/cli/progress.ts';

test('progress tells share, rate and time left', () => {
  expect(progressText('a.pcap', 400_000_000, 1_000_000_000, 2)).toBe(
    '[########------------]  40 %  200 MB/s  3 s left  a.pcap',
  );
});

test('where the end is unknown, what was read', () => {
  expect(progressText('standard input', 5_000_000, null, 2)).toBe('5 MB  2.5 MB/s  standard input');
});
