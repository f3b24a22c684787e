import { PRESETS } from '../facts/rule.ts';
import type { Rule } from '../rules/rule.ts';
import { LEVELS, type Level, type LintConfig, type RuleSettings } from './config.ts';
import { parseExpectations } from './expect.ts';
import { parseNames } from './names.ts';
import { parseOverrides } from './overrides.ts';
import { isObject, noOtherKeys, text, word } from './read.ts';
import { parseRules } from './rule-settings.ts';

/** A value of unknown shape, read; every mistake is told, with the nearest right word. */
type Parse<T> = (value: unknown, rules: readonly Rule[], problems: string[]) => T | undefined;

const CONFIDENCES = ['high', 'medium', 'low'] as const;

/** One row for each key of a configuration. */
const KEYS: { readonly [key in keyof LintConfig]-?: Parse<LintConfig[key]> } = {
  extends: (value, _, problems) => word(value, 'preset', PRESETS, problems),
  minConfidence: (value, _, problems) => word(value, 'confidence', CONFIDENCES, problems),
  rules: parseRules,
  overrides: parseOverrides,
  names: (value, _, problems) => parseNames(value, problems),
  hostsFile: (value, _, problems) => text(value, '"hostsFile"', problems),
  expect: parseExpectations,
};

/** Reads a configuration object of unknown shape. */
export function parseConfig(value: unknown, rules: readonly Rule[]): { config: LintConfig; problems: string[] } {
  const problems: string[] = [];
  if (!isObject(value)) return { config: {}, problems: ['configuration must be an object'] };
  const { $schema: _, ...given } = value;
  noOtherKeys(given, Object.keys(KEYS), '', problems);
  const read = Object.entries(KEYS).flatMap(([key, parse]) => {
    const part = given[key] === undefined ? undefined : parse(given[key], rules, problems);
    return part === undefined ? [] : [[key, part]];
  });
  return { config: Object.fromEntries(read), problems };
}

/** Reads a `--rule` argument: `id:level`, or `id:option=value`. Later ones win over earlier ones and over the file. */
export function parseRuleArgument(
  argument: string,
  rules: readonly Rule[],
): { setting: RuleSettings; problems: string[] } {
  const colon = argument.indexOf(':');
  const id = colon < 0 ? argument : argument.slice(0, colon);
  const problems: string[] = [];
  const options: Record<string, number | boolean> = {};
  let level: Level = 'on';
  for (const part of colon < 0 ? [] : argument.slice(colon + 1).split(',')) {
    const equals = part.indexOf('=');
    if (equals < 0) level = word(part, 'level', LEVELS, problems) ?? level;
    else options[part.slice(0, equals)] = optionValue(part.slice(equals + 1).trim());
  }
  return { setting: parseRules({ [id]: [level, options] }, rules, problems), problems };
}

/** What is no value of any option is NaN: whoever knows the option says what it must be. */
function optionValue(text: string): number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text === '' ? Number.NaN : Number(text);
}
