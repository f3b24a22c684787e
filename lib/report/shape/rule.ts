import type { RuleRun } from '../../facts/report.ts';
import type { RuleMeta } from '../../facts/rule.ts';

/** A rule of one run, as `lint` lists it. */
export function ruleRunShape({ meta, severity, skipped }: RuleRun): object {
  return { id: meta.id, family: meta.family, scope: meta.scope, severity, summary: meta.summary, skipped };
}

/** All that is told of a rule, as `rules` and `explain` print it. */
export function ruleShape(meta: RuleMeta): object {
  return {
    id: meta.id,
    family: meta.family,
    scope: meta.scope,
    severity: meta.severity,
    offIn: meta.offIn ?? [],
    summary: meta.summary,
    why: meta.why,
    likelyCauses: meta.likelyCauses,
    nextSteps: meta.nextSteps,
    falsePositives: meta.falsePositives,
    references: meta.references,
    needs: meta.needs,
    options: meta.options,
    docs: `docs/rules/${meta.id}.md`,
  };
}
