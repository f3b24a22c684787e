import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../../lib/facts/rule.ts';
import { configSchema } from '../../lib/lint/schema.ts';
import { RULES } from '../../lib/rules/index.ts';
import { rulePage, rulesPage } from '../generate/rule-pages.ts';
import { lintScript, readFixture } from './fixture.ts';

const DOCS = fileURLToPath(new URL('../../docs', import.meta.url));

// The pages and the schema are generated: `npm run docs` (vitest -u on this file) writes them anew.
describe('documentation', () => {
  for (const rule of RULES) {
    it(`docs/rules/${rule.meta.id}.md says what the rule says`, async () => {
      const { id } = rule.meta;
      const { text } = readFixture(id);
      const [finding = null] = lintScript(text, [rule], { extends: 'postmortem' });
      const page = rulePage(rule.meta, { finding, script: text, nearMiss: readFixture(`${id}.near-miss`).text });
      await expect(page).toMatchFileSnapshot(`${DOCS}/rules/${id}.md`);
    });
  }

  it('docs/rules/README.md lists the rules', async () => {
    const metas = RULES.map(({ meta }) => meta);
    const ordered = [...metas].sort((a, b) => FAMILIES.indexOf(a.family) - FAMILIES.indexOf(b.family));
    await expect(rulesPage(ordered)).toMatchFileSnapshot(`${DOCS}/rules/README.md`);
  });

  it('has a page for each rule, and none for a rule that is gone', () => {
    const pages = readdirSync(`${DOCS}/rules`).filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual(RULES.map(({ meta }) => `${meta.id}.md`).sort());
  });

  it('docs/config.schema.json describes the configuration', async () => {
    const schema = `${JSON.stringify(configSchema(RULES), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot(`${DOCS}/config.schema.json`);
  });
});
