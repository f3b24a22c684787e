import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { run } from './run.ts';

/** Text blocks of the README that show output, by the command that prints them. */
const README = readFileSync('README.md', 'utf8');
const BLOCKS = [...README.matchAll(/```text\n(?:\$ tcplint (?<command>[^\n]+)\n)?(?<text>[\s\S]*?)```/g)].map(
  ({ groups }) => ({ command: groups!.command ?? 'fixtures/incident.pcapng', text: groups!.text! }),
);

describe('the README', () => {
  test('shows output', () => expect(BLOCKS.length).toBeGreaterThan(2));

  test.each(BLOCKS)('$command: prints what is shown, line for line, but for what is left out', async (block) => {
    const { stdout } = await run(block.command.split(' '), { env: { LANG: 'C.UTF-8', COLUMNS: '80' } });
    const printed = stdout.split('\n');
    let at = 0;
    for (const line of block.text.split('\n').filter((each) => each.trim() !== '…')) {
      const found = printed.indexOf(line, at);
      expect(found, line).toBeGreaterThanOrEqual(0);
      at = found + 1;
    }
  });
});
