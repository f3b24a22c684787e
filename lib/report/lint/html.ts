import type { Finding } from '../../facts/finding.ts';
import type { Moment } from '../../facts/moment.ts';
import type { Report } from '../../facts/report.ts';
import { when } from '../clock.ts';
import { markup, markupProse } from '../escape.ts';
import { evidenceTexts } from '../evidence.ts';
import { framesText, grouped } from '../phrases.ts';
import type { LintPage } from './format.ts';
import { headline, lengthOf } from './headline.ts';

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --error: #b3261e; --warning: #8a5a00; --note: #1f6f8b; }
@media (prefers-color-scheme: dark) { :root { --error: #ff8a80; --warning: #ffcf66; --note: #8fd3e8; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); }
article { border-top: 1px solid var(--line); padding: .5rem 0; } h2 { font-size: 1.1rem; }
.error { color: var(--error); } .warning { color: var(--warning); } .note { color: var(--note); }
.where { opacity: .75; } code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dd, dt { margin: 0; } dd ul { margin: 0; padding-left: 1.2rem; }`;

/** One self-contained page: no script, nothing fetched. */
export function render(report: Report, page: LintPage): string {
  const starts = new Map(report.captures.map((capture) => [capture.path, capture.start]));
  const title = `tcplint: ${headline(report)}`;
  const failures = report.summary.failures.map(
    ({ path, reason }) => `<p class="error">Not read: <code>${markup(path)}</code>: ${markup(reason)}</p>\n`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${markup(title)}</title>
<style>${STYLE}
</style>
</head>
<body>
<h1>${markup(title)}</h1>
${capturesTable(report)}
${failures.join('')}<main>
${report.findings.map((finding) => article(finding, page, starts)).join('')}</main>
</body>
</html>
`;
}

function capturesTable({ captures }: Report): string {
  const rows = captures.map((capture) => {
    const { path, packets, connections } = capture;
    return `<tr><td><code>${markup(path)}</code></td><td>${grouped(packets)}</td><td>${grouped(connections)}</td><td>${lengthOf(capture)}</td></tr>\n`;
  });
  return `<table>\n<tr><th>capture</th><th>packets</th><th>connections</th><th>duration</th></tr>\n${rows.join('')}</table>`;
}

function article(finding: Finding, page: LintPage, starts: ReadonlyMap<string, Moment | null>): string {
  const items = (title: string, texts: readonly string[]): string =>
    texts.length === 0
      ? ''
      : `<dt>${title}</dt><dd><ul>${texts.map((text) => `<li>${markupProse(text)}</li>`).join('')}</ul></dd>\n`;
  const filter = finding.filter === '' ? '' : `<dt>Filter</dt><dd><code>${markup(finding.filter)}</code></dd>\n`;
  const { frames, start } = finding;
  const time = frames.first === 0 ? '' : `at ${when(page.timeFormat, start, starts.get(finding.capture) ?? null)}, `;
  const where = time + framesText(frames);
  return `<article id="finding-${finding.id}">
<h2><span class="${finding.severity}">${finding.severity}</span> ${markup(finding.message)}</h2>
<p class="where">${markup(finding.rule)}, <code>${markup(finding.capture)}</code>, ${where}, ${finding.confidence} confidence</p>
<dl>
${items('Evidence', evidenceTexts(finding.evidence))}${items('Likely causes', finding.likelyCauses)}${items('Next steps', finding.nextSteps)}${filter}</dl>
</article>
`;
}
