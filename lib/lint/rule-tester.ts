import type { CaptureFacts } from '../facts/capture.ts';
import type { ConnectionFacts } from '../facts/connection.ts';
import type { Severity } from '../facts/rule.ts';
import type { Confidence } from '../facts/verdict.ts';
import type { Draft, Rule } from '../rules/rule.ts';
import { captureEndOf } from '../rules/watching.ts';

/** Facts to judge: of a connection or of a capture, as the rule's scope asks. */
export interface SilentCase {
  readonly name: string;
  readonly facts: ConnectionFacts | CaptureFacts;
  readonly options?: { readonly [name: string]: number | boolean };
}

/** What a rule must say, exactly: each field that is named here is compared whole. */
export interface ExpectedFinding {
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly message: string;
  readonly frames?: readonly number[];
  readonly impact?: Draft['impact'];
  readonly evidence?: Draft['evidence'];
  readonly lowerBound?: boolean;
}

export interface FiringCase extends SilentCase {
  readonly findings: readonly ExpectedFinding[];
}

/**
 * Tests a rule on facts, strictly: throws an Error that names the case and both sides of the difference. Needs firing
 * and silent cases, no two alike; wants exactly the expected findings in their order; and holds rules to their promise
 * to be pure: they must not change the facts, and must say the same when asked twice.
 */
export function testRule(
  rule: Rule,
  cases: { readonly firing: readonly FiringCase[]; readonly silent: readonly SilentCase[] },
): void {
  const { id } = rule.meta;
  if (cases.firing.length === 0) throw new Error(`${id}: no case in which it fires`);
  if (cases.silent.length === 0) throw new Error(`${id}: no case in which it is silent (give a near miss)`);
  const seen = new Map<string, string>();
  for (const each of [...cases.firing, ...cases.silent]) {
    const twin = seen.get(JSON.stringify([each.facts, each.options]));
    if (twin !== undefined) throw new Error(`${id}: "${each.name}" repeats the case "${twin}"`);
    seen.set(JSON.stringify([each.facts, each.options]), each.name);
  }
  for (const each of cases.firing) {
    if (each.findings.length === 0) throw new Error(`${id}: "${each.name}" expects nothing: it is a silent case`);
    compare(`${id}: "${each.name}"`, judgeStrictly(rule, each), each.findings);
  }
  for (const each of cases.silent) compare(`${id}: "${each.name}"`, judgeStrictly(rule, each), []);
}

/** What a rule says of some facts, its defaults filled in. */
export function judge(rule: Rule, { facts, options = {} }: Omit<SilentCase, 'name'>): readonly Draft[] {
  const defaults = Object.entries(rule.meta.options).map(([name, option]) => [name, option.default]);
  const values = { ...Object.fromEntries(defaults), ...options } as never;
  if ('capture' in rule) return [rule.capture(facts as CaptureFacts, values) ?? []].flat();
  const connection = facts as ConnectionFacts;
  const watch = { start: connection.start, end: captureEndOf(connection) };
  return [rule.connection(connection, values, watch) ?? []].flat();
}

function judgeStrictly(rule: Rule, each: SilentCase): readonly Draft[] {
  const before = JSON.stringify(each.facts);
  const drafts = judge(rule, each);
  const again = judge(rule, each);
  const where = `${rule.meta.id}: "${each.name}"`;
  if (JSON.stringify(each.facts) !== before) throw new Error(`${where}: the rule changed the facts`);
  if (JSON.stringify(drafts) !== JSON.stringify(again))
    throw new Error(`${where}: asked twice, the rule says two things`);
  for (const { message, together = '' } of drafts) {
    if (/undefined|NaN|null|\[object/.test(message + together))
      throw new Error(`${where}: unfilled message: ${message}`);
    if (!message.endsWith('.')) throw new Error(`${where}: a message is a sentence: ${message}`);
  }
  return drafts.map((draft) => ({ ...draft, severity: draft.severity ?? rule.meta.severity }));
}

function compare(where: string, drafts: readonly Draft[], expected: readonly ExpectedFinding[]): void {
  const said = drafts.map(({ message }) => `\n  ${message}`).join('');
  if (drafts.length !== expected.length) {
    throw new Error(`${where}: expected ${expected.length} findings, got ${drafts.length}:${said}`);
  }
  for (const [i, want] of expected.entries()) {
    for (const [field, value] of Object.entries(want)) {
      const got = drafts[i]![field as keyof Draft];
      if (JSON.stringify(got) !== JSON.stringify(value)) {
        throw new Error(`${where}: ${field}\n  expected ${JSON.stringify(value)}\n  got      ${JSON.stringify(got)}`);
      }
    }
  }
}
