import { afterAll, describe, expect, test } from 'vitest';
import type { StateSpell } from '../../lib/facts/connection.ts';
import { sparkline } from '../../lib/report/layout/sparkline.ts';
import { StateCounting } from '../../lib/traffic/state-counts.ts';
import { CLOSE_WAIT, Folder, run } from '../cli/run.ts';

const folder = new Folder();
const leaking = folder.script('leaking.pcap', CLOSE_WAIT);
const twoClients = folder.script(
  'two.pcap',
  `${CLOSE_WAIT}
+1    10.0.0.3:50000 > 10.0.0.2:80 S 0:0(0) win 64240 <mss 1460>
+0.01 10.0.0.3:50000 < 10.0.0.2:80 S. 0:0(0) ack 1 win 65535 <mss 1460>
+0    10.0.0.3:50000 > 10.0.0.2:80 . 1:1(0) ack 1 win 502
+0    10.0.0.3:50000 > 10.0.0.2:80 P. 1:11(10) ack 1 win 502
+0.01 10.0.0.3:50000 < 10.0.0.2:80 . 1:1(0) ack 11 win 502
`,
);
afterAll(() => folder.remove());

interface Socket {
  readonly state: string;
  readonly local: { readonly address: string; readonly port: number };
  readonly seconds: number;
  readonly doubt: string | null;
}

async function socketsAt(capture: string, ...argv: string[]): Promise<Socket[]> {
  const { code, stdout, stderr } = await run(['netstat', capture, ...argv, '-f', 'json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout).sockets;
}

function states(sockets: readonly Socket[]): string[] {
  return sockets.map(({ state }) => state);
}

describe('--at', () => {
  test.each([
    ['0', ['SYN_SENT']],
    ['0.005s', ['SYN_SENT']],
    ['15ms', ['ESTABLISHED']],
    ['end', ['FIN_WAIT_2']],
    ['1600000000.015', ['ESTABLISHED']],
    ['2020-09-13T12:26:40.015Z', ['ESTABLISHED']],
  ])('%s', async (at, expected) => {
    const found = await socketsAt(leaking, '--at', await onClock(at), '--host', '10.0.0.1');
    expect(states(found)).toEqual(expected);
  });

  test('without it, the end of the capture is meant', async () => {
    expect(await socketsAt(leaking)).toEqual(await socketsAt(leaking, '--at', 'end'));
  });

  test('says how long each has been so, and beyond the last packet where the capture went on', async () => {
    const start = await startOf(leaking);
    const late = await socketsAt(leaking, '--host', '10.0.0.2', '--capture-end', String(start + 100), '--at', '50');
    expect(states(late)).toEqual(['LISTEN', 'CLOSE_WAIT']);
    expect(late[1]!.seconds).toBeGreaterThan(49.9);
    expect(late[1]!.doubt).toBeNull();
    expect(late[0]).toMatchObject({ doubt: 'listener' });
  });

  test('what a silent timer may have ended is marked', async () => {
    const start = await startOf(leaking);
    const argv = ['--host', '10.0.0.1', '--capture-end', String(start + 100), '--at'];
    expect(await socketsAt(leaking, ...argv, '30')).toMatchObject([{ state: 'FIN_WAIT_2', doubt: 'inferred' }]);
    expect(await socketsAt(leaking, ...argv, '80')).toMatchObject([{ state: 'FIN_WAIT_2', doubt: 'timer' }]);
  });

  test('a capture that ends before it fails alone', async () => {
    const { code, stdout, stderr } = await run(['netstat', leaking, twoClients, '--at', '1.02', '-f', 'ndjson']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^tcplint: .*leaking\.pcap: --at .*\n$/),
    });
    expect(stdout.trimEnd().split('\n').length).toBeGreaterThan(1);
  });

  test.each([
    ['500s', /not within the capture \(0\.000000 to .*--capture-end/],
    ['soon', /not a time: 'soon' .*or 12\.5s after the first packet\)/],
  ])('%s is refused in one line', async (at, line) => {
    const ran = await run(['netstat', leaking, '--at', at]);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(line);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a connection seen from its middle is as old as the capture at least', async () => {
    const capture = folder.script(
      'middle.pcap',
      `client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > P. 1:101(100) ack 1 win 502
+0.01 < . 1:1(0) ack 101 win 512
+1    > P. 101:201(100) ack 1 win 502
`,
    );
    const [row] = await socketsAt(capture, '--host', '10.0.0.1');
    expect(row).toMatchObject({ state: 'ESTABLISHED', doubt: 'midstream' });
  });
});

/** Epoch seconds of a capture's first packet. */
async function startOf(capture: string): Promise<number> {
  const { stdout } = await run(['netstat', capture, '-f', 'json']);
  return Number(JSON.parse(stdout).captures[0].start);
}

