import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { statesPage } from '../../generate/states-page.ts';

const page = fileURLToPath(new URL('../../../docs/states.md', import.meta.url));

// `npm run docs` (vitest -u) writes it anew.
it('docs/states.md is drawn from the table as it stands', async () => {
  await expect(statesPage()).toMatchFileSnapshot(page);
});
