import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * What each room of the house may import (ARCHITECTURE.md says why). A room may always import itself. `types:` rooms
 * may be imported for their types and constants only, from the files named.
 */
const ROOMS: Record<string, readonly string[]> = {
  'lib/bytes': [],
  'lib/facts': [],
  'lib/capture': ['lib/bytes'],
  'lib/packet': ['lib/bytes', 'lib/capture/frame.ts'],
  'lib/tcp': ['lib/bytes', 'lib/facts', 'lib/packet/segment.ts', 'lib/packet/icmp-error.ts'],
  'lib/traffic': ['lib/bytes', 'lib/facts'],
  'lib/select': ['lib/facts'],
  'lib/engine': ['lib/bytes', 'lib/facts', 'lib/capture', 'lib/packet', 'lib/tcp', 'lib/traffic', 'lib/select'],
  'lib/compare': ['lib/bytes', 'lib/facts', 'lib/packet/segment.ts', 'lib/traffic/times.ts'],
  'lib/rewrite': ['lib/bytes', 'lib/facts', 'lib/capture', 'lib/packet', 'lib/select', 'lib/engine'],
  'lib/rules': ['lib/facts'],
  'lib/lint': ['lib/facts', 'lib/select', 'lib/rules'],
  'lib/report': ['lib/facts'],
  'lib/cli': ['lib'],
  bin: ['lib/cli'],
};

/** Files of the root of lib: the public library, everything but the command line. */
const PUBLIC = [
  'lib/bytes',
  'lib/facts',
  'lib/capture',
  'lib/packet',
  'lib/tcp',
  'lib/traffic',
  'lib/engine',
  'lib/compare',
  'lib/rules',
  'lib/lint',
  'lib/report',
  'lib/select',
];

/** Only these know Node; and only these know a terminal. */
const NODE = ['lib/engine/sources', 'lib/engine/workers', 'lib/cli', 'bin'];
const PACKAGES: Record<string, readonly string[]> = {
  commander: ['lib/cli'],
  chalk: ['lib/report', 'lib/cli'],
  'cli-table3': ['lib/report', 'lib/cli'],
};

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const path = posix.join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return filesBelow(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const static_ = text.matchAll(/^\s*(?:import|export)\b[^;]*?\bfrom\s+'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [...static_, ...dynamic].map((match) => match[1]!);
}

function resolved(file: string, target: string): string {
  return relative(root, join(root, dirname(file), target))
    .split(sep)
    .join('/');
}

function isWithin(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`);
}

const files = [...filesBelow('lib'), ...filesBelow('bin')];

function roomOf(file: string): string | undefined {
  return Object.keys(ROOMS).find((room) => isWithin(file, room));
}

describe('the house', () => {
  it.each(Object.keys(ROOMS))('%s exists and is not empty', (room) => {
    expect(existsSync(join(root, room))).toBe(true);
    expect(filesBelow(room)).not.toHaveLength(0);
  });

  it('has no room without a row in the table', () => {
    const folders = readdirSync(join(root, 'lib')).filter((name) => statSync(join(root, 'lib', name)).isDirectory());
    expect(folders.map((name) => `lib/${name}`).filter((folder) => !(folder in ROOMS))).toEqual([]);
  });

  it('lets each room import only what its row allows', () => {
    const trespasses = files.flatMap((file) => {
      const room = roomOf(file);
      const allowed = room === undefined ? PUBLIC : [room, ...ROOMS[room]!];
      return importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => resolved(file, target))
        .filter((target) => !allowed.some((place) => isWithin(target, place)))
        .map((target) => `${file} imports ${target}`);
    });
    expect(trespasses).toEqual([]);
  });

  it('keeps Node to the rooms that may know it, and packages to theirs', () => {
    const trespasses = files.flatMap((file) =>
      importsOf(file)
        .filter((target) => !target.startsWith('.'))
        .filter((target) => {
          const places = target.startsWith('node:') ? NODE : PACKAGES[target];
          return places !== undefined && !places.some((place) => isWithin(file, place));
        })
        .map((target) => `${file} imports ${target}`),
    );
    expect(trespasses).toEqual([]);
  });
});
