import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RULES } from '../../lib/rules/index.ts';

const DOCS = new URL('../../docs/', import.meta.url);

it('docs/evaluation.md names every rule, and no page that does not exist', () => {
  const text = readFileSync(new URL('evaluation.md', DOCS), 'utf8');
  const linked = [...text.matchAll(/\]\((rules\/[a-z0-9-]+\.md)\)/g)].map(([, path]) => path!);
  expect(linked.filter((path) => !existsSync(new URL(path, DOCS)))).toEqual([]);
  expect(RULES.map(({ meta }) => meta.id).filter((id) => !linked.includes(`rules/${id}.md`))).toEqual([]);
});
