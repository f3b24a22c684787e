import type { Finding } from '../../facts/finding.ts';
import type { Incident } from '../../facts/incident.ts';
import type { Moment } from '../../facts/moment.ts';
import { when } from '../clock.ts';
import { markup, markupProse } from '../escape.ts';
import { evidenceTexts } from '../evidence.ts';
import type { PageOptions } from '../page.ts';
import { count, framesText, grouped } from '../phrases.ts';
import { type CauseGroup, groupByCause, type RuleGroup } from './causes.ts';

/** Findings of one rule that are told in full, and those told by their sentence alone; the rest is counted. */
const IN_FULL = 12;
const IN_SHORT = 200;
/** Connections that a finding links to. */
const LINKS = 12;

/** Findings by cause, then by rule, as HTML. */
export function* findingsSection(incident: Incident, page: PageOptions): Generator<string> {
  const groups = groupByCause(incident.report);
  yield `<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title">Findings by cause</h2>
`;
  if (groups.length === 0) {
    yield '<p>Nothing was found.</p>\n';
  }
  for (const group of groups) {
    yield* causeSection(group, incident, page);
  }
  yield '</section>\n';
}

function* causeSection({ cause, rules }: CauseGroup, incident: Incident, page: PageOptions): Generator<string> {
  const total = rules.reduce((sum, { findings }) => sum + findings.length, 0);
  yield `<section class="cause" aria-labelledby="cause-${cause.id}">
<h3 id="cause-${cause.id}">${markup(cause.title)} <span class="count">${count(total, 'finding')}</span></h3>
<p class="meaning">${markup(cause.meaning)}</p>
`;
  for (const group of rules) {
    yield ruleArticle(group, incident, page);
  }
  yield '</section>\n';
}

function ruleArticle({ meta, findings }: RuleGroup, incident: Incident, page: PageOptions): string {
  const [first] = findings as [Finding, ...Finding[]];
  const full = findings.slice(0, IN_FULL);
  const short = findings.slice(IN_FULL, IN_FULL + IN_SHORT);
  const rest = findings.length - full.length - short.length;
  const points = (title: string, texts: readonly string[]): string =>
    texts.length === 0
      ? ''
      : `<div><h5>${title}</h5><ul>${texts.map((text) => `<li>${markupProse(text)}</li>`).join('')}</ul></div>`;
  const shortList =
    short.length === 0
      ? ''
      : `<ul class="short">${short.map((finding) => `<li>${markup(finding.message)} ${links(finding, incident)}</li>`).join('')}</ul>\n`;
  return `<article class="rule ${first.severity}" id="rule-${meta.id}">
<h4><span class="tag ${first.severity}">${first.severity}</span> ${markup(meta.summary)} <code class="id">${meta.id}</code></h4>
${full.map((finding) => findingBlock(finding, incident, page)).join('')}${shortList}${rest > 0 ? `<p class="rest">${count(rest, 'more finding')} of this rule left out here.</p>\n` : ''}<details class="advice"${first.severity === 'note' ? '' : ' open'}><summary>Why it hurts, and what to do</summary>
<div class="columns">
<div><h5>Why it hurts</h5><p>${markupProse(meta.why)}</p></div>
${points('Likely causes', first.likelyCauses)}
${points('Next steps', first.nextSteps)}
</div></details>
</article>
`;
}

function findingBlock(finding: Finding, incident: Incident, page: PageOptions): string {
  const evidence = evidenceTexts(finding.evidence);
  const filter =
    finding.filter === ''
      ? ''
      : `<p class="filter"><span>Wireshark</span> <code>${markup(finding.filter)}</code></p>\n`;
  return `<div class="finding" id="finding-${finding.id}">
<p class="message">${markup(finding.message)}</p>
<p class="where">${[where(finding, incident, page), links(finding, incident)].filter((text) => text !== '').join(' · ')}</p>
${evidence.length === 0 ? '' : `<ul class="evidence">${evidence.map((text) => `<li>${markup(text)}</li>`).join('')}</ul>\n`}${filter}</div>
`;
}

function where({ frames, start, confidence }: Finding, incident: Incident, page: PageOptions): string {
  const time = frames.first === 0 ? '' : `at ${timeText(start, incident, page)}, `;
  return `${time}${framesText(frames)}${confidence === 'high' ? '' : `, ${confidence} confidence`}`;
}

function timeText(moment: Moment, { report }: Incident, { timeFormat }: PageOptions): string {
  return when(timeFormat, moment, report.captures[0]!.start);
}

function links({ connections }: Finding, { pages }: Incident): string {
  const shown = connections.slice(0, LINKS).map((connection) => {
    const known = pages.some(({ facts }) => facts.connection === connection);
    return known ? `<a href="#connection-${connection}">${connection}</a>` : `<span>${connection}</span>`;
  });
  const rest = connections.length - shown.length;
  return shown.length === 0
    ? ''
    : `<span class="links">${connections.length === 1 ? 'connection' : 'connections'} ${shown.join(' ')}${rest > 0 ? ` +${grouped(rest)}` : ''}</span>`;
}
