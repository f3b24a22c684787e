import { afterAll, describe, expect, test } from 'vitest';
import { atRank, Times } from '../../lib/traffic/times.ts';
import { Folder, HEALTHY, run, UNANSWERED } from '../cli/run.ts';

const folder = new Folder();
afterAll(() => folder.remove());

/** One service that answers after 50 ms, sends a segment again, and whose third connection it resets; one that refuses. */
const MIXED = `
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) win 64240 <mss 1460,sackOK,nop,wscale 7>
+0.01 < S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,nop,wscale 7>
+0    > . 1:1(0) ack 1 win 502
+0    > P. 1:101(100) ack 1 win 502
+0.06 < P. 1:1001(1000) ack 101 win 512
+0.3  < P. 1:1001(1000) ack 101 win 512
+0    > . 101:101(0) ack 1001 win 502
+0.01 > F. 101:101(0) ack 1001 win 502
+0.01 < . 1001:1001(0) ack 102 win 512
+3    < F. 1001:1001(0) ack 102 win 512
+0    > . 102:102(0) ack 1002 win 502
+0.1  10.0.0.1:40001 > 10.0.0.2:80 S 0:0(0) win 64240 <mss 1460>
+0.03 10.0.0.1:40001 < 10.0.0.2:80 S. 0:0(0) ack 1 win 65535 <mss 1460>
+0    10.0.0.1:40001 > 10.0.0.2:80 . 1:1(0) ack 1 win 502
+0.1  10.0.0.1:40001 < 10.0.0.2:80 R. 1:1(0) ack 1
+0.1  10.0.0.1:40002 > 10.0.0.2:81 S 0:0(0) win 64240 <mss 1460>
+0.01 10.0.0.1:40002 < 10.0.0.2:81 R. 0:0(0) ack 1
`;

interface Row {
  readonly server: { readonly address: string; readonly port: number };
  readonly [field: string]: unknown;
}

async function rowsOf(...argv: string[]): Promise<Row[]> {
  const { code, stdout } = await run(['services', ...argv, '-f', 'json']);
  expect(code).toBe(0);
  return JSON.parse(stdout).services;
}

describe('a row', () => {
  const capture = folder.script('mixed.pcap', MIXED);

  test('folds the connections of one server address and port', async () => {
    const rows = await rowsOf(capture);
    const web = rows.find(({ server }) => server.port === 80)!;
    expect(web).toMatchObject({
      server: { address: '10.0.0.2', port: 80 },
      connections: 2,
      begun: 2,
      completed: 2,
      refused: 0,
      refusedShare: 0,
      unanswered: 0,
      reset: 1,
      resetShare: 0.5,
      packets: 15,
      uniqueBytes: 1100,
      retransmittedBytes: 1000,
      retransmissions: 1,
      dataSegments: 3,
    });
    expect(web.handshake).toEqual({ samples: 2, min: 0.01, p50: 0.01, p95: 0.03, max: 0.03 });
    expect(web.response).toMatchObject({ samples: 1 });
    expect((web.response as { p50: number }).p50).toBeCloseTo(0.05, 6);
  });

  test('has the dwell of either side in CLOSE_WAIT and TIME_WAIT, lower bounds counted', async () => {
    const web = (await rowsOf(capture)).find(({ server }) => server.port === 80)!;
    expect(web.closeWait).toMatchObject({ client: null, server: { samples: 1, open: 0 } });
    expect((web.closeWait as { server: { p50: number } }).server.p50).toBeCloseTo(3.01, 6);
    expect(web.timeWait).toMatchObject({ server: null, client: { samples: 1, open: 1 } });
  });

  test('of a port that refuses has no handshake', async () => {
    const closed = (await rowsOf(capture)).find(({ server }) => server.port === 81)!;
    expect(closed).toMatchObject({ begun: 1, completed: 0, refused: 1, refusedShare: 1, reset: 0, handshake: null });
    expect(closed.response).toBeNull();
    expect(closed.findings).toEqual([{ rule: 'connection-refused', severity: 'warning', count: 1, connections: 1 }]);
  });
});

