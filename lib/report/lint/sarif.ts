import type { Log, ReportingDescriptor, Result } from 'sarif';
import type { Finding } from '../../facts/finding.ts';
import type { Report, RuleRun } from '../../facts/report.ts';
import { json, plain } from '../escape.ts';
import { type LintPage, repositoryPath } from './format.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** SARIF 2.1.0 for code hosts: a line of a capture is a frame. */
export function render(report: Report, page: LintPage): string {
  const index = new Map(report.rules.map(({ meta }, i) => [meta.id, i]));
  const log: Log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: report.tool.name, version: report.tool.version, rules: report.rules.map(descriptor) } },
        invocations: [
          {
            executionSuccessful: report.summary.failures.length === 0,
            toolExecutionNotifications: report.summary.failures.map(({ path, reason }) => ({
              level: 'error',
              message: { text: plain(reason) },
              locations: [{ physicalLocation: { artifactLocation: artifact(path, page) } }],
            })),
          },
        ],
        results: report.findings.map((finding) => result(finding, index.get(finding.rule), page)),
      },
    ],
  };
  return `${json(log, 2)}\n`;
}

function descriptor({ meta, severity }: RuleRun): ReportingDescriptor {
  const todo = meta.nextSteps.map((step) => `- ${plain(step)}`).join('\n');
  return {
    id: meta.id,
    shortDescription: { text: plain(meta.summary) },
    fullDescription: { text: plain(meta.why) },
    help: { text: [meta.why, ...meta.nextSteps].map(plain).join('\n'), markdown: `${plain(meta.why)}\n\n${todo}` },
    defaultConfiguration: { level: severity },
    properties: { tags: [meta.family, 'tcp'] },
  };
}

function result(finding: Finding, ruleIndex: number | undefined, page: LintPage): Result {
  return {
    ruleId: finding.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: finding.severity,
    message: { text: plain(finding.message) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifact(finding.capture, page),
          region: { startLine: Math.max(1, finding.frames.first) },
        },
      },
    ],
    partialFingerprints: { primaryLocationLineHash: finding.fingerprint },
    properties: {
      confidence: finding.confidence,
      streams: [...finding.streams],
      frames: finding.frames,
      evidence: finding.evidence,
      filter: finding.filter,
    },
  };
}

function artifact(path: string, page: LintPage): { uri: string } {
  const relative = repositoryPath(path === '-' ? 'stdin' : path, page.directory);
  const encoded = relative.split('/').map(encodeURIComponent).join('/');
  return {
    uri: /^[a-z]%3A\//i.test(encoded) ? `file:///${encoded}` : encoded.startsWith('/') ? `file://${encoded}` : encoded,
  };
}
