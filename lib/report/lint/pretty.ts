import type { Finding } from '../../facts/finding.ts';
import type { Moment } from '../../facts/moment.ts';
import type { Report } from '../../facts/report.ts';
import { evidenceTexts } from '../evidence.ts';
import { hanging } from '../layout/wrap.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { count, framesText, grouped } from '../phrases.ts';
import type { LintPage } from './format.ts';
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
export function render(report: Report, options: PageOptions & Pick<LintPage, 'selection'>): string {
  const page = openPage({ ...options, width: Math.min(options.width, WIDEST) });
  return [...new Telling(report, page).blocks(), summaryLine(report, page, options.selection)]
    .join('\n\n')
    .concat('\n');
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

/** One report, told from top to bottom. */
class Telling {
  private readonly report: Report;
  private readonly page: Page;
  private readonly starts: ReadonlyMap<string, Moment | null>;
  private readonly families: ReadonlyMap<string, string>;
  /** The lines of findings told in full, by what they are about: a lesser one of the same family joins them. */
  private readonly stories = new Map<string, string[]>();

  constructor(report: Report, page: Page) {
    this.report = report;
    this.page = page;
    this.starts = new Map(report.captures.map((capture) => [capture.path, capture.start]));
    this.families = new Map(report.rules.map(({ meta }) => [meta.id, meta.family]));
  }

  blocks(): string[] {
    const { findings } = this.report;
    // How good the evidence is comes first where it limits what can be said.
    const limits = (finding: Finding): boolean => this.isOfCapture(finding) && finding.severity !== 'note';
    const ordered = this.leadersFirst([...findings.filter(limits), ...findings.filter((finding) => !limits(finding))]);
    // Lines are put together at last: later findings join earlier ones.
    const blocks = [...byRule(ordered).values()].flatMap((group) => this.ruleBlocks(group));
    return blocks.map((lines) => lines.join('\n'));
  }

  /** What is the same for all findings of a rule (causes, next steps) is said once, with the first. */
  private ruleBlocks(group: readonly Finding[]): string[][] {
    const { page } = this;
    const findings = group.filter((finding) => !this.joins(finding));
    const [first] = findings;
    if (first === undefined) {
      return [];
    }
    const full = findings.slice(0, IN_FULL);
    const short = findings.slice(IN_FULL, IN_FULL + IN_SHORT);
    const blocks = full.map((finding, i) => this.fullBlock(finding, i === 0 ? null : first));
    const lines = short.flatMap((finding) => [sentence(finding, page), this.where(finding)]);
    const rest = findings.length - full.length - short.length;
    if (rest > 0) {
      const more = `${grouped(rest)} more of ${first.rule}: --format compact lists them all`;
      lines.push(page.ink.dim(`${MARGIN}${page.glyph.ellipsis} ${more}`));
    }
    return lines.length === 0 ? blocks : [...blocks, lines];
  }

  private fullBlock(finding: Finding, told: Finding | null): string[] {
    const { page } = this;
    const lines = [sentence(finding, page), this.where(finding)];
    const part = (label: string, texts: readonly string[]): void => {
      texts.forEach((text, i) => {
        lines.push(labelled(i === 0 ? label : '', text, page));
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
    const story = this.storyOf(finding);
    if (story !== null) {
      this.stories.set(story, lines);
    }
    return lines;
  }

  /** A worse finding of the same family on the same connections has been told in full: its sentence stands there. */
  private joins(finding: Finding): boolean {
    const story = this.storyOf(finding);
    const lines = story === null ? undefined : this.stories.get(story);
    lines?.push(labelled('also', `${this.nameOf(finding)}, ${finding.severity}: ${finding.message}`, this.page));
    return lines !== undefined;
  }

  /** Of a story the worst, and of those the costliest, stands where its first would. */
  private leadersFirst(findings: readonly Finding[]): Finding[] {
    const leaders = new Map<string, Finding>();
    for (const finding of findings) {
      const story = this.storyOf(finding);
      const leader = story === null ? undefined : leaders.get(story);
      if (story !== null && (leader === undefined || leads(finding, leader))) {
        leaders.set(story, finding);
      }
    }
    return [...new Set(findings.flatMap((finding) => [leaders.get(this.storyOf(finding) ?? '') ?? finding, finding]))];
  }

  private storyOf(finding: Finding): string | null {
    const { capture, rule, connections } = finding;
    const isOne = connections.length > 0 && !this.isOfCapture(finding);
    return isOne ? [capture, this.families.get(rule), ...connections].join(' ') : null;
  }

  /** Where a finding is, in one line: `#3 zero-window-stall · at 12.345678 s · frame 812`. */
  private where(finding: Finding): string {
    const { page, starts } = this;
    const { capture, start, frames, confidence } = finding;
    // What is about the capture as a whole has no time of its own.
    const timeless = this.isOfCapture(finding) || frames.first === 0;
    const parts = [
      this.nameOf(finding),
      ...(starts.size > 1 ? [page.text(capture)] : []),
      ...(timeless ? [] : [`at ${page.when(start, starts.get(capture) ?? null)}`]),
      framesText(frames),
      ...(confidence === 'high' ? [] : [`${confidence} confidence`]),
    ];
    return page.ink.dim(hanging(MARGIN, parts.join(` ${page.glyph.dot} `), page.width));
  }

  /** `extract --finding 3` takes the number, of one capture. */
  private nameOf({ id, rule }: Finding): string {
    return this.starts.size > 1 ? rule : `#${id} ${rule}`;
  }

  private isOfCapture({ rule }: Finding): boolean {
    return this.families.get(rule) === 'capture';
  }
}

function leads(a: Finding, b: Finding): boolean {
  const { seconds = 0, bytes = 0 } = a.impact;
  const { seconds: others = 0, bytes: theirs = 0 } = b.impact;
  return a.severity === b.severity && (seconds > others || (seconds === others && bytes > theirs));
}

function labelled(label: string, text: string, page: Page): string {
  const margin = `${MARGIN}${label.padEnd(LABEL)}`;
  return hanging(margin, page.text(text), page.width, page.ink.dim).replaceAll(NO_BREAK, ' ');
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

function summaryLine(report: Report, page: Page, selection = ''): string {
  const { captures, summary } = report;
  const total = (of: 'packets' | 'connections'): number => captures.reduce((sum, capture) => sum + capture[of], 0);
  const nothing = summary.error + summary.warning + summary.note === 0;
  const found = headline(report, page.severity) + (selection === '' ? '' : ` where ${page.text(selection)}`);
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
