import { boundsText, type RuleOption } from '../facts/rule.ts';
import type { Rule } from '../rules/rule.ts';
import { LEVELS, type OptionSettings, type RuleSetting, type RuleSettings } from './config.ts';
import { idsOf, isObject, isOneOf, unknown } from './read.ts';

/** Reads the `rules` of a configuration, or of one of its overrides. */
export function parseRules(value: unknown, rules: readonly Rule[], problems: string[]): RuleSettings {
  const read: Record<string, RuleSetting> = {};
  if (!isObject(value)) {
    problems.push('"rules" must be an object of rule ids');
    return read;
  }
  for (const [id, setting] of Object.entries(value)) {
    const rule = rules.find(({ meta }) => meta.id === id);
    if (rule === undefined) {
      problems.push(unknown('rule', id, idsOf(rules)));
      continue;
    }
    const [level, options = {}, ...more] = Array.isArray(setting) ? (setting as unknown[]) : [setting];
    if (!isOneOf(LEVELS, level)) problems.push(`rule ${id}: ${unknown('level', level, LEVELS)}`);
    else if (!isObject(options) || more.length > 0) problems.push(`rule ${id}: expected [level, {options}]`);
    else read[id] = [level, parseOptions(id, options, rule.meta.options, problems)];
  }
  return read;
}

function parseOptions(
  id: string,
  given: { readonly [name: string]: unknown },
  known: { readonly [name: string]: RuleOption },
  problems: string[],
): OptionSettings {
  const read: Record<string, number | boolean> = {};
  for (const [name, value] of Object.entries(given)) {
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    if (option === undefined) problems.push(`rule ${id}: ${unknown('option', name, Object.keys(known))}`);
    else if (typeof value !== typeof option.default) {
      problems.push(`rule ${id}: option "${name}" must be a ${typeof option.default}`);
    } else if (typeof value === 'number' && !isWithin(option, value)) {
      problems.push(`rule ${id}: option "${name}" must be a number of ${boundsText(option)}`);
    } else read[name] = value as number | boolean;
  }
  return read;
}

function isWithin({ least = 0, most = Number.MAX_VALUE }: RuleOption, value: number): boolean {
  return value >= least && value <= most;
}
