import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../lib/index.ts';
import { RULES } from '../../lib/rules/index.ts';
import { LABELS, type Label } from './labels.ts';
import { RECORDINGS, truths } from './truth.ts';

/**
 * The labels of recordings and the findings in them. TCPLINT_RECORDINGS names other recordings of the same form, if there
 * are some: the table is about words, not files.
 */
describe('labels', () => {
  const ids = new Set(RULES.map(({ meta }) => meta.id));

  it('name rules that exist', () => {
    const named = LABELS.flatMap(({ rules, errors = [] }) => [...rules, ...errors]);
    expect(named.filter((rule) => !ids.has(rule))).toEqual([]);
  });

  for (const { scenario, labels, captures } of truths()) {
    const rows = labels.map((label) => [label, LABELS.find(({ says }) => says.test(label))] as const);

    it(`${scenario}: ${labels.join('; ')}`, async () => {
      expect(rows.filter(([, row]) => row === undefined).map(([label]) => label)).toEqual([]);
      const known = rows.map(([, row]) => row as Label);
      const found = await Promise.all(
        captures.map(async ({ file, stopped_ns }) => {
          const captureEnd = stopped_ns === undefined ? {} : { captureEnd: momentOf(stopped_ns) };
          return (await analyze(readFileSync(new URL(file, RECORDINGS)), captureEnd)).findings;
        }),
      );
      const spoke = new Set(found.flat().map(({ rule }) => rule));
      const silent = known.filter(({ rules }) => rules.length > 0 && !rules.some((rule) => spoke.has(rule)));
      expect(silent.map(({ says, rules }) => `${says}: none of ${rules.join(', ')}`)).toEqual([]);

      const warranted = new Set(known.flatMap(({ errors = [] }) => errors));
      const errors = found.flat().filter(({ severity }) => severity === 'error');
      expect(
        errors.filter(({ rule }) => !warranted.has(rule)).map(({ rule, message }) => `${rule}: ${message}`),
      ).toEqual([]);
    });
  }
});

function momentOf(nanoseconds: number): { seconds: number; nanos: number } {
  const seconds = Math.floor(nanoseconds / 1e9);
  return { seconds, nanos: Math.round(nanoseconds - seconds * 1e9) };
}
