import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type FeedOptions, feed } from '../../lib/engine/sources/feed.ts';
import { InputError } from '../../lib/engine/sources/input-error.ts';
import { join, packet } from '../capture/make.ts';

const directory = mkdtempSync(joinPath(tmpdir(), 'sources-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = joinPath(directory, name);
  writeFileSync(path, bytes);
  return path;
}

async function fed(path: string, options?: FeedOptions) {
  const parts: Uint8Array[] = [];
  let ended: unknown = 'not';
  const told = await feed(
    path,
    { write: (chunk) => parts.push(chunk.slice()), end: (problem) => (ended = problem) },
    options,
  );
  return { ...told, bytes: join(parts), ended };
}

const CONTENT = packet(1_000_003);

describe('feed', () => {
  it('feeds a file', async () => {
    const result = await fed(file('plain', CONTENT));
    expect(result).toMatchObject({ compression: null, bytesRead: CONTENT.length, problem: null, ended: null });
    expect(Buffer.compare(result.bytes, CONTENT)).toBe(0);
  });

  it('feeds what a compressed file holds', async () => {
    const packed = gzipSync(CONTENT);
    const result = await fed(file('packed', packed));
    expect(result).toMatchObject({ compression: 'gzip', bytesRead: packed.length, problem: null, ended: null });
    expect(Buffer.compare(result.bytes, CONTENT)).toBe(0);
  });

  it('ends the sink with the problem of a cut one', async () => {
    const result = await fed(file('cut', gzipSync(CONTENT).subarray(0, -9)));
    expect(result.problem).toMatchObject({ kind: 'truncated', reason: 'the gzip data end early' });
    expect(result.ended).toBe(result.problem);
  });

  it('tells progress, and ends where it is told to', async () => {
    const path = file('large', new Uint8Array(80 * 1024 * 1024));
    const stop = new AbortController();
    const seen: (number | null)[][] = [];
    let ends = 0;
    const { bytesRead } = await feed(
      path,
      { write: () => {}, end: () => ends++ },
      {
        signal: stop.signal,
        onProgress: (...progress) => {
          seen.push(progress);
          if (seen.length === 2) setImmediate(() => stop.abort());
        },
      },
    );
    expect(seen).toEqual([
      [4 * 1024 * 1024, 80 * 1024 * 1024],
      [8 * 1024 * 1024, 80 * 1024 * 1024],
    ]);
    expect(bytesRead).toBeLessThan(80 * 1024 * 1024);
    expect(ends).toBe(1);
  });

  it.each([
    ['what is not there', joinPath(directory, 'nothing'), 'no such file'],
    ['a directory', directory, 'is a directory'],
  ])('refuses %s in one line', async (_name, path, reason) => {
    const error = await fed(path).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe(`${path}: ${reason}`);
  });

  it('lets no control character of a name into the message', async () => {
    const error = await fed(joinPath(directory, 'a\u001b[31m\nb')).catch((thrown) => thrown);
    expect(error.message).toMatch(/a\ufffd\[31m\ufffdb: no such file$/);
  });

  it.skipIf(!existsSync('/dev/zero'))('reads devices until it has enough, one after the other', async () => {
    for (let i = 0; i < 3; i++) {
      let bytes = 0;
      const sink = {
        write: (chunk: Uint8Array) => {
          bytes += chunk.length;
        },
        end: () => {},
        get full() {
          return bytes > 100_000;
        },
      };
      const { bytesRead } = await feed('/dev/zero', sink);
      expect(bytesRead).toBe(bytes);
    }
  });

  it('does not end a sink that failed', async () => {
    let ends = 0;
    const failing = feed(file('plain', CONTENT), {
      write: () => {
        throw new Error('sink');
      },
      end: () => ends++,
    });
    await expect(failing).rejects.toThrow('sink');
    expect(ends).toBe(0);
  });
});

/** Runs `code` in another process with `feed` at hand, `input` on its standard input; what it printed. */
function inProcess(code: string, input: (stdin: NodeJS.WritableStream) => void): Promise<string> {
  const built = new URL('../../dist/lib/engine/sources/feed.js', import.meta.url).href;
  return new Promise((resolve, reject) => {
    const script = `import { feed } from ${JSON.stringify(built)};\n${code}`;
    const child = execFile(process.execPath, ['--input-type=module', '-e', script], (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(stderr)),
    );
    input(child.stdin!);
  });
}

mkdirSync(joinPath(directory, 'sub'));

describe('standard input', () => {
  const count = `
    let bytes = 0;
    const stop = new AbortController();
    process.on('SIGUSR2', () => stop.abort());
    const sink = { write(chunk) { bytes += chunk.length; if (bytes === 5) process.kill(process.pid, 'SIGUSR2'); }, end() { bytes += 0.5; } };
    const { bytesRead, compression } = await feed('-', sink, { signal: stop.signal });
    console.log(bytesRead, bytes, compression);`;

  it('is fed as it comes', async () => {
    const packed = gzipSync(CONTENT);
    expect(await inProcess(count, (stdin) => stdin.end(CONTENT))).toBe('1000003 1000003.5 null\n');
    expect(await inProcess(count, (stdin) => stdin.end(packed))).toBe(`${packed.length} 1000003.5 gzip\n`);
    expect(await inProcess(count, (stdin) => stdin.end())).toBe('0 0.5 null\n');
  });

  it('ends when the signal comes, though the pipe stays open', async () => {
    expect(await inProcess(count, (stdin) => stdin.write('12345'))).toBe('5 5.5 null\n');
  });
});
