import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import { type Finding, UNMET } from '../facts/finding.ts';
import type { RuleMeta } from '../facts/rule.ts';
import { STATE_NAMES, type StateName } from '../facts/state.ts';
import { count } from '../facts/wording.ts';
import type { Rule } from '../rules/rule.ts';
import { parseWhere, type Selection } from '../select/where.ts';
import { fingerprint } from './fingerprint.ts';
import type { CaptureOrigin } from './overrides.ts';
import { aboutPackets, idsOf, isObject, isOneOf, noOtherKeys, selection, unknown } from './read.ts';

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

/** Rules that found something, by connection. */
export type FoundRules = ReadonlyMap<number, ReadonlySet<string>>;

const KEYS = ['where', 'rule', 'state', 'atLeast', 'atMost'];

/** Unmet expectations are findings of this rule. */
export const EXPECT: RuleMeta = {
  id: UNMET,
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

/** Reads the `expect` of a configuration. */
export function parseExpectations(value: unknown, rules: readonly Rule[], problems: string[]): readonly Expectation[] {
  if (!Array.isArray(value)) {
    problems.push('"expect" must be a list');
    return [];
  }
  const before = problems.length;
  value.forEach((each, i) => {
    check(each, rules, `expect[${i}]: `, problems);
  });
  return problems.length === before ? value : [];
}

function check(value: unknown, rules: readonly Rule[], where: string, problems: string[]): void {
  if (!isObject(value)) {
    problems.push(`${where}must be an object`);
    return;
  }
  const { rule, state } = value;
  const ids = idsOf(rules);
  noOtherKeys(value, KEYS, where, problems);
  if (rule !== undefined && !ids.includes(rule as string)) problems.push(where + unknown('rule', rule, ids));
  if (state !== undefined && !isOneOf(STATE_NAMES, state)) problems.push(where + unknown('state', state, STATE_NAMES));
  for (const bound of ['atLeast', 'atMost']) {
    const given = value[bound];
    const isCount = Number.isInteger(given) && (given as number) >= 0;
    if (given !== undefined && !isCount) problems.push(`${where}${bound} must be a count`);
  }
  const { atLeast, atMost } = value as Expectation;
  if (typeof atLeast === 'number' && typeof atMost === 'number' && atLeast > atMost) {
    problems.push(`${where}atLeast ${atLeast} is more than atMost ${atMost}`);
  }
  if (value.where === undefined) return;
  const selected = selection(value.where, rules, where, problems);
  problems.push(...(selected?.packetConditions ?? []).map((condition) => where + aboutPackets(condition)));
}

/** Counts through one capture what one expectation is about. */
export class Expecting {
  private readonly expectation: Expectation;
  private readonly selection: Selection | null;
  private readonly origin: CaptureOrigin;
  /** Connections that may count once findings are known. */
  private readonly held: ConnectionFacts[] = [];
  private connections = 0;

  constructor(expectation: Expectation, origin: CaptureOrigin) {
    this.expectation = expectation;
    this.selection = expectation.where === undefined ? null : parseWhere(expectation.where);
    this.origin = origin;
  }

  connection(facts: ConnectionFacts): void {
    const { rule, state } = this.expectation;
    const byFindings = this.selection !== null && (this.selection.needsFindings || rule !== undefined);
    const reached = state === undefined || hasBeen(facts, state);
    if (byFindings && reached) this.held.push(facts);
    else if (rule === undefined && reached && this.selects(facts)) this.connections++;
  }

  /** The finding, if the capture is not as expected. */
  conclude(capture: CaptureFacts, findings: readonly Finding[], found: FoundRules): Finding | null {
    const { atLeast, atMost } = this.expectation;
    const total = this.total(findings, found);
    const least = atLeast ?? (atMost === undefined ? 1 : 0);
    return total >= least && total <= (atMost ?? Number.POSITIVE_INFINITY) ? null : this.unmet(capture, total, least);
  }

  private total(findings: readonly Finding[], found: FoundRules): number {
    const { rule } = this.expectation;
    if (rule !== undefined && this.selection === null) {
      return findings.filter((each) => each.rule === rule).reduce((sum, each) => sum + folded(each), 0);
    }
    const late = this.held.filter(
      (facts) => (rule === undefined || found.get(facts.connection)?.has(rule) === true) && this.selects(facts, found),
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

/** A fold stands for many findings. */
function folded({ evidence }: Finding): number {
  return typeof evidence.findings === 'number' ? evidence.findings : 1;
}

function hasBeen({ client, server }: ConnectionFacts, state: StateName): boolean {
  return [client, server].some(({ spells }) => spells.some((spell) => spell.state === state));
}
