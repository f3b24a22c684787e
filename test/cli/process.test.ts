import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assemble } from '../scripts/assemble.ts';
import { Folder, HEALTHY, UNANSWERED } from './run.ts';

/** What only a process of its own can show: pipes, signals, standard input. Runs the compiled program. */
const ROOT = join(import.meta.dirname, '../..');
const BUILT = join(ROOT, 'node_modules/.cache/tcplint-process-test');
const PROGRAM = join(BUILT, 'bin/tcplint.js');

const folder = new Folder();
const unanswered = folder.script('unanswered.pcap', UNANSWERED);

beforeAll(() => {
  mkdirSync(BUILT, { recursive: true });
  writeFileSync(join(BUILT, 'package.json'), '{"type":"module"}');
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--outDir', BUILT, '--declaration', 'false'], {
    cwd: ROOT,
  });
}, 60_000);
afterAll(() => folder.remove());

const body = readFileSync(unanswered);
const header = body.subarray(0, 24);
/** Its six packets, over and over, to 16 MiB. */
const ROUNDS = Math.ceil((16 * 1024 * 1024) / (body.length - header.length));
const packets = Buffer.concat(Array(ROUNDS).fill(body.subarray(header.length)));

function tcplint(...argv: string[]): ChildProcess {
  return spawn(process.execPath, [PROGRAM, ...argv], { stdio: 'pipe' });
}

/**
 * A process that is still starting dies of a signal: waits until it waits (where Linux tells). All its threads sleep then,
 * and have done nothing for a while.
 */
async function waiting({ pid }: ChildProcess): Promise<void> {
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return pause(5000).then(() => {});
  let before = '';
  for (let quiet = 0; quiet < 10; await pause(50)) {
    // The state, and the time used in the program and in the system: fields 3, 14 and 15, behind the name in brackets.
    const fields = readdirSync(tasks).map((task) =>
      readFileSync(`${tasks}/${task}/stat`, 'utf8').replace(/.*\) /, '').split(' '),
    );
    const now = fields.map((each) => `${each[0]} ${each[11]} ${each[12]}`).join();
    quiet = now === before && fields.every(([state]) => state === 'S') ? quiet + 1 : 0;
    before = now;
  }
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout!.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr!.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** More than a pipe holds: when this has been written, somebody reads. */
const ENOUGH = 512 * 1024;

/** A capture that goes on for as long as somebody reads it. */
class Endless {
  readonly being: Promise<void>;
  private ended = false;

  constructor(stream: Writable, pauseMilliseconds = 20) {
    const bytes = Buffer.from(assemble(HEALTHY));
    const more = Buffer.concat(Array.from({ length: 16 }, () => bytes.subarray(24)));
    let written = 0;
    stream.on('error', () => {});
    this.being = new Promise((resolve) => {
      const next = (): void => {
        written += more.length;
        if (written > ENOUGH) {
          resolve();
        }
        if (!this.ended) {
          stream.write(more, () => setTimeout(next, written > ENOUGH ? pauseMilliseconds : 0));
        }
      };
      stream.write(bytes, next);
    });
  }

  stop(): void {
    this.ended = true;
  }
}

