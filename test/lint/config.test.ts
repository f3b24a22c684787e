import { describe, expect, it } from 'vitest';
import { mergeRules, resolveConfig } from '../../lib/lint/config.ts';
import { parseConfig, parseRuleArgument } from '../../lib/lint/parse.ts';
import { RULES } from '../../lib/rules/index.ts';

describe('configuration', () => {
  it('is read whole when it is right', () => {
    const config = {
      $schema: 'x',
      extends: 'ci',
      minConfidence: 'medium',
      rules: { 'close-wait-lingering': ['error', { seconds: 30 }], 'syn-flood': 'off' },
    };
    const { config: read, problems } = parseConfig(config, RULES);
    expect(problems).toEqual([]);
    expect(read).toEqual({
      extends: 'ci',
      minConfidence: 'medium',
      rules: { 'close-wait-lingering': ['error', { seconds: 30 }], 'syn-flood': ['off', {}] },
    });
  });

  it.each([
    [{ rulse: {} }, 'unknown key "rulse"; did you mean "rules"?'],
    [{ extends: 'recomended' }, 'unknown preset "recomended"; did you mean "recommended"?'],
    [
      { rules: { 'close-wait-lingring': 'error' } },
      'unknown rule "close-wait-lingring"; did you mean "close-wait-lingering"?',
    ],
    [{ rules: { 'syn-flood': 'warn' } }, 'rule syn-flood: unknown level "warn"; known: off, on, error, warning, note'],
    [{ rules: { 'syn-flood': 'eror' } }, 'rule syn-flood: unknown level "eror"; did you mean "error"?'],
    [
      { rules: { 'syn-flood': ['error', { handshake: 5 }] } },
      'rule syn-flood: unknown option "handshake"; did you mean "handshakes"?',
    ],
    [
      { rules: { 'syn-flood': ['error', { constructor: 5 }] } },
      'rule syn-flood: unknown option "constructor"; known: handshakes, perSecond, completedShare',
    ],
    [
      { rules: { 'syn-flood': ['error', { handshakes: '5' }] } },
      'rule syn-flood: option "handshakes" must be a number',
    ],
    [
      { rules: { 'syn-flood': ['error', { handshakes: -1 }] } },
      'rule syn-flood: option "handshakes" must be a number of at least 0',
    ],
    [
      { rules: { 'slow-response': ['on', { seconds: 0.2 }] } },
      'rule slow-response: option "seconds" must be a number of at least 0.5',
    ],
    [
      { rules: { 'mss-small': ['on', { bytes: 1300 }] } },
      'rule mss-small: option "bytes" must be a number of at least 0 and at most 1200',
    ],
    [{ rules: { 'syn-flood': ['error', {}, 1] } }, 'rule syn-flood: expected [level, {options}]'],
    [{ rules: [] }, '"rules" must be an object of rule ids'],
    [{ minConfidence: 3 }, 'unknown confidence "3"; known: high, medium, low'],
    [[], 'configuration must be an object'],
  ])('says what is wrong with %j', (config, problem) => {
    expect(parseConfig(config, RULES).problems).toEqual([problem]);
  });

  it('reads rule arguments of the command line', () => {
    expect(parseRuleArgument('close-wait-lingering:error,seconds=30', RULES)).toEqual({
      setting: { 'close-wait-lingering': ['error', { seconds: 30 }] },
      problems: [],
    });
    expect(parseRuleArgument('syn-flood:off', RULES).setting).toEqual({ 'syn-flood': ['off', {}] });
    expect(parseRuleArgument('syn-flod', RULES).problems).toEqual([
      'unknown rule "syn-flod"; did you mean "syn-flood"?',
    ]);
    expect(parseRuleArgument('syn-flood:handshakes=x', RULES).problems).toHaveLength(1);
  });

  it('lays later settings over earlier ones', () => {
    const merged = mergeRules({ a: ['error', { x: 1, y: 1 }], b: 'off' }, { a: ['note', { y: 2 }] });
    expect(merged).toEqual({ a: ['note', { x: 1, y: 2 }], b: 'off' });
  });

  it('fills in defaults of options', () => {
    const rule = RULES.filter(({ meta }) => meta.id === 'close-wait-lingering');
    expect(resolveConfig({}, rule).active[0]).toMatchObject({ level: null, options: { seconds: 5 } });
    expect(resolveConfig({ rules: { 'close-wait-lingering': ['on', { seconds: 9 }] } }, rule).active[0]).toMatchObject({
      level: null,
      options: { seconds: 9 },
    });
    expect(resolveConfig({ rules: { 'close-wait-lingering': 'off' } }, rule).active).toEqual([]);
  });
});
