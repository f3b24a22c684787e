import type { Incident } from '../../facts/incident.ts';
import type { ServiceRow, TimesFacts } from '../../facts/services.ts';
import { clock } from '../clock.ts';
import { markup } from '../escape.ts';
import { headline, lengthOf } from '../lint/headline.ts';
import type { PageOptions } from '../page.ts';
import { count, duration, grouped, percent, socket } from '../phrases.ts';
import { share } from '../shape/service.ts';
import { findingsSection } from './html-findings.ts';
import { embedded, pagePayload, payloadOf } from './make-payload.ts';
import { SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH } from './page-bundle.ts';
import { qualityOf, vantageText } from './quality.ts';
import { verdictOf } from './verdict.ts';

const MOST_SERVICES = 200;

/** Nothing is fetched, and nothing runs but our own script: whatever a capture holds stays text. */
const POLICY = [
  "default-src 'none'",
  `script-src '${SCRIPT_HASH}'`,
  `style-src '${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * The incident report as one file: what is read first stands in it as HTML, and works without the script; the script draws
 * the pictures, the table of connections and the pages of single ones from JSON beside it.
 */
export function* render(incident: Incident, page: PageOptions): Generator<string> {
  const { report } = incident;
  const capture = report.captures[0]!;
  const title = `${headline(report)} · ${fileName(capture.path)}`;
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${markup(POLICY)}">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${markup(title)} · tcplint</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#findings">Skip to the findings</a>
<header class="bar">
<p class="brand"><a href="#top">tcplint</a> <span>${markup(fileName(capture.path))}</span></p>
<nav aria-label="Sections"><a href="#services">Services</a><a href="#findings">Findings</a><a href="#over-time">Over time</a><a href="#connections">Connections</a><a href="#capture">Capture</a></nav>
<button type="button" id="theme" hidden>Dark</button>
</header>
<main id="overview">
<section id="top" aria-labelledby="verdict-title">
<h1 id="verdict-title">${markup(sentenceCase(headline(report)))}</h1>
${verdictOf(incident)
  .map((sentence) => `<p class="verdict">${markup(sentence)}</p>`)
  .join('\n')}
${summary(incident, page)}
</section>
`;
  yield servicesSection(incident);
  yield* findingsSection(incident, page);
  yield `<section id="over-time" aria-labelledby="over-time-title">
<h2 id="over-time-title">Over time</h2>
<div id="activity"><p class="needs-script">The pictures need this page’s script.</p></div>
</section>
<section id="connections" aria-labelledby="connections-title">
<h2 id="connections-title">Connections</h2>
<div id="table"><p class="needs-script">The table needs this page’s script.</p></div>
${pagesNote(incident)}</section>
`;
  yield captureSection(incident, page);
  yield `</main>
<main id="connection" hidden tabindex="-1"></main>
<footer><p>Made by tcplint ${markup(report.tool.version)}. Holds addresses, ports, sizes and times; no payload.</p></footer>
<script type="application/json" id="incident">${embedded(payloadOf(incident))}</script>
`;
  for (const each of incident.pages) {
    const { connection } = each.facts;
    yield `<script type="application/json" id="page-${connection}">${embedded(pagePayload(each, incident))}</script>\n`;
  }
  yield `<script>${SCRIPT}</script>
</body>
</html>
`;
}