describe('standard input', () => {
  test('gives what the file gives', async () => {
    const child = tcplint('-', '-f', 'json');
    const result = ended(child);
    child.stdin!.end(readFileSync(unanswered));
    const fromFile = spawnSync(process.execPath, [PROGRAM, unanswered, '-f', 'json'], { encoding: 'utf8' });
    expect((await result).stdout.replaceAll('"-"', JSON.stringify(unanswered))).toBe(fromFile.stdout);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('the first %s is its end: what was found is printed', async (signal) => {
    const child = tcplint('-', '-f', 'json');
    const result = ended(child);
    const source = new Endless(child.stdin!);
    await source.being;
    child.kill(signal);
    const { code, stdout } = await result;
    source.stop();
    expect(code).toBe(0);
    expect(JSON.parse(stdout).captures[0].connections).toBeGreaterThan(0);
  });

  test('a second one ends the run', async () => {
    const child = tcplint('-', '-f', 'json');
    const result = ended(child);
    const source = new Endless(child.stdin!);
    await source.being;
    // Two different ones: equal signals that wait together arrive as one. Which of them is the second, nobody promises.
    child.kill('SIGINT');
    child.kill('SIGTERM');
    const { code, stdout } = await result;
    source.stop();
    expect([130, 143]).toContain(code);
    expect(stdout).toBe('');
  });

  test('nothing at all is no capture', async () => {
    const child = tcplint('-');
    const result = ended(child);
    child.stdin!.end();
    expect(await result).toMatchObject({ code: 2, stderr: expect.stringMatching(/^tcplint: -: .*\(offset 0\)\n$/) });
  });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s while a file is read ends the run with %i and leaves nothing behind', async (signal, exit) => {
  const pipe = folder.at(`${signal}.pcap`);
  execFileSync('mkfifo', [pipe]);
  const child = tcplint(pipe, '-f', 'json', '-o', folder.at('never.json'));
  const result = ended(child);
  const writer = createWriteStream(pipe);
  const source = new Endless(writer);
  await source.being;
  child.kill(signal);
  expect(await result).toMatchObject({ code: exit, stdout: '' });
  source.stop();
  writer.destroy();
  expect(readdirSync(folder.path).filter((name) => name.startsWith('never'))).toEqual([]);
});

test.skipIf(!existsSync('/proc/self/fd'))('a link to standard output is written to, and never replaced', () => {
  const link = folder.at('stdout');
  symlinkSync('/proc/self/fd/1', link);
  const command = '"$0" "$1" lint -f ndjson -o "$2" "$3" | cat';
  const told = execFileSync('sh', ['-c', command, process.execPath, PROGRAM, link, unanswered], { encoding: 'utf8' });
  expect(told).toContain('syn-unanswered');
  expect(readlinkSync(link)).toBe('/proc/self/fd/1');
});

describe('a capture that is being made', () => {
  test('is told of while it goes on, each finding once, and the closing result is the file’s', async () => {
    const child = tcplint('-', '-f', 'json');
    let told = '';
    const heard = new Promise<void>((resolve) => {
      child.stderr!.on('data', (chunk) => {
        told += chunk;
        if (told.includes('[syn-unanswered]')) {
          resolve();
        }
      });
    });
    const result = ended(child);
    child.stdin!.write(readFileSync(unanswered));
    await heard;
    expect(told).toMatch(/^tcplint: provisional, at [\d.]+ s: warning: Server .* \[syn-unanswered\]$/m);
    child.stdin!.end();
    const { stdout, stderr } = await result;
    expect(stderr.match(/\[syn-unanswered\]/g)).toHaveLength(1);
    const fromFile = spawnSync(process.execPath, [PROGRAM, unanswered, '-f', 'json'], { encoding: 'utf8' });
    expect(stdout.replaceAll('"-"', JSON.stringify(unanswered))).toBe(fromFile.stdout);
  });

  test('has its rows printed as they come', async () => {
    const child = tcplint('packets', '-', '-f', 'ndjson');
    const first = new Promise<string>((resolve) => child.stdout!.once('data', (chunk) => resolve(String(chunk))));
    child.stdin!.write(readFileSync(unanswered));
    expect((await first).split('\n')).toHaveLength(7);
    child.stdin!.end();
    await ended(child);
  });

  test('is told of by nobody who was asked to name nobody', async () => {
    const child = tcplint('-', '--redact');
    const result = ended(child);
    child.stdin!.write(readFileSync(unanswered));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.stdin!.end();
    expect((await result).stderr).toBe('');
  });

  test.each([
    ['that nobody writes into', false],
    ['that says nothing more', true],
  ] as const)('a signal ends the waiting for a pipe %s', async (_, spoken) => {
    const pipe = folder.at(`silent-${spoken}.pcap`);
    execFileSync('mkfifo', [pipe]);
    const child = tcplint(pipe);
    const result = ended(child);
    const writer = spoken ? createWriteStream(pipe) : null;
    writer?.write(readFileSync(unanswered));
    await waiting(child);
    child.kill('SIGINT');
    expect(await result).toMatchObject({ code: 130, stdout: '' });
    writer?.destroy();
  });
});

test('a reader that goes away ends the run quietly with 141', async () => {
  const child = tcplint('packets', '-', '-f', 'ndjson');
  const result = ended(child);
  const source = new Endless(child.stdin!, 0);
  child.stdout!.once('data', () => child.stdout!.destroy());
  const { code, stderr } = await result;
  source.stop();
  expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
});

test
  .skipIf(!existsSync('/dev/full'))
  .each([['lint', unanswered], ['packets', unanswered, '-f', 'json'], ['extract', unanswered], ['--help']])(
  'a full disk is 2, and no reader that went away: %s',
  async (...argv) => {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [PROGRAM, ...argv], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let told = '';
    child.stderr!.on('data', (chunk) => {
      told += chunk;
    });
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(2);
    if (argv[0] !== '--help') expect(told).toBe('tcplint: cannot write: no space left on the device\n');
  },
);

test('help that nobody reads is no crash', async () => {
  const child = tcplint('--help');
  child.stdout!.destroy();
  const { code, stderr } = await ended(child);
  expect(stderr).toBe('');
  expect([0, 141]).toContain(code);
});

describe('several captures on several threads', () => {
  const paths = [
    folder.script('ring_00001.pcap', UNANSWERED),
    folder.script('healthy.pcap', HEALTHY),
    folder.at('missing.pcap'),
    folder.script('ring_00002.pcap', UNANSWERED),
    join(ROOT, 'package.json'),
    join(ROOT, 'fixtures/incident.pcapng'),
  ];
  const judged = (...argv: string[]) => ended(tcplint(...paths, ...argv));

  test.each([
    ['json', []],
    ['pretty', []],
    ['json', ['--preset', 'strict', '--where', 'server port 443', '--rule', 'syn-unanswered:note']],
    ['json', ['--stream', '200']],
  ])('--format %s %j: what is said, where, and the exit are those of one thread', async (format, options) => {
    const one = await judged('-f', format, ...options, '--threads', '1');
    expect(one.code).toBe(2);
    expect(one.stderr.split('\n')).toHaveLength(3);
    for (const threads of ['2', '5']) {
      expect(await judged('-f', format, ...options, '--threads', threads)).toEqual(one);
    }
  });

  test('a stream that none of them has is told once', async () => {
    const one = await judged('--stream', '9999', '--threads', '1');
    expect(one.stderr).toMatch(/^(tcplint: .*\n){2}tcplint: 4 captures: no stream 9999 \(the highest is 430\)\n$/);
    expect(one).toMatchObject({ code: 2, stdout: '' });
    expect(await judged('--stream', '9999', '--threads', '2')).toEqual(one);
  });

  test('bad usage is told once', async () => {
    const { code, stderr } = await judged('--threads', '2', '--config', folder.at('no.json'));
    expect(code).toBe(2);
    expect(stderr.split('\n')).toHaveLength(2);
  });
});

describe('a signal to a run on two threads', () => {
  /** Takes a while to read: gigabytes, of which the files are a thousandth. */
  const endless = (name: string): string => {
    const member = gzipSync(packets, { level: 1 });
    return folder.write(name, Buffer.concat([gzipSync(header), ...Array(128).fill(member)]));
  };
  const long = [endless('long-a.pcap.gz'), endless('long-b.pcap.gz')];

  test.skipIf(!existsSync('/proc/self/fd')).each([
    ['one capture', 'SIGINT', 130, long.slice(0, 1)],
    ['one capture', 'SIGTERM', 143, long.slice(0, 1)],
    ['one each', 'SIGINT', 130, long],
    ['one each', 'SIGTERM', 143, long],
  ] as const)('that read %s: %s ends it with %i and leaves nothing behind', async (_, signal, exit, captures) => {
    const child = tcplint(...captures, '--threads', '2', '-f', 'json', '-o', folder.at('unsaid.json'));
    const result = ended(child);
    try {
      await opening(child, captures);
      child.kill(signal);
      expect(await result).toEqual({ code: exit, signal: null, stdout: '', stderr: '' });
    } finally {
      child.kill('SIGKILL');
    }
    expect(readdirSync(folder.path).filter((name) => name.startsWith('unsaid'))).toEqual([]);
  });
});

/** Waits until a process has these files open. */
async function opening({ pid }: ChildProcess, paths: readonly string[]): Promise<void> {
  const wanted = paths.map((path) => realpathSync(path));
  const descriptors = `/proc/${pid}/fd`;
  const target = (name: string): string => {
    try {
      return readlinkSync(join(descriptors, name));
    } catch {
      return '';
    }
  };
  for (let open: string[] = []; !wanted.every((path) => open.includes(path)); ) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    open = readdirSync(descriptors).map(target);
  }
}

describe('one capture on two threads', () => {
  const incident = join(ROOT, 'fixtures/incident.pcapng');
  const compressed = gzipSync(readFileSync(incident));
  const captures: readonly (readonly string[])[] = [
    [incident],
    [incident, '--limit', '1000', '--where', 'server port 443'],
    [incident, '--preset', 'strict', '--capture-end', '2040-01-01T00:00:00Z'],
    [incident, '--stream', '430'],
    [incident, '--stream', '431'],
    [folder.write('whole.gz', compressed)],
    [folder.write('cut.gz', compressed.subarray(0, compressed.length / 2))],
    [folder.write('cut.pcapng', readFileSync(incident).subarray(0, 100_001))],
    [folder.write('empty.pcap', '')],
    [join(ROOT, 'package.json')],
    [folder.at('missing.pcap')],
    [incident, unanswered, '--join'],
    [incident, join(ROOT, 'package.json'), '--join'],
  ];

  test.each(captures)('%s %s %s %s %s: what is said, where, and the exit are those of one thread', async (...argv) => {
    const given = argv.filter((each) => each !== undefined);
    const one = await ended(tcplint(...given, '-f', 'json', '--threads', '1'));
    expect(one.stdout + one.stderr).not.toBe('');
    expect(await ended(tcplint(...given, '-f', 'json', '--threads', '2'))).toEqual(one);
  });

  test('of other commands too', async () => {
    const one = await ended(tcplint('services', incident, '-f', 'json', '--threads', '1'));
    expect(one.stdout.length).toBeGreaterThan(1000);
    expect(await ended(tcplint('services', incident, '-f', 'json', '--threads', '2'))).toEqual(one);
  });

  type Apart = typeof import('../../lib/engine/workers/apart.ts');
  const apart = (): Promise<Apart> => import(join(BUILT, 'lib/engine/workers/apart.js'));
  const nothing = { write() {}, end() {} };
  const options = { limit: undefined };

  test('a file that is gone by then is told as ever, and a defect is one', async () => {
    const { readTraceApart } = await apart();
    const gone = readTraceApart([folder.at('gone.pcap')], nothing, options);
    await expect(gone).rejects.toMatchObject({ name: 'InputError', path: folder.at('gone.pcap') });
    await expect(gone).rejects.toThrow(/: no such file$/);
    await expect(readTraceApart([7 as never], nothing, options)).rejects.toMatchObject({ stack: expect.any(String) });
  });

  test('what goes wrong here ends the reading there', async () => {
    const { readTraceApart } = await apart();
    const sink = {
      write() {
        throw new Error('enough');
      },
      end() {},
    };
    await expect(readTraceApart([incident], sink, options)).rejects.toThrow('enough');
  });

  const many = folder.write('many.pcap', Buffer.concat([header, packets]));

  test('between two blocks, others get their turn', async () => {
    const { readTraceApart } = await apart();
    let blocks = 0;
    let inTurn = 0;
    let most = 0;
    const pass = (): void => {
      inTurn = 0;
      timer = setImmediate(pass);
    };
    let timer = setImmediate(pass);
    const sink = {
      write() {
        blocks++;
        most = Math.max(most, ++inTurn);
        // Long enough for the other thread to fill the next.
        for (const until = performance.now() + 2; performance.now() < until; );
      },
      end() {},
    };
    await readTraceApart([many], sink, options);
    clearImmediate(timer);
    expect(blocks).toBeGreaterThan(20);
    expect(most).toBe(1);
  });

  test('it ends where it is told to', async () => {
    const { readTraceApart } = await apart();
    const controller = new AbortController();
    let words = 0;
    let ended = false;
    const sink = {
      write(block: Uint8Array) {
        controller.abort();
        words += block.length / 4;
      },
      end() {
        ended = true;
      },
    };
    await readTraceApart([many], sink, { ...options, signal: controller.signal });
    expect(ended).toBe(true);
    expect(words).toBeGreaterThan(0);
    expect(words).toBeLessThan(ROUNDS * 6 * 14);
  });
});
