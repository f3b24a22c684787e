import { FAMILIES, PRESETS, type RuleMeta } from '../../facts/rule.ts';
import { hanging } from '../layout/wrap.ts';
import { openPage, type PageOptions } from '../page.ts';
import { count, list } from '../phrases.ts';

/** Family by family: id, severity, what it finds, and where it is off. */
export function render(rules: readonly RuleMeta[], options: PageOptions): string {
  const page = openPage(options);
  const width = Math.max(0, ...rules.map(({ id }) => id.length)) + 2;
  const families = FAMILIES.map((family) => ({ family, members: rules.filter((meta) => meta.family === family) }));
  const inhabited = families.filter(({ members }) => members.length > 0);
  const blocks = inhabited.map(({ family, members }) => {
    const lines = members.map((meta) => {
      const label = `  ${meta.id.padEnd(width)}${meta.severity.padEnd(9)}`;
      const painted = `  ${meta.id.padEnd(width)}${page.severity(meta.severity, meta.severity.padEnd(9))}`;
      return hanging(label, page.text(meta.summary + presets(meta)), options.width, () => painted);
    });
    return [page.ink.bold(family), ...lines].join('\n');
  });
  return `${[...blocks, `${count(rules.length, 'rule')}. More of each: tcplint explain RULE`].join('\n\n')}\n`;
}

function presets({ offIn = [] }: RuleMeta): string {
  if (offIn.length === 0) {
    return '';
  }
  const on = PRESETS.filter((preset) => !offIn.includes(preset));
  if (on.length === 0) {
    return ' (off by default)';
  }
  return offIn.length <= on.length ? ` (not in ${list(offIn)})` : ` (only in ${list(on)})`;
}
