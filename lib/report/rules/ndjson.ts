import type { RuleMeta } from '../../facts/rule.ts';
import { json } from '../escape.ts';
import { ruleShape } from '../shape/rule.ts';

export function render(rules: readonly RuleMeta[]): string {
  return rules.map((meta) => `${json(ruleShape(meta))}\n`).join('');
}