function fileName(path: string): string {
  return path === '-' ? 'standard input' : (path.split(/[\\/]/).at(-1) ?? path);
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The few numbers of the whole, side by side. */
function summary({ report, services }: Incident, page: PageOptions): string {
  const capture = report.captures[0]!;
  const begun = capture.start === null ? 'no packets' : clock('utc', capture.start, null);
  const numbers: readonly (readonly [string, string])[] = [
    ['began', begun],
    ['lasted', lengthOf(capture) || '0 s'],
    ['packets', grouped(capture.packets)],
    ['connections', grouped(capture.connections)],
    ['services', grouped(services.length)],
    ['captured', vantageText(capture)],
    ...(page.timeFormat === 'relative' ? [] : [['times', page.timeFormat] as const]),
  ];
  const limits = qualityOf(capture).filter((row) => row.limits);
  const limited =
    limits.length === 0
      ? ''
      : `\n<p class="where">The capture limits what can be said (<a href="#capture">more</a>): ${limits.map(({ name, text }) => `${name.toLowerCase()}: ${markup(text)}`).join('; ')}.</p>`;
  return `<dl class="numbers">${numbers.map(([name, value]) => `<div><dt>${name}</dt><dd>${markup(value)}</dd></div>`).join('')}</dl>${limited}`;
}

function servicesSection({ services }: Incident): string {
  if (services.length === 0) {
    return '';
  }
  const shown = services.slice(0, MOST_SERVICES);
  const rest = services.length - shown.length;
  const titles: readonly (readonly [string, string])[] = [
    ['service', ''],
    ['findings', ''],
    ['connections', 'n'],
    ['refused', 'n'],
    ['unanswered', 'n'],
    ['reset', 'n'],
    ['handshake p50', 'n'],
    ['<span class="unseen">handshake </span>p95', 'n'],
    ['response p50', 'n'],
    ['<span class="unseen">response </span>p95', 'n'],
    ['sent again', 'n'],
    ['CLOSE_WAIT', 'n'],
  ];
  const head = titles.map(([title, kind]) => `<th scope="col" class="${kind}">${title}</th>`).join('');
  return `<section id="services" aria-labelledby="services-title">
<h2 id="services-title">Services</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="services-title">
<table class="sortable">
<thead><tr>${head}</tr></thead>
<tbody>
${shown.map(serviceRow).join('')}</tbody>
</table>
</div>
${rest > 0 ? `<p class="rest">${count(rest, 'more service')} left out here.</p>\n` : ''}</section>
`;
}

function serviceRow(row: ServiceRow): string {
  const { server } = row;
  const name = server.name === undefined ? '' : ` <span class="name">${markup(server.name)}</span>`;
  const worst = row.findings[0]?.severity;
  const closeWait = row.closeWait.server?.max ?? null;
  const number = (value: number | null, text: string): string =>
    `<td class="n" data-value="${value ?? -1}">${value === null ? '<span class="nothing">–</span>' : markup(text)}</td>`;
  const part = (some: number, whole: number): string => {
    const value = share(some, whole);
    return number(value === 0 ? null : value, percent(value ?? 0));
  };
  const times = (facts: TimesFacts | null): string =>
    number(facts?.p50 ?? null, duration(facts?.p50 ?? 0)) + number(facts?.p95 ?? null, duration(facts?.p95 ?? 0));
  const found = row.findings
    .slice(0, 4)
    .map(({ rule, severity, count: times }) => {
      const many = times > 1 ? ` ×${times}` : '';
      return `<a class="tag ${severity}" href="#rule-${markup(rule)}">${markup(rule)}${many}</a>`;
    })
    .join(' ');
  const more = row.findings.length > 4 ? ` +${row.findings.length - 4}` : '';
  return (
    `<tr${worst === undefined ? '' : ` class="${worst}"`}><th scope="row"><code>${markup(socket(server.address, server.port))}</code>${name}</th>` +
    `<td class="tags">${found}${more}</td>` +
    number(row.connections, grouped(row.connections)) +
    part(row.refused, row.begun) +
    part(row.unanswered, row.begun) +
    part(row.reset, row.connections) +
    times(row.handshake) +
    times(row.response) +
    part(row.retransmittedBytes, row.uniqueBytes) +
    `${number(closeWait, duration(closeWait ?? 0))}</tr>\n`
  );
}

function pagesNote({ withoutPage, report, connections }: Incident): string {
  const total = report.captures[0]!.connections;
  const notes = [
    ...(total > connections.length
      ? [`The table holds ${grouped(connections.length)} of ${count(total, 'connection')}.`]
      : []),
    ...(withoutPage > 0
      ? [`${count(withoutPage, 'more connection')} with findings got no page: ask for one with --connection.`]
      : []),
  ];
  return notes.map((text) => `<p class="rest">${text}</p>\n`).join('');
}

function captureSection({ report }: Incident, page: PageOptions): string {
  const capture = report.captures[0]!;
  const rows = qualityOf(capture).map(
    ({ name, text, limits }) =>
      `<tr class="${limits ? 'limits' : ''}"><th scope="row">${name}</th><td>${markup(text)}</td></tr>\n`,
  );
  const skipped = report.rules.filter((run) => run.skipped !== null);
  const skips =
    skipped.length === 0
      ? ''
      : `<details><summary>${count(skipped.length, 'rule')} could not judge everything</summary><ul class="short">${skipped
          .map((run) => `<li><code>${run.meta.id}</code> ${markup(run.skipped!)}</li>`)
          .join('')}</ul></details>\n`;
  const span =
    capture.start === null || capture.end === null
      ? ''
      : `, from ${clock('utc', capture.start, null)} to ${clock('utc', capture.end, null)}`;
  return `<section id="capture" aria-labelledby="capture-title">
<h2 id="capture-title">The capture</h2>
<p><code>${markup(capture.path)}</code>: ${markup(capture.format)}${capture.compression === null ? '' : `, ${capture.compression}`}, ${count(capture.packets, 'packet')}, ${count(capture.segments, 'TCP segment')}${span}. Times in this report are ${page.timeFormat === 'relative' ? 'seconds since its first packet' : page.timeFormat}.</p>
<table class="quality"><tbody>
${rows.join('')}</tbody></table>
${skips}</section>
`;
}
