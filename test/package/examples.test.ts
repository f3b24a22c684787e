import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { run } from '../cli/run.ts';

const ROOT = new URL('../../', import.meta.url);
const FOLDER = new URL('docs/examples/', ROOT);
const read = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** Options of commands that documents show: `tcplint ... --option`. */
function shownOptions(text: string): string[] {
  const commands = text.split('\n').filter((line) => /\btcplint\b.*\s-/.test(line));
  return commands.flatMap((line) => line.slice(line.indexOf('tcplint')).match(/(?<=\s)--?[a-z][a-z-]*/g) ?? []);
}

describe('examples', async () => {
  const help = (await run(['lint', '--help'])).stdout;

  test.each([...readdirSync(FOLDER).map((name) => `docs/examples/${name}`), 'docs/ci.md', 'docs/configuration.md'])(
    '%s names options that exist',
    (path) => {
      const unknown = shownOptions(read(path)).filter((option) => !help.includes(option));
      expect(unknown.filter((option) => !['-i', '-s', '--version'].includes(option))).toEqual([]);
    },
  );

  test('docs/ci.md links each of them', () => {
    const page = read('docs/ci.md');
    expect(readdirSync(FOLDER).filter((name) => !page.includes(`](examples/${name})`))).toEqual([]);
  });

  test('the action passes on options that exist', () => {
    const action = read('action.yml');
    for (const option of action.match(/(?<=[( ])--[a-z-]+/g) ?? []) {
      expect(['--prefix', '--no-audit', '--no-fund'].includes(option) || help.includes(option)).toBe(true);
    }
    expect(action).toContain('GITHUB_ACTION_PATH/dist/bin/tcplint.js');
  });
});
