import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judge, testRule } from '../../lib/lint/rule-tester.ts';
import { RULES } from '../../lib/rules/index.ts';
import { defineRule, type Rule } from '../../lib/rules/rule.ts';
import { listRules, rulesIndex } from '../generate/rules-index.mjs';
import { connection } from '../lint/facts.ts';

describe('the rules', () => {
  it('are registered by being there: lib/rules/index.ts is what the generator makes of the folder', () => {
    const written = readFileSync(new URL('../../lib/rules/index.ts', import.meta.url), 'utf8');
    expect(written, 'run: node test/generate/rules-index.mjs').toBe(rulesIndex());
  });

  it('have the id of their file and the family of their folder', () => {
    const listed = listRules().flatMap(({ family, ids }) => ids.map((id) => `${family}/${id}`));
    expect(RULES.map(({ meta }) => `${meta.family}/${meta.id}`)).toEqual(listed);
  });

  it.each(RULES.map((rule) => [rule.meta.id, rule] as const))('%s explains itself', (_, { meta }) => {
    for (const text of [meta.summary, meta.why, ...meta.likelyCauses, ...meta.nextSteps, meta.confirm ?? '']) {
      expect(text).toMatch(/^\S[\s\S]*[.)]$/);
    }
    expect(meta.likelyCauses.length).toBeGreaterThan(0);
    expect(meta.nextSteps.length).toBeGreaterThan(0);
    for (const clause of meta.references) expect(clause).toMatch(/^RFC \d+ \d+(\.\d+)*$/);
    expect(meta.scope === 'connection').toBe('connection' in RULES.find((rule) => rule.meta === meta)!);
    for (const { description } of Object.values(meta.options)) expect(description).toMatch(/[.,]$/);
  });

  // One that does not makes facts of every healthy connection, which is what the linter is fast by leaving.
  it('of connections name the notes that wake them', () => {
    const always = RULES.filter((rule) => 'connection' in rule && rule.meta.wakes === undefined);
    expect(always.map(({ meta }) => meta.id)).toEqual([]);
  });

  it('say nothing of a healthy connection', () => {
    for (const rule of RULES) {
      if ('connection' in rule && rule.meta.id !== 'unfinished')
        expect(judge(rule, { facts: connection() })).toEqual([]);
    }
  });
});

describe('the rule tester', () => {
  const rule = (message: string, spoil = false): Rule =>
    defineRule({
      meta: { ...RULES[0]!.meta, scope: 'connection', options: {} },
      connection: (facts) => {
        if (spoil) (facts as { notes: number }).notes++;
        const { start, end } = facts;
        const draft = { confidence: 'high', message, frames: [1], start, end, impact: {}, evidence: {} } as const;
        return facts.closeKind === 'reset' ? draft : null;
      },
    });
  const firing = {
    name: 'reset',
    facts: connection({ closeKind: 'reset' }),
    findings: [{ severity: 'warning', confidence: 'high', message: 'It was reset.' }],
  } as const;
  const silent = { name: 'fin', facts: connection({ closeKind: 'fin' }) } as const;

  it('passes what is right', () => {
    testRule(rule('It was reset.'), { firing: [firing], silent: [silent] });
  });

  it.each([
    ['no firing case', rule('It was reset.'), { firing: [], silent: [silent] }, 'no case in which it fires'],
    ['no silent case', rule('It was reset.'), { firing: [firing], silent: [] }, 'no case in which it is silent'],
    ['a case twice', rule('It was reset.'), { firing: [firing], silent: [silent, silent] }, 'repeats the case "fin"'],
    ['an unfilled message', rule('It was undefined.'), { firing: [firing], silent: [silent] }, 'unfilled message'],
    ['no sentence', rule('It was reset'), { firing: [firing], silent: [silent] }, 'a message is a sentence'],
    ['another message', rule('It was cut.'), { firing: [firing], silent: [silent] }, 'got      "It was cut."'],
    [
      'a finding too many',
      rule('It was reset.'),
      { firing: [firing], silent: [{ ...firing, name: 'x', options: {} }] },
      'expected 0 findings, got 1',
    ],
    [
      'nothing expected',
      rule('It was reset.'),
      { firing: [{ ...firing, findings: [] }], silent: [silent] },
      'is a silent case',
    ],
    ['changed facts', rule('It was reset.', true), { firing: [firing], silent: [silent] }, 'changed the facts'],
  ] as const)('rejects %s', (_, subject, cases, reason) => {
    expect(() => testRule(subject, cases)).toThrow(reason);
  });
});
