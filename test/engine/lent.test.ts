import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import { resolveConfig } from '../../lib/lint/config.ts';
import { nameOf } from '../../lib/lint/names.ts';
import { createLinter } from '../../lib/lint/runtime.ts';
import { RULES } from '../../lib/rules/index.ts';
import { CAPTURES, fixture } from '../fixtures.ts';

const CONFIG = resolveConfig({ extends: 'postmortem' }, RULES);

function judge(bytes: Uint8Array, lends: boolean) {
  const linter = createLinter(CONFIG);
  const analyzer = new Analyzer({
    wake: linter.wake,
    lends,
    nameOf: nameOf({ '10.0.0.0/8': 'ten', ':80': 'web' }),
    onConnection: linter.connection,
  });
  analyzer.write(bytes);
  return linter.finish(analyzer.end());
}

// Rules and folds must keep nothing of facts that are only lent: they would tell of another connection.
describe('facts that are lent', () => {
  for (const path of CAPTURES) {
    it(`${path}: the same is found as on facts that may be kept`, () => {
      const bytes = fixture(path);
      expect(judge(bytes, true)).toEqual(judge(bytes, false));
    });
  }
});
