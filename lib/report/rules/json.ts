import { SCHEMA_VERSION, TOOL } from '../../facts/report.ts';
import type { RuleMeta } from '../../facts/rule.ts';
import { json } from '../escape.ts';
import { ruleShape } from '../shape/rule.ts';

export function render(rules: readonly RuleMeta[]): string {
  return `${json({ schemaVersion: SCHEMA_VERSION, tool: TOOL, rules: rules.map(ruleShape) }, 2)}\n`;
}
