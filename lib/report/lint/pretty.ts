import type { Finding } from '../../facts/finding.ts';
import type { Moment } from '../../facts/moment.ts';
import type { Report } from '../../facts/report.ts';
import { evidenceTexts } from '../evidence.ts';
import { hanging } from '../layout/wrap.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { count, framesText, grouped } from '../phrases.ts';
import { headline, lengthOf } from './headline.ts';

/** Findings of one rule that are told in full, and those told by their sentence alone; the rest is counted. */
const IN_FULL = 2;
const IN_SHORT = 6;
const POINTS = 3;
/** Longer lines are hard to read. */
const WIDEST = 100;
const MARGIN = '         ';
/** Columns of `evidence`, `cause`, `next`, `filter` behind it. */
const LABEL = 10;

/** For a person: the worst first, a sentence each, then what supports it, why it may be, what to do. One line at the end. */
export function render(report: Report, options: PageOptions): string {
  const page = openPage({ ...options, width: Math.min(options.width, WIDEST) });
  const starts = new Map(report.captures.map((capture) => [capture.path, capture.start]));
  const families = new Map(report.rules.map(({ meta }) => [meta.id, meta.family]));
  const isOfCapture = ({ rule }: Finding): boolean => families.get(rule) === 'capture';
  const limits = (finding: Finding): boolean => isOfCapture(finding) && finding.severity !== 'note';
  const where = new Where(page, starts, isOfCapture);
  const ordered = [...report.findings.filter(limits), ...report.findings.filter((f) => !limits(f))];
  const blocks = [...byRule(ordered).values()].flatMap((findings) => ruleBlocks(findings, page, where));
  return [...blocks, summaryLine(report, page)].join('\n\n').concat('\n');
}

/** Findings of one rule and severity together, in the order of their first. */
function byRule(findings: readonly Finding[]): Map<string, Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.rule}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [finding]);
    } else {
      group.push(finding);
    }
  }
  return groups;
}

/** What is the same for all findings of a rule (causes, next steps) is said once, with the first. */
function ruleBlocks(findings: readonly Finding[], page: Page, where: Where): string[] {
  const [first, ...others] = findings as [Finding, ...Finding[]];
  const full = [first, ...others.slice(0, IN_FULL - 1)];
  const blocks = full.map((finding, i) => fullBlock(finding, i === 0 ? null : first, page, where));
  const short = others.slice(IN_FULL - 1, IN_FULL - 1 + IN_SHORT);
  const rest = findings.length - full.length - short.length;
  const lines = short.map((finding) => `${sentence(finding, page)}\n${where.of(finding)}`);
  if (rest > 0) {
    const more = `${grouped(rest)} more of ${first.rule}: --format compact lists them all`;
    lines.push(page.ink.dim(`${MARGIN}${page.glyph.ellipsis} ${more}`));
  }
  return lines.length === 0 ? blocks : [...blocks, lines.join('\n')];
}

function fullBlock(finding: Finding, told: Finding | null, page: Page, where: Where): string {
  const lines = [sentence(finding, page), where.of(finding)];
  const part = (label: string, texts: readonly string[]): void => {
    texts.forEach((text, i) => {
      const margin = `${MARGIN}${(i === 0 ? label : '').padEnd(LABEL)}`;
      lines.push(hanging(margin, page.text(text), page.width, page.ink.dim).replaceAll(NO_BREAK, ' '));
    });
  };
  const evidence = evidenceTexts(finding.evidence);
  part('evidence', evidence.length === 0 ? [] : [evidence.map((text) => together(text, page)).join(', ')]);
  if (finding.severity !== 'note') {
    part('cause', news(finding.likelyCauses, told?.likelyCauses));
    part('next', news(finding.nextSteps, told?.nextSteps));
  }
  if (finding.filter !== '') {
    lines.push(`${page.ink.dim(`${MARGIN}${'filter'.padEnd(LABEL)}`)}${page.ink.cyan(page.text(finding.filter))}`);
  }
  return lines.join('\n');
}

const NO_BREAK = '\u00a0';

/** A short item of a list is not broken between lines, unless it is longer than one. */
function together(text: string, { width }: Page): string {
  const fits = text.length < Math.min(40, width - MARGIN.length - LABEL);
  return fits ? text.replaceAll(' ', NO_BREAK) : text;
}

function news(texts: readonly string[], told: readonly string[] = []): readonly string[] {
  return texts.filter((text) => !told.includes(text)).slice(0, POINTS);
}

function sentence(finding: Finding, page: Page): string {
  const label = finding.severity.padEnd(MARGIN.length);
  return hanging(label, page.text(finding.message), page.width, (text) => page.severity(finding.severity, text));
}

/** Where a finding is, in one line: `#3 zero-window-stall · at 12.345678 s · frame 812`; `extract --finding 3` takes the number. */
class Where {
  private readonly page: Page;
  private readonly starts: ReadonlyMap<string, Moment | null>;
  private readonly isOfCapture: (finding: Finding) => boolean;

  constructor(page: Page, starts: ReadonlyMap<string, Moment | null>, isOfCapture: (finding: Finding) => boolean) {
    this.page = page;
    this.starts = starts;
    this.isOfCapture = isOfCapture;
  }

  of(finding: Finding): string {
    const origin = this.starts.get(finding.capture) ?? null;
    // What is about the capture as a whole has no time of its own.
    const timeless = this.isOfCapture(finding) || finding.frames.first === 0;
    const parts = [
      ...(this.starts.size > 1 ? [finding.rule, this.page.text(finding.capture)] : [`#${finding.id} ${finding.rule}`]),
      ...(timeless ? [] : [`at ${this.page.when(finding.start, origin)}`]),
      framesText(finding.frames),
      ...(finding.confidence === 'high' ? [] : [`${finding.confidence} confidence`]),
    ];
    return this.page.ink.dim(hanging(MARGIN, parts.join(` ${this.page.glyph.dot} `), this.page.width));
  }
}

function summaryLine(report: Report, page: Page): string {
  const { captures, summary } = report;
  const total = (of: 'packets' | 'connections'): number => captures.reduce((sum, capture) => sum + capture[of], 0);
  const nothing = summary.error + summary.warning + summary.note === 0;
  const found = headline(report, page.severity);
  const [only] = captures;
  const sizes = [
    count(total('packets'), 'packet'),
    count(total('connections'), 'connection'),
    ...(captures.length === 1 && lengthOf(only!) !== '' ? [lengthOf(only!)] : []),
  ];
  const parts = [
    `${nothing ? page.ink.green(`${page.glyph.check} ${found}`) : found} in ${sizes.join(', ')}`,
    ...(summary.accepted ? [`${grouped(summary.accepted)} accepted by the baseline`] : []),
    ...(summary.suppressed ? [`${grouped(summary.suppressed)} taken back by comments in the capture`] : []),
    captures.length === 1 ? page.text(only!.path) : count(captures.length, 'capture'),
    ...(summary.failures.length > 0 ? [page.ink.red(`${grouped(summary.failures.length)} could not be read`)] : []),
  ];
  return parts.join(` ${page.glyph.dot} `);
}
