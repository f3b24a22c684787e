import { describe, expect, test } from 'vitest';
import type { LintPage } from '../../lib/report/lint/format.ts';
import { render as github } from '../../lib/report/lint/github.ts';
import { render as gitlab } from '../../lib/report/lint/gitlab.ts';
import { render as html } from '../../lib/report/lint/html.ts';
import { render as junit } from '../../lib/report/lint/junit.ts';
import { render as markdown } from '../../lib/report/lint/markdown.ts';
import { render as sarif } from '../../lib/report/lint/sarif.ts';
import { PLAIN_PAGE } from '../../lib/report/page.ts';
import { redact } from '../../lib/report/redact.ts';
import { capture } from '../lint/facts.ts';
import { finding, report } from './sample.ts';

const PAGE: LintPage = { ...PLAIN_PAGE, failOn: 'error', directory: '/repo' };
const PATH = '/repo/captures/a b.pcap';
const SAMPLE = report(
  [
    finding({ severity: 'error', capture: PATH }),
    finding({ id: 2, rule: 'syn-unanswered', capture: PATH, frames: { first: 0, last: 0, count: 0, examples: [] } }),
  ],
  [capture({ path: PATH })],
);
const HOSTILE = '<script>alert(1)</script> ]]> \u001b[31m %0A::error::x';

describe('sarif', () => {
  const log = JSON.parse(sarif(SAMPLE, PAGE));
  const [run] = log.runs;

  test('places findings at frames, as lines of a file of the repository', () => {
    expect(run.results.map((r: { locations: unknown[] }) => r.locations[0])).toEqual([
      { physicalLocation: { artifactLocation: { uri: 'captures/a%20b.pcap' }, region: { startLine: 12 } } },
      { physicalLocation: { artifactLocation: { uri: 'captures/a%20b.pcap' }, region: { startLine: 1 } } },
    ]);
  });

  test('carries the fingerprint and points at its rule', () => {
    expect(run.results[0].partialFingerprints).toEqual({ primaryLocationLineHash: '0011223344556677' });
    for (const result of run.results) {
      expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
      expect(['error', 'warning', 'note']).toContain(result.level);
    }
  });

  test('inputs that could not be read are notifications', () => {
    const broken = {
      ...SAMPLE,
      summary: { ...SAMPLE.summary, failures: [{ path: 'x.pcap', reason: 'no such file' }] },
    };
    const [invocation] = JSON.parse(sarif(broken, PAGE)).runs[0].invocations;
    expect(invocation.executionSuccessful).toBe(false);
    expect(invocation.toolExecutionNotifications[0].message.text).toBe('no such file');
  });
});

describe('junit', () => {
  test('has a case per rule, red as the exit code is', () => {
    const xml = junit(SAMPLE, PAGE);
    expect(xml).toContain('tests="4" failures="1" errors="0" skipped="0"');
    expect(xml.match(/<testcase /g)).toHaveLength(4);
    expect(xml).toMatch(/<testcase name="zero-window-stall"[^>]*>\n {6}<failure type="error"/);
    expect(xml).toMatch(/<testcase name="syn-unanswered"[^>]*>\n {6}<system-out>/);
    expect(junit(SAMPLE, { ...PAGE, failOn: 'warning' })).toContain('failures="2"');
    expect(junit(SAMPLE, { ...PAGE, failOn: 'never' })).toContain('failures="0"');
  });
});

describe('github', () => {
  test('annotates frames', () => {
    expect(github(SAMPLE, PAGE).split('\n')[0]).toMatch(
      /^::error file=captures\/a b\.pcap,line=12,title=zero-window-stall::Server /,
    );
  });

  test('ten of a level, and the rest counted', () => {
    const many = report(Array.from({ length: 30 }, (_, i) => finding({ id: i + 1 })));
    const lines = github(many, PAGE).trimEnd().split('\n');
    expect(lines).toHaveLength(11);
    expect(lines.at(-1)).toBe('20 more warnings: see the step summary, or --format pretty');
  });
});

test('gitlab gives every issue a fingerprint of its own', () => {
  const issues = JSON.parse(gitlab(report([finding(), finding({ id: 2 })]), PAGE));
  expect(new Set(issues.map(({ fingerprint }: { fingerprint: string }) => fingerprint)).size).toBe(2);
  expect(issues[0]).toMatchObject({ severity: 'major', location: { path: 'test.pcap', lines: { begin: 12 } } });
});

test.each([
  ['sarif', sarif],
  ['junit', junit],
  ['github', github],
  ['gitlab', gitlab],
  ['markdown', markdown],
  ['html', html],
] as const)('%s lets nothing hostile through', (name, render) => {
  const text = render(
    report(
      [
        finding({
          message: HOSTILE,
          filter: HOSTILE,
          likelyCauses: [HOSTILE],
          capture: HOSTILE,
          evidence: { x: HOSTILE },
        }),
      ],
      [capture({ path: HOSTILE })],
    ),
    PAGE,
  );
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  if (name === 'html' || name === 'junit') {
    expect(text).not.toContain('<script');
    expect(text).not.toContain(']]>');
  }
  if (name === 'markdown') {
    expect(text.replaceAll(/`+[^`]*`+/g, '')).not.toContain('<script');
  }
  if (name === 'github') {
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    expect(text).toContain('%250A');
  }
});

describe('redact', () => {
  const original = report([
    finding({
      message:
        'Client [2001:db8::1]:40000 (web-1.example) asked 10.0.0.2:80 at 12:30:45 through 00:11:22:33:44:55, 1.2.3.400.',
      endpoints: [
        { address: '2001:db8::1', port: 40000, name: 'web-1.example', role: 'client' },
        { address: '10.0.0.2', port: 80, role: 'server' },
      ],
      evidence: { sources: ['10.0.0.2', '10.0.0.3'], port: 80 },
      filter: 'ip.addr == 10.0.0.2 and ipv6.addr == 2001:db8::1',
    }),
  ]);
  const [masked] = redact(original).findings;

  test('each address and name has one stand-in everywhere', () => {
    expect(masked!.message).toBe(
      'Client [host-2]:40000 (name-1) asked host-3:80 at 12:30:45 through host-4, 1.2.3.400.',
    );
    expect(masked!.endpoints.map(({ address }) => address)).toEqual(['host-2', 'host-3']);
    expect(masked!.evidence.sources).toEqual(['host-3', 'host-5']);
    expect(masked!.filter).toBe('ip.addr == host-3 and ipv6.addr == host-2');
  });

  test('what identifies the finding stays', () => {
    expect(masked).toMatchObject({ rule: 'zero-window-stall', fingerprint: '0011223344556677', capture: 'test.pcap' });
  });
});
