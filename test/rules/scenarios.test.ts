import { describe, expect, it } from 'vitest';
import { RULES } from '../../lib/rules/index.ts';
import { lintScript } from './fixture.ts';

const ENDS = 'client 10.0.0.1:40000 -> server 10.0.0.2:80';

/** What one rule says of a scenario that neither its fixture nor its near miss shows. */
interface Scenario {
  readonly rule: string;
  readonly what: string;
  readonly script: string;
  /** Severity and sentence of each finding. */
  readonly told: readonly string[];
}

const SCENARIOS: readonly Scenario[] = [
  {
    rule: 'handshake-incomplete',
    what: 'is silent where no packet of the client was captured: it may have finished its handshake',
    script: `end 10
${ENDS}
0  < S. 0:0(0) ack 1 <mss 1460>
+1 < S. 0:0(0) ack 1 <mss 1460>`,
    told: [],
  },
];

describe('scenarios', () => {
  for (const { rule, what, script, told } of SCENARIOS) {
    it(`${rule} ${what}`, () => {
      const rules = RULES.filter(({ meta }) => meta.id === rule);
      const found = lintScript(script, rules, { extends: 'postmortem' });
      expect(found.map(({ severity, message }) => `${severity}: ${message}`)).toEqual(told);
    });
  }
});
