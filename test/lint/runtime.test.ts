import { describe, expect, it } from 'vitest';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import { REFUSED, RETRANSMITTED } from '../../lib/facts/notes.ts';
import type { RuleMeta } from '../../lib/facts/rule.ts';
import { type LintConfig, resolveConfig } from '../../lib/lint/config.ts';
import { createLinter } from '../../lib/lint/runtime.ts';
import { type Draft, defineRule, type Rule } from '../../lib/rules/rule.ts';
import { capture, connection, endpoint, moment } from './facts.ts';

function meta(id: string, changes: Partial<RuleMeta> = {}): RuleMeta {
  return {
    id,
    family: 'loss',
    scope: 'connection',
    summary: id,
    why: '',
    likelyCauses: ['cause'],
    nextSteps: ['step'],
    references: [],
    severity: 'warning',
    options: {},
    needs: [],
    falsePositives: [],
    ...changes,
  };
}

function draft(facts: ConnectionFacts, changes: Partial<Draft> = {}): Draft {
  return {
    confidence: 'high',
    message: `trouble on ${facts.connection}.`,
    side: 'server',
    frames: [facts.firstFrame],
    start: facts.start,
    end: facts.end,
    impact: { seconds: 1 },
    evidence: {},
    ...changes,
  };
}

function rule(id: string, judge: (facts: ConnectionFacts) => Draft | readonly Draft[] | null, changes = {}): Rule {
  return defineRule({ meta: meta(id, changes), connection: (facts) => judge(facts) });
}

function lint(
  rules: readonly Rule[],
  connections: readonly ConnectionFacts[],
  config: LintConfig = {},
  facts = capture(),
) {
  const linter = createLinter(resolveConfig(config, rules));
  for (const each of connections) linter.connection(each);
  return linter.finish(facts);
}

function many(length: number, changes: (i: number) => Partial<ConnectionFacts> = () => ({})): ConnectionFacts[] {
  return Array.from({ length }, (_, i) =>
    connection({ connection: i, firstFrame: i * 10 + 1, client: endpoint('10.0.0.1', 40000 + i), ...changes(i) }),
  );
}

