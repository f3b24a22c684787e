import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { manPage } from './man-page.ts';
import { run } from './run.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const completion = (shell: string) => async (): Promise<string> => (await run(['completion', shell])).stdout;

/** TCPLINT_WRITE=1 writes them. */
test.each([
  ['man/tcplint.1', manPage],
  ['completion/tcplint.bash', completion('bash')],
  ['completion/_tcplint', completion('zsh')],
  ['completion/tcplint.fish', completion('fish')],
] as const)('docs/%s is up to date', async (file, make) => {
  const path = join(DOCS, file);
  const text = await make();
  if (process.env.TCPLINT_WRITE === '1') {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(readFileSync(path, 'utf8')).toBe(text);
});
