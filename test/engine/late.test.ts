import { expect, it } from 'vitest';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import { resolveConfig } from '../../lib/lint/config.ts';
import { createLinter } from '../../lib/lint/runtime.ts';
import { RULES } from '../../lib/rules/index.ts';
import { assemble } from '../scripts/assemble.ts';

const HEALTHY = `
0      10.0.0.1:40000 > 10.0.0.2:80 S 0:0(0) <mss 1460>
+0.001 10.0.0.1:40000 < 10.0.0.2:80 S. 0:0(0) ack 1 <mss 1460>
+0     10.0.0.1:40000 > 10.0.0.2:80 P. 1:101(100) ack 1 win 502
+0.001 10.0.0.1:40000 < 10.0.0.2:80 P. 1:201(200) ack 101 win 502
+0     10.0.0.1:40000 > 10.0.0.2:80 F. 101:101(0) ack 201 win 502
+0.001 10.0.0.1:40000 < 10.0.0.2:80 F. 201:201(0) ack 102 win 502
+0     10.0.0.1:40000 > 10.0.0.2:80 . 102:102(0) ack 202 win 502
`;

it('does not miss the other side of a connection of which a segment comes when it has left memory', () => {
  const linter = createLinter(resolveConfig({ extends: 'postmortem' }, RULES));
  const analyzer = new Analyzer({ wake: linter.wake, onConnection: linter.connection });
  analyzer.write(assemble(`${HEALTHY}+20 10.0.0.1:40000 < 10.0.0.2:80 F. 201:201(0) ack 102 win 502\n`));
  const { ruleRuns } = linter.finish(analyzer.end());
  expect(ruleRuns.filter(({ skipped }) => skipped?.includes('only one side'))).toEqual([]);
});

const RESET = `
0      10.0.0.1:40000 > 10.0.0.2:80 S 0:0(0) <mss 1460>
+0.001 10.0.0.1:40000 < 10.0.0.2:80 S. 0:0(0) ack 1 <mss 1460>
+0     10.0.0.1:40000 > 10.0.0.2:80 P. 1:101(100) ack 1 win 502
+0.001 10.0.0.1:40000 < 10.0.0.2:80 P. 1:201(200) ack 101 win 502
+0     10.0.0.1:40000 > 10.0.0.2:80 . 101:101(0) ack 201 win 502
+0     10.0.0.1:40000 > 10.0.0.2:80 R. 101:101(0) ack 201 win 0
+20    10.0.0.1:40000 < 10.0.0.2:80 P. 201:229(28) ack 101 win 502
+0     10.0.0.1:40000 > 10.0.0.2:80 R 101:101(0)
`;

it('says the same of data after a reset, whether the connection has left memory or not', () => {
  const found = (retires: boolean) => {
    const linter = createLinter(resolveConfig({ extends: 'postmortem' }, RULES));
    const analyzer = new Analyzer({
      ...(retires ? { wake: linter.wake } : {}),
      onConnection: linter.connection,
    });
    analyzer.write(assemble(RESET));
    return linter.finish(analyzer.end()).findings.filter(({ rule }) => rule === 'reset-lost-data');
  };
  expect(found(true).map(({ message }) => message)).toEqual([expect.stringContaining('28 bytes')]);
  expect(found(true)).toEqual(found(false));
});
