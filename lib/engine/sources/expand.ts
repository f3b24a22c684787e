import { closeSync, type Dirent, openSync, readdirSync, readSync } from 'node:fs';
import { join, sep } from 'node:path';
import { InputError } from './input-error.ts';
import { statOf } from './stat.ts';

/**
 * Paths as given on a command line -> the files meant: a directory stands for the captures in it and below, a pattern
 * (`*`, `?`, `[...]`, `**` for directories) for the files it matches, anything else for itself. Order: as given, and
 * within each by name, numbers in names by value (`ring.pcap2` before `ring.pcap10`). What stands for nothing, and each
 * directory that cannot be read, is told to `fail`, and the others are still found.
 */
export function expandInputs(paths: readonly string[], fail: Fail = raise): string[] {
  return paths.flatMap((path) => {
    if (path === '-') return [path];
    const stat = statOf(path);
    const pattern = stat === null && /[*?[]/.test(path);
    if (!stat?.isDirectory() && !pattern) return [path];
    let failed = false;
    const note = (error: InputError): void => {
      failed = true;
      fail(error);
    };
    const found = pattern ? matching(path, note) : filesBelow(path, note).filter(mayBeCapture);
    if (found.length === 0 && !failed) fail(new InputError(path, pattern ? 'matches no file' : 'holds no captures'));
    return found;
  });
}

type Fail = (error: InputError) => void;

function raise(error: InputError): never {
  throw error;
}

function matching(pattern: string, fail: Fail): string[] {
  const parts = pattern.split(/[\\/]/);
  const firstWild = parts.findIndex((part) => /[*?[]/.test(part));
  const root = parts.slice(0, firstWild).join('/');
  const directory = firstWild === 0 ? '.' : root === '' ? '/' : root;
  const wanted = patternOf(parts.slice(firstWild));
  const depth = parts.includes('**') ? Number.POSITIVE_INFINITY : parts.length - firstWild;
  return namesBelow(directory, '', fail, depth)
    .filter((name) => wanted.test(name.replaceAll(sep, '/')))
    .map((name) => pathOf(directory, name));
}

function filesBelow(directory: string, fail: Fail): string[] {
  return namesBelow(directory, '', fail).map((name) => pathOf(directory, name));
}

/** `-` alone is standard input. */
function pathOf(directory: string, name: string): string {
  const path = join(directory, name);
  return path === '-' ? `.${sep}-` : path;
}

/** Regular files in a directory and, as deep as asked, below, as seen from there; ordered. Links to directories are not followed. */
function namesBelow(root: string, within: string, fail: Fail, depth = Number.POSITIVE_INFINITY): string[] {
  const directory = join(root, within);
  let entries: Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    fail(InputError.from(directory, error));
    return [];
  }
  entries.sort((a, b) => compareNaturally(a.name, b.name));
  return entries.flatMap((entry) => {
    const name = join(within, entry.name);
    if (entry.isDirectory()) return depth > 1 ? namesBelow(root, name, fail, depth - 1) : [];
    return entry.isFile() || (entry.isSymbolicLink() && statOf(join(root, name))?.isFile()) ? [name] : [];
  });
}

const CAPTURE_NAME = /\.(pcap|pcapng|cap|dmp|ntar)\d*(\.(gz|zst|zstd|lz4))?$/i;

/** File magics of pcap and pcapng, as hexadecimal. */
const CAPTURE_MAGIC = /^(a1b2c3d4|d4c3b2a1|a1b23c4d|4d3cb2a1|a1b2cd34|34cdb2a1|1c0001a[bc]|a[bc]01001c|0a0d0d0a)/;

/** Its name says so, or its first bytes do; or they can't be read: who opens it will tell why. */
function mayBeCapture(path: string): boolean {
  if (CAPTURE_NAME.test(path)) return true;
  try {
    return CAPTURE_MAGIC.test(firstBytes(path));
  } catch {
    return true;
  }
}

function firstBytes(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4);
    readSync(descriptor, bytes, 0, 4, 0);
    return bytes.toString('hex');
  } finally {
    closeSync(descriptor);
  }
}

/** A shell pattern over the parts of a path. */
function patternOf(parts: readonly string[]): RegExp {
  let source = '';
  parts.forEach((part, i) => {
    const last = i === parts.length - 1;
    if (part === '**') source += last ? '.*' : '(?:.*/)?';
    else source += partPattern(part) + (last ? '' : '/');
  });
  return new RegExp(`^${source}$`, 's');
}

function partPattern(part: string): string {
  // As in shells, a leading dot is matched by a dot only.
  const hidden = part.startsWith('.') ? '' : '(?!\\.)';
  const body = part.replace(/\[(!|\^)?([^\]]+)\]|[*?]|[\\^$+.()|{}[\]]/g, (found, not, set) => {
    if (set !== undefined) return `[${not ? '^' : ''}${set.replace(/[\\\]^[]/g, '\\$&')}]`;
    if (found === '*') return '[^/]*';
    return found === '?' ? '[^/]' : `\\${found}`;
  });
  return hidden + body;
}

/** Orders names by code unit, but runs of digits by value. */
export function compareNaturally(a: string, b: string): number {
  const partsOfA = a.split(/(\d+)/);
  const partsOfB = b.split(/(\d+)/);
  for (let i = 0; i < partsOfA.length && i < partsOfB.length; i++) {
    const [x, y] = [partsOfA[i]!, partsOfB[i]!];
    const difference = i % 2 === 1 ? Number(x) - Number(y) : 0;
    if (difference !== 0) return difference;
    if (x !== y) return x < y ? -1 : 1;
  }
  return partsOfA.length - partsOfB.length;
}
