import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeCase } from './cases.ts';
import { examine } from './examine.ts';
import { examineFiles } from './files.ts';
import { examinePacked, loadPacked, makePacked } from './packed.ts';
import { Random } from './random.ts';
import { loadSeeds } from './seeds.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const FOUND = join(FIXTURES, 'fuzz');

/** A short run of what `npm run fuzz` does for as long as one likes (docs/fuzzing.md). */
describe('the fuzzer', () => {
  const seeds = loadSeeds(FIXTURES);

  it('makes the same of the same number, and something else of another', () => {
    expect(makeCase(7, seeds).file).toEqual(makeCase(7, seeds).file);
    expect(makeCase(7, seeds).file).not.toEqual(makeCase(8, seeds).file);
  });

  it('finds nothing in its first cases, and they hold something', { timeout: 120_000 }, () => {
    let [segments, findings] = [0, 0];
    for (let number = 0; number < 300; number++) {
      const outcome = examine(makeCase(number, seeds));
      expect(outcome.failure, `case ${number}`).toBeNull();
      segments += outcome.segments;
      findings += outcome.findings;
    }
    expect(segments).toBeGreaterThan(600);
    expect(findings).toBeGreaterThan(600);
  });
});

describe('the fuzzer of what undoes compression', () => {
  it('finds nothing in its first cases', { timeout: 120_000 }, () => {
    const seeds = loadPacked(join(import.meta.dirname, '../sources/packed'));
    for (let number = 0; number < 300; number++) {
      expect(examinePacked(makePacked(number, seeds), new Random(number)), `case ${number}`).toBeNull();
    }
  });
});

describe('the fuzzer of files', () => {
  it('finds nothing in its first cases', { timeout: 120_000 }, async () => {
    const seeds = loadSeeds(FIXTURES);
    for (let number = 0; number < 100; number++) {
      expect((await examineFiles(number, seeds)).failure, `case ${number}`).toBeNull();
    }
  });
});

describe('cases that were found', () => {
  it.each(readdirSync(FOUND))('%s', { timeout: 60_000 }, (name) => {
    const file = new Uint8Array(readFileSync(join(FOUND, name)));
    // By other numbers, other things are asked of it.
    for (let number = 0; number < 8; number++) {
      expect(examine({ file, random: new Random(number) }, true).failure).toBeNull();
    }
  });
});
