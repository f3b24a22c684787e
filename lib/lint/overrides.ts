import type { ConnectionFacts } from '../facts/connection.ts';
import type { Moment } from '../facts/moment.ts';
import type { ConnectionRule, Rule } from '../rules/rule.ts';
import { parseWhere, type Selection } from '../select/where.ts';
import { type ActiveRule, mergeRules, pair, type ResolvedConfig, type RuleSettings } from './config.ts';
import { matchesGlob } from './glob.ts';
import { aboutPackets, isObject, noOtherKeys, selection } from './read.ts';
import { parseRules } from './rule-settings.ts';

/** Other rule settings for captures whose path matches, and connections that `where` describes; without both, for all. */
export interface Override {
  readonly files?: string | readonly string[];
  readonly where?: string;
  readonly rules: RuleSettings;
}

/** The capture that is judged: its path, and the time of its first packet once that is known. */
export interface CaptureOrigin {
  readonly path: string;
  readonly start: Moment | null;
}

/** A rule that judges connections. */
export interface ConnectionJudge extends ActiveRule {
  readonly rule: ConnectionRule;
}

export function parseOverrides(value: unknown, rules: readonly Rule[], problems: string[]): readonly Override[] {
  if (!Array.isArray(value)) {
    problems.push('"overrides" must be a list');
    return [];
  }
  const before = problems.length;
  value.forEach((each, i) => {
    checkOverride(each, rules, `overrides[${i}]: `, problems);
  });
  return problems.length === before ? value : [];
}

function checkOverride(value: unknown, rules: readonly Rule[], where: string, problems: string[]): void {
  if (!isObject(value)) {
    problems.push(`${where}must be an object`);
    return;
  }
  noOtherKeys(value, ['files', 'where', 'rules'], where, problems);
  if (value.files !== undefined && ![value.files].flat().every((file) => typeof file === 'string' && file !== '')) {
    problems.push(`${where}files must be a pattern, or a list of patterns`);
  }
  const ofRules: string[] = [];
  const settings = parseRules(value.rules ?? null, rules, ofRules);
  problems.push(...ofRules.map((problem) => where + problem));
  if (value.where === undefined) return;
  const selected = selection(value.where, rules, where, problems);
  if (selected?.needsFindings === true) problems.push(`${where}where cannot ask for findings: they come later`);
  problems.push(...(selected?.packetConditions ?? []).map((condition) => where + aboutPackets(condition)));
  for (const { meta } of rules.filter(
    (rule) => rule.meta.scope === 'capture' && Object.hasOwn(settings, rule.meta.id),
  )) {
    problems.push(`${where}rule ${meta.id} judges captures as a whole: only "files" can select it`);
  }
}

/** The rules that run in one capture: on it as a whole, and on each of its connections. */
export class Variants {
  /** Without the overrides that select connections. */
  readonly usual: readonly ActiveRule[];
  private readonly config: ResolvedConfig;
  private readonly origin: CaptureOrigin;
  private readonly overrides: readonly { readonly settings: RuleSettings; readonly where: Selection | null }[];
  private readonly selects: boolean;
  private readonly made = new Map<string, readonly ActiveRule[]>();
  private readonly panels = new Map<readonly ActiveRule[], Panel>();

  constructor(config: ResolvedConfig, origin: CaptureOrigin) {
    this.config = config;
    this.origin = origin;
    this.overrides = config.overrides
      .filter(({ files }) => files === undefined || [files].flat().some((file) => matchesGlob(file, origin.path)))
      .map(({ where, rules }) => ({ settings: rules, where: where === undefined ? null : parseWhere(where) }));
    this.selects = this.overrides.some(({ where }) => where !== null);
    this.usual = this.combined(this.overrides.map(({ where }) => where === null));
  }

  /** What may run on some connection: `usual`, and whatever an override turns on. */
  get possible(): readonly ActiveRule[] {
    const ids = new Set(this.usual.map(({ rule }) => rule.meta.id));
    const turnedOn = this.overrides.flatMap(({ settings }) =>
      Object.entries(settings).flatMap(([id, setting]) => (pair(setting)[0] === 'off' || ids.has(id) ? [] : [id])),
    );
    return [
      ...this.usual,
      ...this.config.activeWith(on(turnedOn)).filter(({ rule }) => turnedOn.includes(rule.meta.id)),
    ];
  }

  /** Those that judge the connection, by what it has shown. */
  of(facts: ConnectionFacts): readonly ConnectionJudge[] {
    const rules = this.selects ? this.selectedBy(facts) : this.usual;
    let panel = this.panels.get(rules);
    if (panel === undefined) {
      panel = new Panel(rules);
      this.panels.set(rules, panel);
    }
    return panel.wokenBy(facts.notes);
  }

  private selectedBy(facts: ConnectionFacts): readonly ActiveRule[] {
    const context = { captureStart: this.origin.start };
    return this.combined(this.overrides.map(({ where }) => where?.matchesConnection(facts, context) ?? true));
  }

  /** With those overrides that apply; each combination is made once. */
  private combined(applies: readonly boolean[]): readonly ActiveRule[] {
    if (!applies.includes(true)) return this.config.active;
    const key = applies.map(Number).join('');
    let rules = this.made.get(key);
    if (rules === undefined) {
      const settings = this.overrides.filter((_, i) => applies[i]).map((each) => each.settings);
      rules = this.config.activeWith(settings.reduce(mergeRules, {}));
      this.made.set(key, rules);
    }
    return rules;
  }
}

/** Combinations of notes for which the rules they wake are remembered. */
const MOST_COMBINATIONS = 1024;

/** The rules that may judge a connection. */
class Panel {
  private readonly all: readonly ConnectionJudge[];
  private readonly woken = new Map<number, readonly ConnectionJudge[]>();

  constructor(rules: readonly ActiveRule[]) {
    this.all = rules.flatMap(({ rule, ...how }) => ('connection' in rule ? [{ rule, ...how }] : []));
  }

  wokenBy(notes: number): readonly ConnectionJudge[] {
    let judges = this.woken.get(notes);
    if (judges === undefined) {
      judges = this.all.filter(({ rule: { meta } }) => meta.wakes === undefined || (notes & meta.wakes) !== 0);
      if (this.woken.size < MOST_COMBINATIONS) this.woken.set(notes, judges);
    }
    return judges;
  }
}

function on(ids: readonly string[]): RuleSettings {
  return Object.fromEntries(ids.map((id) => [id, 'on']));
}
