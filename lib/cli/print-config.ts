import type { LintConfig } from '../lint/config.ts';
import { resolveConfig } from '../lint/config.ts';
import { RULES } from '../rules/index.ts';
import type { FoundConfig } from './config.ts';

/** What would be judged, and how, as a configuration that says everything; and where it comes from. */
export function printedConfig({ path, config }: FoundConfig): string {
  const { extends: _preset, minConfidence: _least, rules: _rules, ...rest } = config;
  const resolved = resolveConfig(config, RULES);
  const active = new Map(resolved.active.map((each) => [each.rule.meta.id, each]));
  const rules = Object.fromEntries(
    RULES.map(({ meta }) => {
      const rule = active.get(meta.id);
      const level = rule === undefined ? 'off' : (rule.level ?? 'on');
      const hasOptions = rule !== undefined && Object.keys(rule.options).length > 0;
      return [meta.id, hasOptions ? [level, rule.options] : level];
    }),
  );
  const whole: LintConfig & { readonly from: string | null } = {
    from: path,
    extends: resolved.preset,
    minConfidence: resolved.minConfidence,
    rules: rules as NonNullable<LintConfig['rules']>,
    ...rest,
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}
