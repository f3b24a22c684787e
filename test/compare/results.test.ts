import { afterAll, describe, expect, test } from 'vitest';
import type { Comparison, MeasureComparison } from '../../lib/facts/comparison.ts';
import { CLOSE_WAIT, Folder, HEALTHY, run } from '../cli/run.ts';

const folder = new Folder();
afterAll(() => folder.remove());

interface Traffic {
  readonly connections: number;
  /** Of them. */
  readonly refused?: number;
  readonly reset?: number;
  /** Response time in ms of the i-th connection. */
  readonly response?: (i: number) => number;
  readonly server?: string;
}

/** Connections of one request each, one after the other. */
function traffic({
  connections,
  refused = 0,
  reset = 0,
  response = () => 20,
  server = '10.0.0.2:80',
}: Traffic): string {
  const lines = [`client 10.0.0.1:1000 -> server ${server}`];
  for (let i = 0; i < connections; i++) {
    const [to, from] = [`10.0.0.1:${2000 + i} > ${server}`, `10.0.0.1:${2000 + i} < ${server}`];
    lines.push(`+0.1 ${to} S 0:0(0) win 64240 <mss 1460>`);
    if (i < refused) {
      lines.push(`+0.01 ${from} R. 0:0(0) ack 1`);
      continue;
    }
    lines.push(
      `+0.01 ${from} S. 0:0(0) ack 1 win 65535 <mss 1460>`,
      `+0 ${to} . 1:1(0) ack 1 win 64240`,
      `+0 ${to} P. 1:101(100) ack 1 win 64240`,
      `+${(10 + response(i)) / 1000} ${from} P. 1:501(500) ack 101 win 65535`,
      `+0 ${to} . 101:101(0) ack 501 win 64240`,
    );
    if (i < refused + reset) lines.push(`+0.01 ${from} R. 501:501(0) ack 101`);
    else {
      lines.push(
        `+0.01 ${to} F. 101:101(0) ack 501 win 64240`,
        `+0.01 ${from} F. 501:501(0) ack 102 win 65535`,
        `+0 ${to} . 102:102(0) ack 502 win 64240`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

let files = 0;
const capture = (what: Traffic): string => folder.script(`${files++}.pcap`, traffic(what));

async function compare(before: Traffic, after: Traffic, ...argv: string[]): Promise<Comparison & { code: number }> {
  const { code, stdout } = await run(['compare', capture(before), capture(after), '-f', 'json', ...argv]);
  return { code, ...JSON.parse(stdout) };
}

function measure({ services }: Comparison, name: string): MeasureComparison | undefined {
  return services.flatMap(({ measures }) => measures).find((each) => each.measure === name);
}

describe('shares', () => {
  test('that grew too much for chance got worse, and fail the run', async () => {
    const found = await compare({ connections: 40 }, { connections: 40, refused: 15 });
    expect(measure(found, 'refused')).toMatchObject({ outcome: 'worse', severity: 'error', before: { value: 0 } });
    expect(found.rules.find(({ rule }) => rule === 'connection-refused')).toMatchObject({ outcome: 'worse' });
    expect(found.code).toBe(1);
  });

  test('the other way round they got better, and nothing fails', async () => {
    const found = await compare({ connections: 40, refused: 15 }, { connections: 40 });
    expect(measure(found, 'refused')).toMatchObject({ outcome: 'better' });
    expect(found.summary).toMatchObject({ worse: 0, error: 0 });
    expect(found.code).toBe(0);
  });

  test('of few connections may be chance; --strict counts that as well', async () => {
    const [before, after] = [{ connections: 4 }, { connections: 4, refused: 2 }];
    const found = await compare(before, after);
    expect(measure(found, 'refused')).toMatchObject({
      outcome: 'unclear',
      before: { value: 0 },
      after: { value: 0.5 },
    });
    expect(measure(found, 'refused')!.after!.high).toBeGreaterThan(0.8);
    expect(found.code).toBe(0);
    expect((await compare(before, after, '--strict')).code).toBe(1);
    expect((await compare(after, before, '--strict')).code).toBe(0);
  });
});

describe('times', () => {
  const usual = (i: number): number => 20 + (i % 5);

  test('twice as long got worse', async () => {
    const found = await compare(
      { connections: 30, response: usual },
      { connections: 30, response: (i) => 2.5 * usual(i) },
    );
    expect(measure(found, 'responseMedian')).toMatchObject({ outcome: 'worse', severity: 'error' });
    expect(measure(found, 'handshakeMedian')).toMatchObject({ outcome: 'same' });
    expect(found.code).toBe(1);
  });

  test('a tail alone is found where the middle is the same', async () => {
    const slow = (i: number): number => (i % 6 === 0 ? 400 : usual(i));
    const found = await compare({ connections: 120, response: usual }, { connections: 120, response: slow });
    expect(measure(found, 'responseTail')).toMatchObject({ outcome: 'worse' });
    expect(measure(found, 'responseMedian')!.outcome).not.toBe('worse');
  });

  test('a difference that matters to nobody is none, however sure', async () => {
    const found = await compare({ connections: 60, response: () => 20 }, { connections: 60, response: () => 20.6 });
    expect(measure(found, 'responseMedian')).toMatchObject({ outcome: 'same' });
    expect(found.code).toBe(0);
  });
});

test('one capture against itself: nothing changed', async () => {
  const file = folder.script('same.pcap', traffic({ connections: 30, refused: 5, reset: 5 }));
  const { code, stdout } = await run(['compare', file, file, '-f', 'json', '--strict', '--fail-on', 'note']);
  expect(code).toBe(0);
  expect(JSON.parse(stdout).summary).toEqual({ better: 0, worse: 0, unclear: 0, error: 0, warning: 0, note: 0 });
});

describe('services', () => {
  test('are one by address and port; in another network by port alone', async () => {
    const same = await compare({ connections: 3 }, { connections: 3 });
    expect(same.services).toMatchObject([{ matchedBy: 'address' }]);
    const moved = await compare({ connections: 3 }, { connections: 3, server: '10.9.9.9:80' });
    expect(moved.services).toMatchObject([
      { matchedBy: 'port', before: { address: '10.0.0.2' }, after: { address: '10.9.9.9' } },
    ]);
    const other = await compare({ connections: 3 }, { connections: 3, server: '10.9.9.9:81' });
    expect(other.services.map(({ matchedBy }) => matchedBy)).toEqual([null, null]);
  });
});

describe('rules', () => {
  test('that name connections are weighed by their share', async () => {
    const found = await compare({ connections: 50 }, { connections: 50, reset: 20 });
    const reset = found.rules.filter(({ rule }) => rule.startsWith('reset') || rule === 'abortive-close');
    expect(reset.some(({ outcome, p }) => outcome === 'worse' && p! < 0.001)).toBe(true);
  });

  test('--fail-on and --max-warnings decide the exit code', async () => {
    const [before, after] = [capture({ connections: 40 }), capture({ connections: 40, refused: 15 })];
    expect((await run(['compare', before, after, '--fail-on', 'never'])).code).toBe(0);
    expect((await run(['compare', before, after, '--fail-on', 'never', '--max-warnings', '0'])).code).toBe(1);
    expect((await run(['compare', before, after, '--fail-on', 'never', '--max-warnings', '99'])).code).toBe(0);
  });
});

describe('what is printed', () => {
  test('says the worst first, and ends with a summary, in 80 columns of ASCII', async () => {
    const { stdout } = await run(['compare', capture({ connections: 40 }), capture({ connections: 40, refused: 15 })]);
    expect(stdout).toMatch(/^10\.0\.0\.2:80 /);
    expect(stdout).toMatch(/worse {2,}refused +0 % -> 37\.5 % +p < 0\.0001/);
    expect(stdout).toMatch(/\n2 got worse \(1 error, 1 warning\), 0 better, \d+ may be chance, \d+ the same\n$/);
    expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
  });

  test('in Markdown too, where nothing from a capture is markup', async () => {
    const { stdout } = await run([
      'compare',
      capture({ connections: 40 }),
      capture({ connections: 40, refused: 15 }),
      '-f',
      'markdown',
    ]);
    expect(stdout).toMatch(/^# tcplint: 2 got worse/);
    expect(stdout).toContain('| `10.0.0.2:80` | refused | 0 %');
  });
});

describe('2 and one line for', () => {
  const file = folder.script('some.pcap', HEALTHY);
  const other = folder.script('other.pcap', CLOSE_WAIT);
  test.each([
    ['one capture', [file], /two captures are compared, not 1/],
    ['three', [file, file, file], /two captures are compared, not 3/],
    ['a missing one', [file, 'nowhere.pcap'], /nowhere\.pcap: no such file/],
    ['--join', [file, other, '--join'], /--join would make one capture of the two/],
    [
      '--taps with a selection',
      ['--taps', file, file, '--where', 'port 80'],
      /--taps compares captures whole: without --where/,
    ],
    ['--taps in Markdown', ['--taps', file, file, '-f', 'markdown'], /--taps has no format markdown: pretty, json/],
    ['--taps of standard input', ['--taps', '-', file], /give files, not standard input/],
    [
      '--taps of what is no capture',
      ['--taps', file, folder.write('text.pcap', 'no capture at all, this')],
      /text\.pcap: .*\(offset 0\)/,
    ],
    ['a share without sense', [file, file, '--chance', '5'], /not a share between 0 and 1: '5'/],
  ])('%s', async (_, argv, line) => {
    const ran = await run(['compare', ...argv]);
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(line);
    expect(ran.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test('--taps prints what happened between them', async () => {
  const [client, server] = ['client', 'server'].map(
    (end) => new URL(`../../fixtures/taps/nat.${end}.pcap`, import.meta.url).pathname,
  ) as [string, string];
  const { code, stdout } = await run(['compare', '--taps', client, server]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^[\x20-\x7e\n]*$/);
  expect(stdout).toMatch(/MSS 1460 -> 1300/);
  expect(stdout).toMatch(/^lost between the taps \(36\)$/m);
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
});
