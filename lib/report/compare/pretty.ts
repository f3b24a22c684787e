import type {
  ComparedCapture,
  Comparison,
  MeasureComparison,
  Outcome,
  RuleComparison,
} from '../../facts/comparison.ts';
import { secondsBetween } from '../../facts/moment.ts';
import { SEVERITIES, type Severity } from '../../facts/rule.ts';
import { wrap } from '../layout/wrap.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { count, duration } from '../phrases.ts';
import { chanceText, intervalText, measureName, ruleText, serviceName, summaryText, valueText } from './phrases.ts';

/** Longer lines are hard to read. */
const WIDEST = 100;
const WORDS: { readonly [outcome in Outcome]: string } = {
  worse: 'worse',
  better: 'better',
  unclear: 'chance?',
  same: 'same',
};
const INDENT = '  ';

/** What got worse first; what stayed the same is counted. */
export function render(comparison: Comparison, options: PageOptions): string {
  const page = openPage({ ...options, width: Math.min(options.width, WIDEST) });
  const services = comparison.services.flatMap((service) => {
    const changed = service.measures.filter(({ outcome }) => outcome !== 'same');
    const only = service.before === null ? 'only after' : service.after === null ? 'only before' : null;
    if (changed.length === 0 && only === null) return [];
    const amount =
      only === null
        ? `${count(service.connections.before, 'connection')} before, ${service.connections.after} after`
        : `${only}: ${count(service.connections.before + service.connections.after, 'connection')}`;
    const head = `${page.ink.bold(page.text(serviceName(service, page.glyph.to)))}  ${page.ink.dim(amount)}`;
    return [[head, ...table(changed.map(measureCells), page)].join('\n')];
  });
  const rules = comparison.rules.filter(({ outcome }) => outcome !== 'same');
  const ruleBlock =
    rules.length === 0 ? [] : [[page.ink.bold('rules'), ...table(rules.map(ruleCells), page)].join('\n')];
  const evidence = comparison.rules.filter(
    ({ family, before, after }) => family === 'capture' && before.findings !== after.findings,
  );
  const doubt = evidence.map(
    ({ rule, before, after }) =>
      `${rule}: ${before.findings} before, ${after.findings} after: the captures differ in what they can show`,
  );
  const end = [side('before', comparison.before), side('after', comparison.after), summaryText(comparison)];
  const blocks = [
    ...services,
    ...ruleBlock,
    ...doubt.map((text) => wrapped(text, page)),
    end.map((text) => wrapped(text, page)).join('\n'),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function wrapped(text: string, page: Page): string {
  return wrap(page.text(text), page.width).join('\n');
}

function side(name: string, { path, packets, connections, start, end }: ComparedCapture): string {
  const lasted = start === null || end === null ? '' : `, ${duration(secondsBetween(start, end))}`;
  return `${name}: ${path}: ${count(packets, 'packet')}, ${count(connections, 'connection')}${lasted}`;
}

interface Cells {
  readonly outcome: Outcome;
  readonly severity: Severity | null;
  readonly cells: readonly string[];
}

function measureCells(measure: MeasureComparison): Cells {
  const { outcome, severity, before, after, kind, p } = measure;
  const values = `${valueText(before, kind)} → ${valueText(after, kind)}`;
  const intervals = `(${intervalText(before, kind)}; ${intervalText(after, kind)})`;
  return { outcome, severity, cells: [measureName(measure), values, chanceText(p), intervals] };
}

function ruleCells(rule: RuleComparison): Cells {
  const { outcome, severity, before, after, p } = rule;
  return {
    outcome,
    severity,
    cells: [rule.rule, `${ruleText(rule, before)} → ${ruleText(rule, after)}`, chanceText(p), ''],
  };
}

/** Columns side by side; the last one under them where it does not fit. */
function table(rows: readonly Cells[], page: Page): string[] {
  const texts = rows.map(({ cells }) => cells.map((cell) => page.text(cell)));
  const widths = [0, 1, 2].map((column) => Math.max(0, ...texts.map((row) => row[column]!.length)));
  const outcomes = rows.map(({ outcome }) => WORDS[outcome]);
  const label = Math.max(...outcomes.map((text) => text.length), 0);
  return rows.flatMap(({ outcome, severity }, i) => {
    const [name, values, chance, note] = texts[i] as [string, string, string, string];
    const mark = ink(page, outcome, severity, outcomes[i]!.padEnd(label));
    const line = [name.padEnd(widths[0]!), values.padEnd(widths[1]!), chance.padEnd(widths[2]!)].join('  ');
    const length = INDENT.length + label + 2 + line.length;
    const dim = page.ink.dim(note);
    const fits = length + 2 + note.length <= page.width;
    const first = `${INDENT}${mark}  ${fits && note !== '' ? `${line}  ${dim}` : line.trimEnd()}`;
    return fits || note === '' ? [first] : [first, `${INDENT}${' '.repeat(label + 2)}${dim}`];
  });
}

function ink(page: Page, outcome: Outcome, severity: Severity | null, text: string): string {
  if (outcome === 'worse') return page.severity(severity ?? SEVERITIES[1]!, text);
  return outcome === 'better' ? page.ink.green(text) : page.ink.dim(text);
}
