import { join } from 'node:path';
import { expect, test } from 'vitest';
import { WHERE_HELP, whereConditions } from '../../lib/select/help.ts';
import { manPage } from './man-page.ts';
import { run } from './run.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const completion = (shell: string) => async (): Promise<string> => (await run(['completion', shell])).stdout;

async function wherePage(): Promise<string> {
  const { intro, examples, notes } = WHERE_HELP;
  const rows = whereConditions().map(({ usage, summary }) => `| \`${usage.replaceAll('|', '\\|')}\` | ${summary} |`);
  return [
    '# What --where selects',
    '',
    `\`--where\` takes the same language in every command, and so do \`overrides\` and \`expect\` of the configuration.`,
    '',
    intro,
    '',
    ...examples.map((example) => `    ${example}`),
    '',
    '| condition | holds for |',
    '| --- | --- |',
    ...rows,
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ].join('\n');
}

// `npm run docs` (vitest -u) writes them anew.
test.each([
  ['man/tcplint.1', manPage],
  ['completion/tcplint.bash', completion('bash')],
  ['completion/_tcplint', completion('zsh')],
  ['completion/tcplint.fish', completion('fish')],
  ['where.md', wherePage],
] as const)('docs/%s is up to date', async (file, make) => {
  await expect(await make()).toMatchFileSnapshot(join(DOCS, file));
});
