import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const PAGE = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');

/** What each room of the house may import, as the table of ARCHITECTURE.md has it. A room may always import itself. */
const ROOMS = new Map<string, readonly string[]>();
for (const [, room, allowed] of PAGE.matchAll(/^\| `([\w/]+)` +\|[^|]+\| ([^|]+?) +\|$/gm)) {
  ROOMS.set(
    room!,
    allowed!.split(', ').flatMap((words) => placesOf(words)),
  );
}

/** `bytes`, `packet (segment)` for one file of a room, `all above`, `all`. */
function placesOf(words: string): readonly string[] {
  if (words === 'nothing') return [];
  if (words === 'all above') return [...ROOMS.keys()];
  if (words === 'all') return ['lib'];
  const [, room, file] = /^(\w+)(?: \((\w+)\))?$/.exec(words)!;
  return [file === undefined ? `lib/${room}` : `lib/${room}/${file}.ts`];
}

/** For files of the root of lib, the public library: everything but the command line. */
const PUBLIC = [...ROOMS.keys()].filter((room) => room.startsWith('lib/') && room !== 'lib/cli');

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
  return [...ROOMS.keys()].find((room) => isWithin(file, room));
}

describe('the house', () => {
  it('has a row in the table for every room, and no other', () => {
    const folders = readdirSync(join(root, 'lib')).filter((name) => statSync(join(root, 'lib', name)).isDirectory());
    expect([...ROOMS.keys()].sort()).toEqual(['bin', ...folders.map((name) => `lib/${name}`)].sort());
  });

  it('is described by files and folders that there are', () => {
    const paths = PAGE.match(/\b(?:lib|test|docs|bin)\/[\w./-]*\w/g)!;
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const names = PAGE.match(/(?<=`)[\w-]+\.ts(?=`)/g)!;
    expect(names.filter((name) => !files.some((file) => file.endsWith(`/${name}`)))).toEqual([]);
  });

  it('lets each room import only what its row allows', () => {
    const trespasses = files.flatMap((file) => {
      const room = roomOf(file);
      const allowed = room === undefined ? PUBLIC : [room, ...ROOMS.get(room)!];
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
