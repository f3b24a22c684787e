import { afterAll, describe, expect, test } from 'vitest';
import { isReadApart, WORTH_BYTES } from '../../lib/cli/apart.ts';
import { type LintOptions, standardOf } from '../../lib/cli/commands/lint.ts';
import { beginJudging } from '../../lib/cli/judge.ts';
import { Folder, UNANSWERED } from './run.ts';

const folder = new Folder();
afterAll(() => folder.remove());

const small = folder.script('small.pcap', UNANSWERED);
const large = folder.write('large.pcap', new Uint8Array(WORTH_BYTES));

function source(...files: string[]) {
  return { path: files[0]!, files, several: false, endless: false };
}

async function lint(options: Partial<LintOptions> = {}) {
  const standard = await standardOf({ timeFormat: 'relative', failOn: 'error', config: false, ...options });
  return beginJudging(standard, { ...source(small), start: null, nameOf: () => undefined });
}

describe('a capture is read on a thread of its own', () => {
  test('by lint, where it is large', async () => {
    expect(isReadApart(source(small), await lint(), { timeFormat: 'relative' })).toBe(false);
    expect(isReadApart(source(small, small), await lint(), { timeFormat: 'relative' })).toBe(false);
  });

  test('or where threads are asked for', async () => {
    const interest = await lint();
    expect(isReadApart(source(small), interest, { timeFormat: 'relative', threads: 2 })).toBe(true);
    expect(isReadApart(source(large), interest, { timeFormat: 'relative', threads: 1 })).toBe(false);
  });

  test('not where its bytes are wanted here', async () => {
    const threads = { timeFormat: 'relative', threads: 2 } as const;
    const interest = await lint();
    expect(isReadApart(source(small), { ...interest, see: () => {} }, threads)).toBe(false);
    expect(isReadApart(source(small), await lint({ rule: ['retransmission-differs:error'] } as never), threads)).toBe(
      false,
    );
    expect(isReadApart(source(small), { ask: { onPacket: () => {} } }, threads)).toBe(false);
    expect(isReadApart(source(small), { ask: { labels: true } }, threads)).toBe(false);
    expect(isReadApart(source(small), { ask: { labels: false } }, threads)).toBe(true);
  });

  test('not what is no file', async () => {
    const threads = { timeFormat: 'relative', threads: 2 } as const;
    expect(isReadApart({ ...source('-'), endless: true }, await lint(), threads)).toBe(false);
    expect(isReadApart(source(folder.at('missing.pcap')), await lint(), threads)).toBe(false);
    expect(isReadApart(source(folder.path), await lint(), threads)).toBe(false);
  });
});
