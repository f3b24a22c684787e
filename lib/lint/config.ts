import { PRESETS, type Preset, type RuleOption, SEVERITIES, type Severity } from '../facts/rule.ts';
import type { Confidence } from '../facts/verdict.ts';
import type { Rule } from '../rules/rule.ts';
import { isOnIn, PRESET_SETTINGS } from './presets.ts';
import { closest } from './spelling.ts';

/** Levels of a rule in configuration: `on` leaves the severity to the rule. */
export const LEVELS = ['off', 'on', ...SEVERITIES] as const;
export type Level = (typeof LEVELS)[number];
export type OptionSettings = { readonly [option: string]: number | boolean };
export type RuleSetting = Level | readonly [Level, OptionSettings];

/** Configuration of judging, as `tcplint.config.json` holds it. */
export interface LintConfig {
  readonly extends?: Preset;
  readonly rules?: { readonly [id: string]: RuleSetting };
  readonly minConfidence?: Confidence;
}

/** A rule that will run, with what configuration made of it. */
export interface ActiveRule {
  readonly rule: Rule;
  /** The severity of all its findings; null leaves it to the rule. */
  readonly level: Severity | null;
  readonly options: OptionSettings;
}

export interface ResolvedConfig {
  readonly preset: Preset;
  readonly active: readonly ActiveRule[];
  readonly minConfidence: Confidence;
  readonly noteAs: Severity;
}

/** Reads a configuration object of unknown shape. Every mistake is told, with the nearest right word. */
export function parseConfig(value: unknown, rules: readonly Rule[]): { config: LintConfig; problems: string[] } {
  const problems: string[] = [];
  const config: { -readonly [key in keyof LintConfig]: LintConfig[key] } = {};
  if (!isObject(value)) return { config, problems: ['configuration must be an object'] };
  for (const [key, setting] of Object.entries(value)) {
    if (key === '$schema') continue;
    if (key === 'extends') {
      if (isOneOf(PRESETS, setting)) config.extends = setting;
      else problems.push(unknown('preset', setting, PRESETS));
    } else if (key === 'minConfidence') {
      if (isOneOf(CONFIDENCES, setting)) config.minConfidence = setting;
      else problems.push(unknown('confidence', setting, CONFIDENCES));
    } else if (key === 'rules') {
      config.rules = parseRules(setting, rules, problems);
    } else {
      problems.push(unknown('key', key, ['extends', 'rules', 'minConfidence']));
    }
  }
  return { config, problems };
}

/** Reads a `--rule` argument: `id:level`, or `id:option=value`. Later ones win over earlier ones and over the file. */
export function parseRuleArgument(
  text: string,
  rules: readonly Rule[],
): { setting: { readonly [id: string]: RuleSetting }; problems: string[] } {
  const colon = text.indexOf(':');
  const id = colon < 0 ? text : text.slice(0, colon);
  const problems: string[] = [];
  const options: Record<string, number | boolean> = {};
  let level: Level = 'on';
  for (const part of colon < 0 ? [] : text.slice(colon + 1).split(',')) {
    const [name = '', word] = part.split('=');
    if (word === undefined) {
      if (isOneOf(LEVELS, name)) level = name;
      else problems.push(unknown('level', name, LEVELS));
    } else options[name] = word === 'true' ? true : word === 'false' ? false : word === '' ? Number.NaN : Number(word);
  }
  return { setting: parseRules({ [id]: [level, options] }, rules, problems), problems };
}

/** Lays rule settings over others: levels and options of the later win. */
export function mergeRules(base: LintConfig['rules'], over: LintConfig['rules']): NonNullable<LintConfig['rules']> {
  const merged: Record<string, RuleSetting> = { ...base };
  for (const [id, setting] of Object.entries(over ?? {})) {
    const [level, options] = pair(setting);
    const [, before] = pair(merged[id] ?? 'on');
    merged[id] = [level, { ...before, ...options }];
  }
  return merged;
}

/** What runs, and how: preset, then settings. */
export function resolveConfig(config: LintConfig, rules: readonly Rule[]): ResolvedConfig {
  const preset = config.extends ?? 'recommended';
  const settings = PRESET_SETTINGS[preset];
  const active: ActiveRule[] = [];
  for (const rule of rules) {
    const { id } = rule.meta;
    const setting = config.rules?.[id];
    const [level, given] = pair(setting ?? (isOnIn(rule.meta, preset) ? 'on' : 'off'));
    if (level === 'off') continue;
    const defaults = Object.entries(rule.meta.options).map(([name, option]) => [name, option.default]);
    active.push({
      rule,
      level: level === 'on' ? (settings.levels[id] ?? null) : level,
      options: { ...Object.fromEntries(defaults), ...given },
    });
  }
  return { preset, active, minConfidence: config.minConfidence ?? settings.minConfidence, noteAs: settings.noteAs };
}

const CONFIDENCES = ['high', 'medium', 'low'] as const;

function parseRules(value: unknown, rules: readonly Rule[], problems: string[]): NonNullable<LintConfig['rules']> {
  const read: Record<string, RuleSetting> = {};
  if (!isObject(value)) {
    problems.push('"rules" must be an object of rule ids');
    return read;
  }
  for (const [id, setting] of Object.entries(value)) {
    const rule = rules.find(({ meta }) => meta.id === id);
    if (rule === undefined) {
      problems.push(
        unknown(
          'rule',
          id,
          rules.map(({ meta }) => meta.id),
        ),
      );
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
    } else if (typeof value === 'number' && !(value >= 0 && Number.isFinite(value))) {
      problems.push(`rule ${id}: option "${name}" must be a number of at least 0`);
    } else read[name] = value as number | boolean;
  }
  return read;
}

function pair(setting: RuleSetting): readonly [Level, OptionSettings] {
  return typeof setting === 'string' ? [setting, {}] : setting;
}

function unknown(what: string, given: unknown, known: readonly string[]): string {
  const text = typeof given === 'string' ? given : JSON.stringify(given);
  const near = closest(String(text), known);
  const hint = near === null ? (known.length <= 8 ? `; known: ${known.join(', ')}` : '') : `; did you mean "${near}"?`;
  return `unknown ${what} "${text}"${hint}`;
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isOneOf<const T extends string>(words: readonly T[], value: unknown): value is T {
  return words.includes(value as T);
}
