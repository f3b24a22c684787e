import { boundsText, PRESETS, type RuleMeta, type RuleOption } from '../../facts/rule.ts';
import { hanging, wrap } from '../layout/wrap.ts';
import { openPage, type Page, type PageOptions } from '../page.ts';
import { list } from '../phrases.ts';

/** All that is told of a rule, for a reader at a terminal. */
export function explainRule(meta: RuleMeta, options: PageOptions): string {
  const page = openPage({ ...options, width: Math.min(options.width, 100) });
  const blocks = [
    `${page.ink.bold(meta.id)}  ${page.severity(meta.severity)}  ${page.ink.dim(meta.family)}`,
    wrap(page.text(meta.summary), page.width).join('\n'),
    section(page, 'Why it hurts', [meta.why]),
    section(page, 'Likely causes', meta.likelyCauses, '- '),
    section(page, 'What to do', meta.nextSteps, '- '),
    section(page, 'Not a problem when', meta.falsePositives, '- '),
    section(page, 'Options', Object.entries(meta.options).map(optionText)),
    section(page, 'Elsewhere', meta.others === undefined ? [] : [meta.others]),
    section(page, 'Presets', [presetsText(meta)]),
    section(page, 'References', meta.references.length === 0 ? [] : [meta.references.join(', ')]),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function section(page: Page, title: string, texts: readonly string[], bullet = ''): string {
  if (texts.length === 0) {
    return '';
  }
  const lines = texts.map((text) => hanging(`  ${bullet}`, page.text(text), page.width));
  return [page.ink.bold(title), ...lines].join('\n');
}

function optionText([name, option]: [string, RuleOption]): string {
  const unit = option.unit === 'count' || option.unit === 'ratio' ? '' : ` ${option.unit}`;
  const bounds = option.least === undefined && option.most === undefined ? '' : ` (${boundsText(option)})`;
  return `${name}: ${option.default}${typeof option.default === 'number' ? unit : ''}${bounds}. ${option.description}`;
}

function presetsText({ offIn = [] }: RuleMeta): string {
  const on = PRESETS.filter((preset) => !offIn.includes(preset));
  return on.length === 0 ? 'off in all' : on.length === PRESETS.length ? 'on in all' : `on in ${list(on)}`;
}
