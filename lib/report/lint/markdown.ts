import type { Finding } from '../../facts/finding.ts';
import type { Moment } from '../../facts/moment.ts';
import type { Report } from '../../facts/report.ts';
import { when } from '../clock.ts';
import { markdown, markdownCode, markdownProse } from '../escape.ts';
import { evidenceTexts } from '../evidence.ts';
import { framesText, grouped } from '../phrases.ts';
import type { LintPage } from './format.ts';
import { headline, lengthOf } from './headline.ts';

/** Findings told in full; the others stand in the table. */
const IN_FULL = 50;
const IN_TABLE = 500;

/** For a wiki, an issue or a step summary. */
export function render(report: Report, page: LintPage): string {
  const { findings, captures, summary } = report;
  const starts = new Map(captures.map((capture) => [capture.path, capture.start]));
  const blocks = [
    `# tcplint: ${headline(report)}`,
    capturesTable(report),
    ...summary.failures.map(({ path, reason }) => `**Not read:** ${markdownCode(path)}: ${markdown(reason)}`),
    ...(findings.length === 0 ? [] : [findingsTable(findings, page, starts)]),
    ...findings.slice(0, IN_FULL).map((finding) => section(finding, page, starts)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function capturesTable({ captures }: Report): string {
  const rows = captures.map((capture) => {
    const { path, packets, connections } = capture;
    return `| ${markdownCode(path)} | ${grouped(packets)} | ${grouped(connections)} | ${lengthOf(capture)} |`;
  });
  return ['| capture | packets | connections | duration |', '|---|--:|--:|--:|', ...rows].join('\n');
}

function findingsTable(
  findings: readonly Finding[],
  page: LintPage,
  starts: ReadonlyMap<string, Moment | null>,
): string {
  const rows = findings
    .slice(0, IN_TABLE)
    .map(
      (finding) =>
        `| ${finding.severity} | ${markdownCode(finding.rule)} | ${finding.frames.first || ''} | ${time(finding, page, starts)} | ${markdown(finding.message)} |`,
    );
  const rest = findings.length - rows.length;
  const more = rest > 0 ? [`\n${grouped(rest)} more are left out here.`] : [];
  return ['| severity | rule | frame | time | finding |', '|---|---|--:|--:|---|', ...rows, ...more].join('\n');
}

function section(finding: Finding, page: LintPage, starts: ReadonlyMap<string, Moment | null>): string {
  const items = (title: string, texts: readonly string[]): string[] =>
    texts.length === 0 ? [] : [`**${title}**\n\n${texts.map((text) => `- ${markdownProse(text)}`).join('\n')}`];
  return [
    `## ${finding.id}. ${finding.severity}: ${finding.rule}`,
    markdown(finding.message),
    [
      markdownCode(finding.capture),
      ...(finding.frames.first === 0 ? [] : [`at ${time(finding, page, starts)}`]),
      framesText(finding.frames),
      `${finding.confidence} confidence`,
    ].join(', '),
    ...items('Evidence', evidenceTexts(finding.evidence)),
    ...items('Likely causes', finding.likelyCauses),
    ...items('Next steps', finding.nextSteps),
    ...(finding.filter === '' ? [] : [`**Wireshark filter:** ${markdownCode(finding.filter)}`]),
  ].join('\n\n');
}

function time(finding: Finding, page: LintPage, starts: ReadonlyMap<string, Moment | null>): string {
  return finding.frames.first === 0 ? '' : when(page.timeFormat, finding.start, starts.get(finding.capture) ?? null);
}
