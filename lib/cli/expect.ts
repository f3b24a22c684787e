import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Finding } from '../facts/finding.ts';
import type { RuleMeta } from '../facts/rule.ts';
import { STATE_NAMES, type StateName } from '../facts/state.ts';
import { fingerprint } from '../lint/fingerprint.ts';
import { closest } from '../lint/spelling.ts';
import type { Origin } from '../report/format.ts';
import { count } from '../report/phrases.ts';
import type { Rule } from '../rules/rule.ts';
import { WhereError } from '../select/error.ts';
import { parseWhere, type Selection } from '../select/where.ts';
import { occurrences } from './baseline.ts';
import { type FoundRules, rulesByConnection } from './selection.ts';

/**
 * What a capture must show, or must not: so many connections (that `where` describes), those with a finding of `rule`,
 * or those in which an endpoint was in `state`. Without bounds, at least one.
 */
export interface Expectation {
  readonly where?: string;
  readonly rule?: string;
  readonly state?: StateName;
  readonly atLeast?: number;
  readonly atMost?: number;
}

const KEYS = ['where', 'rule', 'state', 'atLeast', 'atMost'];

/** Unmet expectations are findings of this rule. */
export const EXPECT: RuleMeta = {
  id: 'expect',
  family: 'capture',
  scope: 'capture',
  summary: 'The capture does not show what the configuration expects of it.',
  why: 'Somebody wrote down what this traffic must look like, and it does not.',
  likelyCauses: [],
  nextSteps: ['See `expect` in the configuration.'],
  references: [],
  severity: 'error',
  options: {},
  needs: [],
  falsePositives: [],
};

/** Reads the `expect` of a configuration. Every mistake is told. */
export function parseExpectations(
  value: unknown,
  rules: readonly Rule[],
): { readonly expectations: readonly Expectation[]; readonly problems: readonly string[] } {
  if (!Array.isArray(value)) {
    return { expectations: [], problems: ['"expect" must be a list'] };
  }
  const ids = rules.map(({ meta }) => meta.id);
  const problems = value.flatMap((each, i) => mistakes(each, ids).map((problem) => `expect[${i}]: ${problem}`));
  return { expectations: problems.length === 0 ? value : [], problems };
}

function mistakes(value: unknown, ids: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return ['must be an object'];
  }
  const { where, rule, state, atLeast, atMost } = value as { readonly [key: string]: unknown };
  const bound = (name: string, given: unknown): string[] =>
    given === undefined || (Number.isInteger(given) && (given as number) >= 0) ? [] : [`${name} must be a count`];
  return [
    ...Object.keys(value)
      .filter((key) => !KEYS.includes(key))
      .map((key) => unknown('key', key, KEYS)),
    ...(rule === undefined || ids.includes(rule as string) ? [] : [unknown('rule', rule, ids)]),
    ...(state === undefined || STATE_NAMES.includes(state as StateName) ? [] : [unknown('state', state, STATE_NAMES)]),
    ...bound('atLeast', atLeast),
    ...bound('atMost', atMost),
    ...(where === undefined ? [] : whereMistakes(where, ids)),
  ];
}

function whereMistakes(where: unknown, ids: readonly string[]): string[] {
  if (typeof where !== 'string') {
    return ['where must be text'];
  }
  try {
    parseWhere(where, ids);
    return [];
  } catch (error) {
    if (error instanceof WhereError) {
      return [`where: ${error.message}`];
    }
    throw error;
  }
}

function unknown(what: string, given: unknown, known: readonly string[]): string {
  const near = closest(String(given), known);
  return `unknown ${what} "${given}"${near === null ? '' : `; did you mean "${near}"?`}`;
}

/** Counts through one capture what one expectation is about. */
export class Expecting {
  private readonly expectation: Expectation;
  private readonly selection: Selection | null;
  private readonly origin: Origin;
  /** Connections that may count once findings are known. */
  private readonly held: ConnectionFacts[] = [];
  private connections = 0;

  constructor(expectation: Expectation, origin: Origin) {
    this.expectation = expectation;
    this.selection = expectation.where === undefined ? null : parseWhere(expectation.where);
    this.origin = origin;
  }

  connection(facts: ConnectionFacts): void {
    const { rule, state } = this.expectation;
    const byFindings = this.selection !== null && (this.selection.needsFindings || rule !== undefined);
    const reached = state === undefined || hasBeen(facts, state);
    if (byFindings && reached) {
      this.held.push(facts);
    } else if (rule === undefined && reached && this.selects(facts)) {
      this.connections++;
    }
  }

  /** The finding, if the capture is not as expected. */
  conclude(capture: CaptureFacts, findings: readonly Finding[]): Finding | null {
    const { atLeast, atMost } = this.expectation;
    const found = this.total(findings);
    const least = atLeast ?? (atMost === undefined ? 1 : 0);
    return found >= least && found <= (atMost ?? Number.POSITIVE_INFINITY) ? null : this.unmet(capture, found, least);
  }

  private total(findings: readonly Finding[]): number {
    const { rule } = this.expectation;
    if (rule !== undefined && this.selection === null) {
      return findings.filter((each) => each.rule === rule).reduce((sum, each) => sum + occurrences(each), 0);
    }
    const rules = rulesByConnection(findings);
    const late = this.held.filter(
      (facts) => (rule === undefined || rules.get(facts.connection)?.has(rule) === true) && this.selects(facts, rules),
    );
    return this.connections + late.length;
  }

  private selects(facts: ConnectionFacts, found?: FoundRules): boolean {
    const findings = (connection: number): string[] => [...(found?.get(connection) ?? [])];
    return this.selection?.matchesConnection(facts, { captureStart: this.origin.start, findings }) ?? true;
  }

  private unmet(capture: CaptureFacts, found: number, least: number): Finding {
    const { where, rule, state, atMost } = this.expectation;
    const what = rule === undefined ? 'connection' : `finding of ${rule}`;
    const plural = rule === undefined ? 'connections' : `findings of ${rule}`;
    const bounds = [
      ...(least > 0 ? [`at least ${count(least, what, plural)}`] : []),
      ...(atMost === undefined ? [] : [`at most ${count(atMost, what, plural)}`]),
    ];
    const selected = [
      ...(state === undefined ? [] : [`in ${state}`]),
      ...(where === undefined ? [] : [`where ${where}`]),
    ];
    const subject = [bounds.join(' and '), ...selected].join(' ');
    const moment = capture.start ?? { seconds: 0, nanos: 0 };
    return {
      id: 0,
      rule: EXPECT.id,
      severity: EXPECT.severity,
      confidence: 'high',
      message: `Expected ${subject}; the capture shows ${found === 0 ? 'none' : found}.`,
      capture: capture.path,
      connections: [],
      streams: [],
      endpoints: [],
      frames: { first: 0, last: 0, count: 0, examples: [] },
      start: moment,
      end: capture.end ?? moment,
      lowerBound: false,
      impact: {},
      evidence: { found },
      likelyCauses: EXPECT.likelyCauses,
      nextSteps: EXPECT.nextSteps,
      filter: '',
      docs: 'docs/configuration.md',
      fingerprint: fingerprint(EXPECT.id, where ?? '', rule ?? '', state ?? '', least, atMost ?? -1),
    };
  }
}

function hasBeen({ client, server }: ConnectionFacts, state: StateName): boolean {
  return [client, server].some(({ spells }) => spells.some((spell) => spell.state === state));
}