describe('the rule runtime', () => {
  it('wakes on the union of notes, and calls a rule only on its own', () => {
    const called: number[] = [];
    const woken = rule(
      'a',
      ({ connection: number }) => {
        called.push(number);
        return null;
      },
      { wakes: REFUSED },
    );
    const other = rule('b', () => null, { wakes: RETRANSMITTED });
    expect(createLinter(resolveConfig({}, [woken, other])).wake).toBe(REFUSED | RETRANSMITTED);
    expect(createLinter(resolveConfig({}, [woken, rule('c', () => null)])).wake).toBe(-1);
    lint([woken, other], [connection({ notes: RETRANSMITTED }), connection({ connection: 1, notes: REFUSED | 1 })]);
    expect(called).toEqual([1]);
  });

  it('tells the episodes of one connection one by one, with an ordinal each in the fingerprint', () => {
    const { findings } = lint(
      [rule('a', (facts) => [draft(facts), draft(facts, { message: 'again.' })])],
      [connection()],
    );
    expect(findings.map(({ id, message }) => [id, message])).toEqual([
      [1, 'trouble on 0.'],
      [2, 'again.'],
    ]);
    expect(new Set(findings.map(({ fingerprint }) => fingerprint)).size).toBe(2);
    expect(findings[0]).toMatchObject({
      rule: 'a',
      capture: 'test.pcap',
      connections: [0],
      streams: [0],
      filter: 'tcp.stream eq 0',
      docs: 'docs/rules/a.md',
      likelyCauses: ['cause'],
      nextSteps: ['step'],
      endpoints: [
        { address: '10.0.0.1', port: 40000, role: 'client' },
        { address: '10.0.0.2', port: 80, role: 'server' },
      ],
    });
  });

  it('folds the same finding over many connections of a service into one with a count, the worst in full', () => {
    const sometimesWorse = rule('a', (facts) =>
      draft(facts, { impact: { seconds: facts.connection === 7 ? 9 : 1, bytes: 10 } }),
    );
    const { findings } = lint([sometimesWorse], many(12));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      message: 'trouble on 7 (the worst of 12 on 12 connections of 10.0.0.2:80).',
      impact: { seconds: 9, bytes: 120, connections: 12 },
      frames: { first: 1, last: 111, count: 12 },
      connections: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
      evidence: { findings: 12, connections: 12, secondsInAll: 20 },
      filter: 'tcp.stream in {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}',
    });
  });

  it('does not count guesses among what is known', () => {
    const sometimesSure = rule('a', (facts) => draft(facts, { confidence: facts.connection === 0 ? 'high' : 'low' }));
    const told = lint([sometimesSure], many(3)).findings.map((each) => [each.confidence, each.connections]);
    expect(told).toEqual([
      ['high', [0]],
      ['low', [1, 2]],
    ]);
  });

  it('says the same in whatever order connections come', () => {
    const judged = rule('a', (facts) => draft(facts, { impact: { seconds: facts.connection % 3 } }));
    const connections = many(3_000, (i) => ({ client: endpoint(`10.0.${i % 40}.1`, 40000) }));
    const backwards = [...connections].reverse();
    expect(lint([judged], backwards).findings).toEqual(lint([judged], connections).findings);
  });

  it('names the service in the filter where streams are too many', () => {
    const { findings } = lint([rule('a', (facts) => draft(facts))], many(17));
    expect(findings[0]?.filter).toBe('ip.addr == 10.0.0.2 and tcp.port == 80');
    const v6 = many(17, () => ({ server: endpoint('2001:db8::2', 443) }));
    expect(lint([rule('a', (facts) => draft(facts))], v6).findings[0]?.filter).toBe(
      'ipv6.addr == 2001:db8::2 and tcp.port == 443',
    );
  });

  it('uses the sentence for many, with counts', () => {
    const together = 'Server refused {connections} from {clients}.';
    const clients = many(3, (i) => ({ client: endpoint(`10.0.0.${i % 2}`, 40000) }));
    expect(lint([rule('a', (facts) => draft(facts, { together }))], clients).findings[0]?.message).toBe(
      'Server refused 3 connections from 2 clients.',
    );
    expect(lint([rule('a', (facts) => draft(facts, { together }))], many(2)).findings[0]?.message).toBe(
      'Server refused 2 connections from client 10.0.0.1.',
    );
  });

  it('keeps memory bounded: services fold into hosts, hosts into one', () => {
    const scattered = many(20_000, (i) => ({ server: endpoint(`10.${i >> 8}.${i & 255}.1`, 80) }));
    const { findings } = lint([rule('a', (facts) => draft(facts))], scattered);
    expect(findings).toHaveLength(1);
    expect(findings[0]?.impact.connections).toBe(20_000);
    expect(findings[0]?.message).toContain('on 20000 connections of many hosts');
  });

  it('tells what many services of one host show as one', () => {
    const ports = (n: number) => many(n, (i) => ({ server: endpoint('10.0.0.2', 8000 + i) }));
    const messages = (n: number) => lint([rule('a', (facts) => draft(facts))], ports(n)).findings.map((f) => f.message);
    expect(messages(4)).toHaveLength(4);
    expect(messages(5)).toEqual(['trouble on 0 (the worst of 5 on 5 connections of 10.0.0.2).']);
  });

  it('lets one finding replace others of the same connection and side only', () => {
    const loud = rule('loud', (facts) => (facts.connection === 0 ? draft(facts, { replaces: ['quiet'] }) : null));
    const quiet = rule('quiet', (facts) => [draft(facts), draft(facts, { side: 'client', message: 'client.' })]);
    const servers = many(2, (i) => ({ server: endpoint(`10.0.1.${i}`, 80) }));
    const { findings } = lint([quiet, loud], servers);
    expect(findings.map(({ rule: id, message, connections }) => [id, message, connections])).toEqual([
      ['loud', 'trouble on 0.', [0]],
      ['quiet', 'client.', [0]],
      ['quiet', 'client.', [1]],
      ['quiet', 'trouble on 1.', [1]],
    ]);
  });

  it('does not let a finding replace what was over before it began', () => {
    const early = rule('quiet', (facts) => [
      draft(facts, { start: moment(1), end: moment(2), message: 'before.' }),
      draft(facts, { start: moment(4), end: moment(6), message: 'with it.' }),
      draft(facts, { start: moment(8), end: moment(9), message: 'what came of it.' }),
    ]);
    const loud = rule('loud', (facts) => draft(facts, { start: moment(5), end: moment(7), replaces: ['quiet'] }));
    expect(lint([early, loud], [connection()]).findings.map(({ message }) => message)).toEqual([
      'trouble on 0.',
      'before.',
    ]);
  });

  it('lets one cause replace what its connections show while it lasts, all of it, and be as severe', () => {
    const at = (...seconds: readonly number[]): Rule =>
      rule('quiet', (facts) =>
        seconds.map((each) =>
          draft(facts, { start: moment(each), end: moment(each + 1), severity: each === 5 ? 'error' : 'note' }),
        ),
      );
    const cause = (seconds: number) => ({
      ...draft(connection(), { message: `cause at ${seconds}.`, start: moment(seconds), end: moment(seconds + 1) }),
      replaces: ['quiet'],
      replacesOn: 'connections' as const,
      connections: [0, 1],
    });
    const told = (quiet: Rule, ...causes: readonly number[]) =>
      lint(
        [quiet, defineRule({ meta: meta('loud', { scope: 'capture' }), capture: () => causes.map(cause) })],
        many(2),
      ).findings.map(({ rule: id, severity }) => [id, severity]);
    expect(told(at(1), 1)).toEqual([['loud', 'warning']]);
    expect(told(at(1, 5), 1)).toContainEqual(['quiet', 'error']);
    expect(told(at(1, 5), 1, 5)).toEqual([
      ['loud', 'error'],
      ['loud', 'warning'],
    ]);
  });

  it('lets a capture rule replace the findings of a service, a client or its connections', () => {
    const quiet = rule('quiet', (facts) => draft(facts));
    const replacing = (by: Partial<Draft>) =>
      defineRule({
        meta: meta('loud', { scope: 'capture' }),
        capture: () => draft(connection(), { message: 'all.', replaces: ['quiet'], ...by }),
      });
    const messages = (by: Partial<Draft>) =>
      lint(
        [quiet, replacing(by)],
        many(2, (i) => ({ server: endpoint(`10.0.1.${i}`, 80), client: endpoint(`10.0.0.${i}`, 1) })),
      ).findings.map(({ message }) => message);
    expect(messages({ replacesAt: { address: '10.0.1.0', port: 80 } })).toEqual(['all.', 'trouble on 1.']);
    expect(messages({ replacesFrom: '10.0.0.1' })).toEqual(['all.', 'trouble on 0.']);
    expect(messages({ replacesOn: 'connections', connections: [1] })).toEqual(['all.', 'trouble on 0.']);
    expect(messages({ replacesOn: 'capture' })).toEqual(['all.']);
  });

  it('skips and counts connections that lack what a rule needs', () => {
    const needy = rule('a', (facts) => draft(facts), { needs: ['handshake', 'bothSides'] });
    const lacking = [
      connection({ connection: 0, handshakeSeen: false }),
      connection({ connection: 1, handshakeSeen: false }),
      connection({ connection: 2, server: endpoint('10.0.0.2', 80, { packets: 0 }) }),
    ];
    const { findings, ruleRuns } = lint([needy], lacking);
    expect(findings).toEqual([]);
    expect(ruleRuns[0]?.skipped).toBe(
      'on 2 connections: the handshake is not in the capture; on 1 connection: only one side was captured',
    );
  });

  it('says of no connection that was never answered that one side of it is missing', () => {
    const needy = rule('a', (facts) => draft(facts), { needs: ['bothSides'] });
    const unanswered = connection({ server: endpoint('10.0.0.2', 80, { packets: 0 }), notes: 0 });
    const { findings, ruleRuns } = lint([needy], [unanswered]);
    expect(findings).toEqual([]);
    expect(ruleRuns[0]?.skipped).toBeNull();
  });

  it('orders by severity, then first frame, then rule', () => {
    const at = (frame: number, severity: 'error' | 'note') => (facts: ConnectionFacts) =>
      draft(facts, { frames: [frame], severity });
    const { findings } = lint(
      [rule('b', at(5, 'note')), rule('a', at(5, 'note')), rule('c', at(9, 'error')), rule('d', at(1, 'note'))],
      [connection()],
    );
    expect(findings.map((finding) => finding.rule)).toEqual(['c', 'd', 'a', 'b']);
  });

  it('gives equal fingerprints to the same trouble recorded again', () => {
    const again = connection({
      client: endpoint('10.0.0.1', 51234),
      connection: 5,
      firstFrame: 77,
      start: moment(9),
      end: moment(10),
    });
    const [first, second, elsewhere] = [connection(), again, connection({ server: endpoint('10.0.0.2', 81) })].map(
      (facts) => lint([rule('a', (each) => draft(each))], [facts]).findings[0]?.fingerprint,
    );
    expect(first).toBe(second);
    expect(first).not.toBe(elsewhere);
    expect(first).toMatch(/^[0-9a-f]{16}$/);
  });

  it('applies levels, presets and the least confidence', () => {
    const note = rule('a', (facts) => draft(facts, { severity: 'note' }));
    const unsure = rule('b', (facts) => draft(facts, { confidence: 'medium' }));
    const hidden = rule('c', (facts) => draft(facts), { offIn: ['recommended'] });
    const rules = [note, unsure, hidden];
    const severities = (config: LintConfig) =>
      lint(rules, [connection()], config).findings.map((f) => `${f.rule} ${f.severity}`);
    expect(severities({})).toEqual(['b warning', 'a note']);
    expect(severities({ extends: 'strict' })).toEqual(['a warning', 'b warning', 'c warning']);
    expect(severities({ extends: 'ci' })).toEqual(['c warning', 'a note']);
    expect(severities({ rules: { a: 'error', b: 'off', c: 'note' } })).toEqual(['a error', 'c note']);
    expect(severities({ minConfidence: 'high' })).toEqual(['a note']);
  });
});
