import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../lib/rules/index.ts';
import { type Fixture, findingLine, lintScript, readFixture } from './fixture.ts';

const FOLDER = fileURLToPath(new URL('../../fixtures/rules', import.meta.url));

/** Every rule that there is, whatever preset it is off in. */
const EVERYTHING = { extends: 'postmortem' } as const;

/**
 * Rules whose facts no script can bring about (they come of a limit of memory, and of the names of other files), and the
 * facts. They are tested on facts made by hand (by-hand.test.ts).
 */
const AWAITING: { readonly [id: string]: string } = {
  'capture-memory': 'CaptureFacts.forgotten',
  'capture-rotated': 'CaptureFacts.rotated',
};

// `UPDATE_FIXTURES=1` rewrites the `#=` lines of the scripts; the diff is what is to be reviewed.
const UPDATE = process.env.UPDATE_FIXTURES !== undefined;

describe('every rule', () => {
  for (const rule of RULES) {
    const { id } = rule.meta;

    it(`${id} finds what its fixture shows, exactly`, () => {
      const fixture = readFixture(id);
      const found = lintScript(fixture.text, [rule], EVERYTHING).map(findingLine);
      if (id in AWAITING) {
        expect(found, `${id} no longer awaits ${AWAITING[id]}`).toEqual([]);
        return;
      }
      if (UPDATE) rewrite(fixture, found);
      else expect(found).toEqual(fixture.expected);
      expect(found).not.toEqual([]);
    });

    it(`${id} is silent on its near miss`, () => {
      const fixture = readFixture(`${id}.near-miss`);
      expect(fixture.expected).toEqual([]);
      expect(lintScript(fixture.text, [rule], EVERYTHING).map(findingLine)).toEqual([]);
    });
  }

  it('has its scripts, and no script is without its rule', () => {
    const ids = RULES.map(({ meta }) => meta.id);
    const named = readdirSync(FOLDER).map((file) => file.replace(/(\.near-miss)?\.pkt$/, ''));
    expect([...new Set(named)].sort()).toEqual([...ids].sort());
    for (const id of ids) expect(existsSync(`${FOLDER}/${id}.near-miss.pkt`), `${id}.near-miss.pkt`).toBe(true);
  });
});

function rewrite(fixture: Fixture, found: readonly string[]): void {
  const kept = fixture.text.split('\n').filter((line) => !line.startsWith('#= '));
  writeFileSync(fixture.path, `${kept.join('\n').trimEnd()}\n${found.map((line) => `#= ${line}\n`).join('')}`);
}