test('the worst service comes first, and what was found there stands with it', async () => {
  const rows = await rowsOf(new URL('../../fixtures/incident.pcapng', import.meta.url).pathname);
  const worst = rows.map(({ findings }) => (findings as { severity: string }[])[0]?.severity ?? 'none');
  expect(worst).toEqual([...worst].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
  const flooded = rows.find(({ server }) => server.port === 443)!;
  expect(flooded.findings).toEqual([{ rule: 'syn-flood', severity: 'error', count: 1, connections: 280 }]);
});
const ORDER = ['error', 'warning', 'note', 'none'];

test('only the connections that are meant are folded', async () => {
  const capture = folder.script('two.pcap', MIXED);
  expect(await rowsOf(capture, '--where', 'server port 81')).toHaveLength(1);
  const selected = await rowsOf(capture, '--where', 'finding connection-refused');
  expect(selected.map(({ server }) => server.port)).toEqual([81]);
});

test('every format has the same rows', async () => {
  const captures = [folder.script('healthy.pcap', HEALTHY), folder.script('unanswered.pcap', UNANSWERED)];
  const whole = await rowsOf(...captures);
  const lines = (await run(['services', ...captures, '-f', 'ndjson'])).stdout.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(whole);
  const [head, ...rest] = (await run(['services', ...captures, '-f', 'csv'])).stdout.trimEnd().split('\n');
  expect(rest).toHaveLength(whole.length);
  expect(head!.split(',').slice(0, 4)).toEqual(['capture', 'server.address', 'server.port', 'server.name']);
});

describe('the table', () => {
  const incident = new URL('../../fixtures/incident.pcapng', import.meta.url).pathname;

  test.each([[{ COLUMNS: '80' }], [{ COLUMNS: '200', LANG: 'C.UTF-8' }], [{ COLUMNS: '40' }]])(
    'keeps to the page: %j',
    async (env) => {
      const { stdout } = await run(['services', incident], { env });
      const width = Number(env.COLUMNS);
      const lines = stdout.trimEnd().split('\n');
      // The columns that never give way need some 64.
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(width, 70));
      expect(stdout).toContain('syn-flood (280)');
      if (!('LANG' in env)) expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
    },
  );

  test('has microseconds and long names in the columns and characters that there are', async () => {
    const fast = folder.script('fast.pcap', HEALTHY.replaceAll('+0.01 ', '+0.000020 '));
    const hosts = folder.write('hosts', `10.0.0.2 ${'long-name.'.repeat(20)}example\n`);
    const { stdout } = await run(['services', fast, '--hosts', hosts], { env: { COLUMNS: '80' } });
    const [head, row] = stdout.split('\n');
    expect(row).toMatch(/^10\.0\.0\.2:80 long-name\.long-na\.\.\. .* us /);
    expect(Math.max(head!.length, row!.length)).toBeLessThanOrEqual(80);
  });

  test('of a capture without TCP is empty', async () => {
    const empty = folder.script('empty.pcap', 'client 10.0.0.1:1 -> server 10.0.0.2:2\n');
    expect(await run(['services', empty])).toMatchObject({ code: 0, stdout: '' });
  });
});

describe('times', () => {
  test('are exact while they are few, and within a class beyond', () => {
    const times = new Times();
    for (let i = 1; i <= 100; i++) times.add(i / 1000);
    expect(times.facts()).toMatchObject({ samples: 100, min: 0.001, p50: 0.05, p95: 0.095, max: 0.1 });
    for (let i = 101; i <= 10_000; i++) times.add(i / 1000);
    const { p50, p95, max, histogram } = times.facts()!;
    expect(Math.abs(p50 / 5 - 1)).toBeLessThan(0.022);
    expect(Math.abs(p95 / 9.5 - 1)).toBeLessThan(0.022);
    expect(max).toBe(10);
    expect(histogram.reduce((sum, [, count]) => sum + count, 0)).toBe(10_000);
  });

  test('none at all are null, and zero is a time', () => {
    expect(new Times().facts()).toBeNull();
    const times = new Times();
    times.add(0);
    expect(times.facts()).toMatchObject({ samples: 1, min: 0, p50: 0, max: 0 });
  });

  test('have a rank each, those of one histogram entry together', () => {
    const histogram = [
      [1, 3],
      [2, 1],
    ] as const;
    expect([1, 3, 4].map((rank) => atRank(histogram, rank))).toEqual([1, 1, 2]);
  });
});
