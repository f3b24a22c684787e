import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareNaturally, expandInputs } from '../../lib/engine/sources/expand.ts';
import { LITTLE, pcapHeader, text } from '../capture/make.ts';

const directory = mkdtempSync(join(tmpdir(), 'expand-'));
afterAll(() => rmSync(directory, { recursive: true }));

const FILES = [
  ['ring.pcap', pcapHeader(LITTLE)],
  ['ring.pcap2', pcapHeader(LITTLE)],
  ['ring.pcap10', pcapHeader(LITTLE)],
  ['unnamed', pcapHeader(LITTLE)],
  ['notes.txt', text('notes')],
  ['archive.gz', text('\x1f\x8b')],
  ['.hidden.pcap', pcapHeader(LITTLE)],
  ['night/late.pcapng.zst', text('')],
  ['night/deep/er.cap', text('')],
  ['[odd] name*.pcap', pcapHeader(LITTLE)],
] as const;
for (const [path, bytes] of FILES) {
  mkdirSync(join(directory, path, '..'), { recursive: true });
  writeFileSync(join(directory, path), bytes);
}
mkdirSync(join(directory, 'empty'));

/** Expands, with paths told from the directory on. */
const expanded = (...paths: string[]) =>
  expandInputs(paths.map((path) => (path === '-' ? path : join(directory, path)))).map((path) =>
    path.replace(directory + sep, '').replaceAll(sep, '/'),
  );

/** Runs as a user who may not read everything: root may. */
function unprivileged<T>(act: () => T): T {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe('expandInputs', () => {
  it.skipIf(process.platform === 'win32')('tells of what it may not read, and finds the rest', () => {
    const mixed = mkdtempSync(join(tmpdir(), 'expand-'));
    chmodSync(mixed, 0o755);
    for (const name of ['a.pcap', 'closed', 'closed.pcap', 'z.pcap']) writeFileSync(join(mixed, name), FILES[0][1]);
    for (const name of ['locked', 'open']) mkdirSync(join(mixed, name));
    for (const name of ['closed', 'closed.pcap', 'locked']) chmodSync(join(mixed, name), 0);
    const told: string[] = [];
    const expand = (path: string) => unprivileged(() => expandInputs([path], ({ message }) => told.push(message)));
    const names = (paths: readonly string[]) => paths.map((path) => path.replace(mixed + sep, ''));
    // Files that can't be read stay: whoever opens them tells why.
    expect(names(expand(mixed))).toEqual(['a.pcap', 'closed', 'closed.pcap', 'z.pcap']);
    expect(names(expand(join(mixed, '**/*.pcap')))).toEqual(['a.pcap', 'closed.pcap', 'z.pcap']);
    expect(expand(join(mixed, 'locked'))).toEqual([]);
    expect(told).toEqual(Array(3).fill(`${join(mixed, 'locked')}: permission denied`));
    expect(() => unprivileged(() => expandInputs([mixed]))).toThrow('locked: permission denied');
    rmSync(mixed, { recursive: true });
  });

  it('leaves files alone, in their order, there or not', () => {
    expect(expanded('unnamed', '-', 'gone.pcap', 'ring.pcap', 'unnamed')).toEqual([
      'unnamed',
      '-',
      'gone.pcap',
      'ring.pcap',
      'unnamed',
    ]);
  });

  it('takes patterns and directories as seen from where it runs', () => {
    const before = process.cwd();
    process.chdir(directory);
    try {
      expect(expandInputs(['**/*.cap'])).toEqual([join('night', 'deep', 'er.cap')]);
      expect(expandInputs(['n*/late*'])).toEqual([join('night', 'late.pcapng.zst')]);
      expect(expandInputs(['./night/*/*.cap', 'night//deep/*', 'night/../night/deep/er.*'])).toEqual(
        Array(3).fill(join('night', 'deep', 'er.cap')),
      );
      expect(expandInputs(['.']).slice(0, 2)).toEqual(['.hidden.pcap', '[odd] name*.pcap']);
    } finally {
      process.chdir(before);
    }
  });

  it('finds the captures in a directory and below, numbers in names by value', () => {
    expect(expanded('')).toEqual([
      '.hidden.pcap',
      '[odd] name*.pcap',
      'night/deep/er.cap',
      'night/late.pcapng.zst',
      'ring.pcap',
      'ring.pcap2',
      'ring.pcap10',
      'unnamed',
    ]);
  });

  it.each([
    ['ring.*', ['ring.pcap', 'ring.pcap2', 'ring.pcap10']],
    ['ring.pcap?', ['ring.pcap2']],
    ['ring.pcap[0-9]', ['ring.pcap2']],
    ['ring.pcap[!2]*', ['ring.pcap10']],
    ['n*/*.zst', ['night/late.pcapng.zst']],
    ['**/*.cap', ['night/deep/er.cap']],
    ['*.pcap', ['[odd] name*.pcap', 'ring.pcap']],
    ['[odd] name*.pcap', ['[odd] name*.pcap']],
    ['.*.pcap', ['.hidden.pcap']],
  ])('matches %s', (pattern, found) => {
    expect(expanded(pattern)).toEqual(found);
  });

  it('says what stands for nothing', () => {
    expect(() => expanded('*.xyz')).toThrow('*.xyz: matches no file');
    expect(() => expanded('empty')).toThrow('empty: holds no captures');
    expect(() => expanded('gone/*.pcap')).toThrow('gone: no such file');
  });
});

it('compareNaturally orders by code unit, but digits by value', () => {
  const names = ['b2', 'a10', 'a', 'a9', 'a10b', 'a010a', '', 'B', 'a9x'];
  expect(names.toSorted(compareNaturally)).toEqual(['', 'B', 'a', 'a9', 'a9x', 'a010a', 'a10', 'a10b', 'b2']);
});
