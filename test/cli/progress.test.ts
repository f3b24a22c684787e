import { Writable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StreamOutput } from '../../lib/cli/output.ts';
import { Progress, progressText } from '../../lib/cli/progress.ts';
import type { Terminal } from '../../lib/cli/terminal.ts';

test('progress tells share, rate and time left', () => {
  expect(progressText('a.pcap', 400_000_000, 1_000_000_000, 2)).toBe(
    '[########------------]  40 %  200 MB/s  3 s left  a.pcap',
  );
  expect(progressText('a.pcap', 1000, 1000, 2, ['━', '─'])).toBe(
    '[━━━━━━━━━━━━━━━━━━━━] 100 %  500 bytes/s  0 s left  a.pcap',
  );
});

test('where the end is unknown, what was read', () => {
  expect(progressText('standard input', 5_000_000, null, 2)).toBe('5 MB  2.5 MB/s  standard input');
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A terminal whose both outputs go to one screen. */
function screen({
  tty = true,
  env = {},
  columns = 80,
}: {
  tty?: boolean;
  env?: Terminal['env'];
  columns?: number;
} = {}) {
  const written: string[] = [];
  const paper = (): Terminal['stderr'] =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          written.push(String(chunk));
          done();
        },
      }),
      { isTTY: tty, columns },
    );
  const terminal: Terminal = { stdout: paper(), stderr: paper(), env, onStop: () => () => {}, exit: () => {} };
  return { terminal, written };
}

const WIPE = '\r\u001b[2K';

test('nothing is shown in the first second, then one line is drawn over and over, and wiped', () => {
  const { terminal, written } = screen();
  const progress = new Progress(terminal, '\u001b]0;x\u0007.pcap');
  vi.advanceTimersByTime(900);
  progress.update(10, 100);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(200);
  progress.update(50, 100);
  progress.update(60, 100);
  vi.advanceTimersByTime(300);
  progress.update(70, 100);
  progress.end();
  progress.end();
  expect(written).toHaveLength(3);
  expect(written[0]).toContain(`${WIPE}[##########----------]  50 %`);
  expect(written[0]).toContain('  \\x1b]0;x\\x07.pcap');
  expect(written[2]).toBe(WIPE);
});

test('rows on the same screen push it out of their way', () => {
  const { terminal, written } = screen({ env: { LANG: 'en_US.UTF-8' }, columns: 30 });
  const progress = new Progress(terminal, 'a-long-name.pcap');
  const output = new StreamOutput(terminal.stdout);
  vi.advanceTimersByTime(1100);
  progress.update(50, 100);
  output.write(`${'row\n'.repeat(20_000)}`);
  progress.end();
  expect(written.map((text) => text.slice(0, 7))).toEqual([`${WIPE}[━`, WIPE, 'row\nrow']);
  expect(written[0]!.length - WIPE.length).toBe(29);
});

test.each([
  ['no terminal', { tty: false }],
  ['a terminal that can draw nothing over', { env: { TERM: 'dumb' } }],
])('%s: no line', (_, options) => {
  const { terminal, written } = screen(options);
  const progress = new Progress(terminal, 'a.pcap');
  vi.advanceTimersByTime(5000);
  progress.update(50, 100);
  progress.end();
  expect(written).toEqual([]);
});