/** Absolute times in the table above are those of a capture that begins at 1600000000: ours may begin elsewhere. */
async function onClock(at: string): Promise<string> {
  if (!/^(16|20)/.test(at)) return at;
  const start = await startOf(leaking);
  return at.startsWith('20') ? new Date((start + 0.015) * 1000).toISOString() : (start + 0.015).toFixed(9);
}

describe('--host', () => {
  test('without it, the one with the most sockets', async () => {
    const found = await socketsAt(twoClients);
    expect(new Set(found.map(({ local }) => local.address))).toEqual(new Set(['10.0.0.2']));
    const { stdout } = await run(['netstat', twoClients]);
    expect(stdout).toContain('10.0.0.2 (the busiest of 3 hosts; see --host)');
  });

  test('several addresses are one host', async () => {
    const found = await socketsAt(twoClients, '--host', '10.0.0.1', '--host', '10.0.0.3');
    expect(states(found)).toEqual(['FIN_WAIT_2', 'ESTABLISHED']);
  });

  test('what is no address is refused', async () => {
    const ran = await run(['netstat', twoClients, '--host', 'web']);
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining("not an IP address: 'web'") });
  });
});

describe('--every', () => {
  test('counts at moments, zeros too', async () => {
    const { stdout } = await run(['netstat', twoClients, '--every', '500ms', '--host', '10.0.0.2', '-f', 'json']);
    const counts = JSON.parse(stdout).counts as { states: Record<string, number> }[];
    expect(counts.map(({ states: each }) => [each.CLOSE_WAIT, each.ESTABLISHED])).toEqual([
      [0, 0],
      [1, 0],
      [1, 0],
    ]);
  });

  test('draws a line per state, in Unicode and in ASCII', async () => {
    const argv = ['netstat', twoClients, '--every', '10ms', '--host', '10.0.0.2'];
    const [plain, drawn] = [await run(argv), await run(argv, { env: { LANG: 'C.UTF-8' } })];
    expect(plain.stdout).toMatch(/^[\x20-\x7e\n]*$/);
    expect(plain.stdout).toMatch(/^CLOSE_WAIT .*@.*peak 1$/m);
    expect(drawn.stdout).toMatch(/^CLOSE_WAIT .*█.*peak 1$/m);
    for (const line of plain.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('and --at exclude each other; too many rows are refused', async () => {
    const both = await run(['netstat', leaking, '--at', '0', '--every', '1s']);
    expect(both).toMatchObject({ code: 2, stderr: 'tcplint: --at and --every exclude each other\n' });
    const many = await run(['netstat', twoClients, '--every', '100ns']);
    expect(many).toMatchObject({ code: 2, stdout: '' });
    expect(many.stderr).toMatch(/^tcplint: .*two\.pcap: --every 0\.1 .s would be \d+ rows: 1000000 at most\n$/);
    expect(await run(['netstat', leaking, '--every', '0'])).toMatchObject({ code: 2 });
  });
});

describe('counts per state', () => {
  const at = (seconds: number) => ({ seconds: Math.floor(seconds), nanos: Math.round((seconds % 1) * 1e9) });
  const spell = (state: StateSpell['state'], start: number, end: number | null): StateSpell => ({
    state,
    start: at(start),
    end: end === null ? null : at(end),
    frame: 1,
    endFrame: null,
  });

  test('are of the moments, not of what lies between', () => {
    const counting = new StateCounting(at(100), 1);
    counting.add([spell('SYN_SENT', 100.2, 100.7), spell('ESTABLISHED', 100.7, 103), spell('CLOSED', 103, null)]);
    counting.add([spell('ESTABLISHED', 102, null)]);
    expect(counting.facts(at(104.5))).toMatchObject({
      samples: 5,
      counts: { ESTABLISHED: [0, 1, 2, 1, 1] },
    });
    expect(counting.facts(at(104.5)).counts.SYN_SENT).toBeUndefined();
    expect(counting.sum(at(104.5))).toBe(5);
  });

  test('add up', () => {
    const [a, b] = [new StateCounting(at(0), 1), new StateCounting(at(0), 1)];
    a.add([spell('CLOSE_WAIT', 0.5, 2.5)]);
    b.add([spell('CLOSE_WAIT', 1.5, null)]);
    a.merge(b);
    expect(a.facts(at(3)).counts.CLOSE_WAIT).toEqual([0, 1, 2, 1]);
  });
});

test('a sparkline shows the peaks however long the series is', () => {
  expect(sparkline([0, 1, 4, 8], 10, true)).toBe(' ▁▄█');
  expect(sparkline([0, 1, 4, 8], 10, false)).toBe(' .=@');
  const long = new Array<number>(10_000).fill(0);
  long[7777] = 5;
  expect(sparkline(long, 40, true)).toHaveLength(40);
  expect(sparkline(long, 40, true).trim()).toBe('█');
  expect(sparkline([0, 0], 10, true)).toBe('  ');
  expect(sparkline([], 10, true)).toBe('');
});
