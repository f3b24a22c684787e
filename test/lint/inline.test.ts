import { describe, expect, it } from 'vitest';
import { resolveConfig } from '../../lib/lint/config.ts';
import { createLinter, type Judgement } from '../../lib/lint/runtime.ts';
import { RULES } from '../../lib/rules/index.ts';
import { defineRule, type Rule } from '../../lib/rules/rule.ts';
import { capture, connection } from './facts.ts';

const model = RULES.find((rule) => 'connection' in rule)!.meta;

/** Finds something on each connection, at frames of its own. */
function finder(id: string, ...frames: number[]): Rule {
  return defineRule({
    meta: { ...model, id, wakes: -1, needs: [], options: {} },
    connection: ({ start, end }) => ({
      confidence: 'high',
      message: 'Something.',
      frames,
      start,
      end,
      impact: {},
      evidence: {},
    }),
  });
}

const RULES_HERE = [finder('first', 3, 4), finder('second', 9)];

function judged(comments: readonly (readonly [string, number | null])[], allowInline: boolean): Judgement {
  const linter = createLinter(resolveConfig({}, RULES_HERE), { allowInline });
  for (const [text, frame] of comments) linter.comment(text, frame);
  linter.connection(connection());
  return linter.finish(capture({ path: 'x.pcapng' }));
}

const rulesOf = ({ findings }: Judgement): string[] => findings.map(({ rule }) => rule);

describe('comments that take findings back', () => {
  it('on a frame that the finding cites', () => {
    const result = judged([['seen by NOC\ntcplint-ignore first: known, ticket 7', 4]], true);
    expect(rulesOf(result)).toEqual(['second']);
    expect(result.suppressions).toEqual([
      { capture: 'x.pcapng', rule: 'first', reason: 'known, ticket 7', frame: 4, honoured: true, findings: 1 },
    ]);
  });

  it('on another frame they take back nothing, and that is counted', () => {
    const result = judged([['tcplint-ignore first: no', 5]], true);
    expect(rulesOf(result)).toEqual(['first', 'second']);
    expect(result.suppressions[0]).toMatchObject({ findings: 0 });
  });

  it('on a section for the whole capture, and for several rules', () => {
    const result = judged([['tcplint-ignore first, second: a lab recording', null]], true);
    expect(rulesOf(result)).toEqual([]);
    expect(result.suppressions.map(({ findings }) => findings)).toEqual([1, 1]);
  });

  it('are counted, and not honoured, unless somebody allows it', () => {
    const result = judged([['tcplint-ignore first: please', 4]], false);
    expect(rulesOf(result)).toEqual(['first', 'second']);
    expect(result.suppressions).toMatchObject([{ honoured: false, findings: 0 }]);
  });

  it('need a reason and a rule that exists', () => {
    const result = judged(
      [
        ['tcplint-ignore first', 4],
        ['tcplint-ignore frist: oops', 4],
        ['tcplint-ignored by hand', 4],
      ],
      true,
    );
    expect(rulesOf(result)).toEqual(['first', 'second']);
    expect(result.suppressionProblems).toEqual([
      'comment of frame 4: write "tcplint-ignore RULE: REASON"',
      'comment of frame 4: unknown rule "frist"; did you mean "first"?',
    ]);
  });

  it('are bounded', () => {
    const linter = createLinter(resolveConfig({}, RULES_HERE), { allowInline: true });
    for (let frame = 1; frame <= 20_000; frame++) linter.comment('tcplint-ignore first: x', frame);
    expect(linter.finish(capture()).suppressions.length).toBeLessThanOrEqual(10_000);
  });
});
