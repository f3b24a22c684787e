import { describe, expect, it } from 'vitest';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import { secondsBetween } from '../../lib/facts/moment.ts';
import { CLOSE_LINGERS } from '../../lib/facts/notes.ts';
import { resolveConfig } from '../../lib/lint/config.ts';
import { matchesGlob } from '../../lib/lint/glob.ts';
import { parseConfig } from '../../lib/lint/parse.ts';
import { createLinter } from '../../lib/lint/runtime.ts';
import { RULES } from '../../lib/rules/index.ts';
import { defineRule } from '../../lib/rules/rule.ts';
import { capture, connection, endpoint, moment } from './facts.ts';

const LINGERS = 'lingers';

/** Finds something on every connection, of at least so many seconds. */
const lingers = defineRule({
  meta: {
    ...RULES[0]!.meta,
    id: LINGERS,
    scope: 'connection',
    severity: 'warning',
    needs: [],
    wakes: CLOSE_LINGERS,
    options: { seconds: { default: 5, unit: 's', description: 'Least.' } },
  },
  connection({ start, end }, options) {
    if (secondsBetween(start, end) < options.seconds) return null;
    return { confidence: 'high', message: 'It lingers.', frames: [1], start, end, impact: {}, evidence: {} };
  },
});
const ALL = [lingers, ...RULES];

function lingering(port: number, start = 0): ConnectionFacts {
  return connection({
    connection: port,
    notes: CLOSE_LINGERS,
    start: moment(start),
    end: moment(start + 20),
    server: endpoint('10.0.0.2', port),
  });
}

function severities(config: unknown, path = 'a/b.pcap', facts = [lingering(80), lingering(8080)]): string[] {
  const { config: read, problems } = parseConfig(config, ALL);
  expect(problems).toEqual([]);
  const linter = createLinter(resolveConfig(read, ALL), { origin: { path, start: moment(0) } });
  for (const each of facts) linter.connection(each);
  return linter
    .finish(capture())
    .findings.filter(({ rule }) => rule === LINGERS)
    .map(({ endpoints, severity }) => `${endpoints[1]!.port} ${severity}`)
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
}

describe('overrides', () => {
  it('without them, both are warnings', () => {
    expect(severities({})).toEqual(['80 warning', '8080 warning']);
  });

  it('apply to the connections that they describe', () => {
    const overrides = [{ where: 'server port 8080 and net 10.0.0.0/8', rules: { [LINGERS]: 'error' } }];
    expect(severities({ overrides })).toEqual(['80 warning', '8080 error']);
  });

  it('change options, and the last one wins', () => {
    const overrides = [
      { where: 'host 10.0.0.2', rules: { [LINGERS]: ['on', { seconds: 1000 }] } },
      { where: 'server port 80', rules: { [LINGERS]: ['note', { seconds: 1 }] } },
    ];
    expect(severities({ overrides })).toEqual(['80 note']);
  });

  it('turn a rule on that is off elsewhere, so that it wakes', () => {
    const config = {
      rules: { [LINGERS]: 'off' },
      overrides: [{ where: 'server port 80', rules: { [LINGERS]: 'on' } }],
    };
    expect(severities(config)).toEqual(['80 warning']);
    const { config: read } = parseConfig(config, ALL);
    expect(createLinter(resolveConfig(read, [lingers])).wake).toBe(CLOSE_LINGERS);
    expect(createLinter(resolveConfig({ rules: { [LINGERS]: 'off' } }, [lingers])).wake).toBe(0);
  });

  it('know the time within the capture', () => {
    const overrides = [{ where: 'after 100s', rules: { [LINGERS]: 'off' } }];
    expect(severities({ overrides }, 'x', [lingering(80), lingering(8080, 200)])).toEqual(['80 warning']);
  });

  it('apply to captures by path', () => {
    const overrides = [{ files: ['a/*.pcap'], rules: { [LINGERS]: 'off' } }];
    expect(severities({ overrides })).toEqual([]);
    expect(severities({ overrides }, 'other/b.pcap')).toEqual(['80 warning', '8080 warning']);
  });

  it.each([
    [{}, '"overrides" must be a list'],
    [[3], 'overrides[0]: must be an object'],
    [[{}], 'overrides[0]: "rules" must be an object of rule ids'],
    [[{ rules: {}, file: 'x' }], 'overrides[0]: unknown key "file"; did you mean "files"?'],
    [[{ rules: {}, files: [3] }], 'overrides[0]: files must be a pattern, or a list of patterns'],
    [[{ rules: { blackhol: 'off' } }], 'overrides[0]: unknown rule "blackhol"; did you mean "blackhole"?'],
    [[{ rules: {}, where: 7 }], 'overrides[0]: where must be text'],
    [[{ rules: {}, where: 'finding any' }], 'overrides[0]: where cannot ask for findings: they come later'],
    [
      [{ rules: {}, where: 'from client' }],
      'overrides[0]: where describes connections: "from" speaks of single packets',
    ],
    [
      [{ rules: { 'syn-flood': 'off' }, where: 'server port 80' }],
      'overrides[0]: rule syn-flood judges captures as a whole: only "files" can select it',
    ],
  ])('says what is wrong with %j', (overrides, problem) => {
    expect(parseConfig({ overrides }, RULES).problems).toEqual([problem]);
  });
});

describe('patterns of files', () => {
  it.each([
    ['*.pcap', 'deep/in/x.pcap', true],
    ['*.pcap', 'x.pcapng', false],
    ['a/*.pcap', 'a/x.pcap', true],
    ['a/*.pcap', 'a/b/x.pcap', false],
    ['a/**/*.pcap', 'a/b/c/x.pcap', true],
    ['a/**/*.pcap', 'a/x.pcap', true],
    ['./a/x.pcap', 'a/x.pcap', true],
    ['x.{pcap,pcapng}', 'x.pcapng', true],
    ['x?.pcap', 'x1.pcap', true],
    ['x.pcap', 'xxpcap', false],
    ['(a|b)+.pcap', 'a.pcap', false],
  ])('%s and %s: %s', (pattern, path, matches) => {
    expect(matchesGlob(pattern, path)).toBe(matches);
  });
});
