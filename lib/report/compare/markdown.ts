import type { Comparison, Outcome } from '../../facts/comparison.ts';
import { markdown, markdownCode } from '../escape.ts';
import { grouped } from '../phrases.ts';
import { chanceText, intervalText, measureName, ruleText, serviceName, summaryText, valueText } from './phrases.ts';

const MARKS: { readonly [outcome in Outcome]: string } = {
  worse: '**worse**',
  better: 'better',
  unclear: 'may be chance',
  same: 'same',
};

/** For a wiki, a pull request or a step summary: what changed, in tables. */
export function render(comparison: Comparison): string {
  const { before, after, services, rules } = comparison;
  const measured = services.flatMap((service) =>
    service.measures
      .filter(({ outcome }) => outcome !== 'same')
      .map((measure) => {
        const { kind, outcome, severity, p } = measure;
        const cell = (estimate: typeof measure.before): string =>
          `${valueText(estimate, kind)} (${intervalText(estimate, kind)})`;
        return [
          markdownCode(serviceName(service, '→')),
          markdown(measureName(measure)),
          cell(measure.before),
          cell(measure.after),
          MARKS[outcome] + (outcome === 'worse' && severity !== null ? ` (${severity})` : ''),
          chanceText(p),
        ];
      }),
  );
  const ruled = rules
    .filter(({ outcome }) => outcome !== 'same')
    .map((rule) => [
      markdownCode(rule.rule),
      ruleText(rule, rule.before),
      ruleText(rule, rule.after),
      MARKS[rule.outcome] + (rule.outcome === 'worse' && rule.severity !== null ? ` (${rule.severity})` : ''),
      chanceText(rule.p),
    ]);
  const blocks = [
    `# tcplint: ${summaryText(comparison)}`,
    table(
      ['', 'capture', 'packets', 'connections'],
      [before, after].map(({ path, packets, connections }, i) => [
        i === 0 ? 'before' : 'after',
        markdownCode(path),
        grouped(packets),
        grouped(connections),
      ]),
    ),
    ...(measured.length === 0
      ? []
      : ['## Services', table(['service', 'what', 'before', 'after', '', 'chance'], measured)]),
    ...(ruled.length === 0 ? [] : ['## Rules', table(['rule', 'before', 'after', '', 'chance'], ruled)]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
