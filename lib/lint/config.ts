import { type Preset, type RuleMeta, SEVERITIES, type Severity } from '../facts/rule.ts';
import type { Confidence } from '../facts/verdict.ts';
import type { Rule } from '../rules/rule.ts';
import type { Expectation } from './expect.ts';
import type { Override } from './overrides.ts';
import { isOnIn, PRESET_SETTINGS } from './presets.ts';

/** Levels of a rule in configuration: `on` leaves the severity to the rule. */
export const LEVELS = ['off', 'on', ...SEVERITIES] as const;
export type Level = (typeof LEVELS)[number];
export type OptionSettings = { readonly [option: string]: number | boolean };
export type RuleSetting = Level | readonly [Level, OptionSettings];
export type RuleSettings = { readonly [id: string]: RuleSetting };

/** Configuration of judging, as `tcplint.config.json` holds it. */
export interface LintConfig {
  readonly extends?: Preset;
  readonly rules?: RuleSettings;
  readonly minConfidence?: Confidence;
  /** Other settings for some captures, or some connections; of several that apply the last one wins. */
  readonly overrides?: readonly Override[];
  /** Names of hosts (`10.0.0.5`), networks (`10.0.0.0/8`) and services (`10.0.0.5:443`, `:8443`). */
  readonly names?: { readonly [place: string]: string };
  /** A file in the form of /etc/hosts; read by the command line, relative to the configuration. */
  readonly hostsFile?: string;
  /** What captures must show. */
  readonly expect?: readonly Expectation[];
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
  /** All there are. */
  readonly rules: readonly Rule[];
  /** What runs where no override applies. */
  readonly active: readonly ActiveRule[];
  readonly minConfidence: Confidence;
  readonly noteAs: Severity;
  readonly overrides: readonly Override[];
  /** What runs with further settings laid over the configuration's. */
  activeWith(settings: RuleSettings): readonly ActiveRule[];
}

/** Lays rule settings over others: levels and options of the later win. */
export function mergeRules(base: RuleSettings | undefined, over: RuleSettings | undefined): RuleSettings {
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
  const { minConfidence, noteAs } = PRESET_SETTINGS[preset];
  const activeWith = (settings: RuleSettings): ActiveRule[] =>
    rules.flatMap((rule) => activeRule(rule, preset, settings[rule.meta.id]));
  return {
    preset,
    rules,
    active: activeWith(config.rules ?? {}),
    minConfidence: config.minConfidence ?? minConfidence,
    noteAs,
    overrides: config.overrides ?? [],
    activeWith: (settings) => activeWith(mergeRules(config.rules, settings)),
  };
}

/** The rule as it runs; nothing if it is off. */
function activeRule(rule: Rule, preset: Preset, setting: RuleSetting | undefined): ActiveRule[] {
  const { id } = rule.meta;
  const [level, given] = pair(setting ?? (isOnIn(rule.meta, preset) ? 'on' : 'off'));
  if (level === 'off') return [];
  const severity = level === 'on' ? (PRESET_SETTINGS[preset].levels[id] ?? null) : level;
  return [{ rule, level: severity, options: { ...defaultsOf(rule.meta), ...given } }];
}

export function defaultsOf({ options }: RuleMeta): OptionSettings {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default]));
}

/** A setting in its long form. */
export function pair(setting: RuleSetting): readonly [Level, OptionSettings] {
  return typeof setting === 'string' ? [setting, {}] : setting;
}
