import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../lib/index.ts';
import { RULES } from '../../lib/rules/index.ts';
import { EXPECTED, HEALTHY, OPEN_FINDINGS, WARRANTED } from './findings.ts';
import { RECORDINGS, truths } from './truth.ts';

/** The linter on real kernel traffic: what each scenario is about is found, and healthy connections are left alone. */
describe('findings in kernel recordings', () => {
  const open = new Set<string>();
  const names = new Set<string>();
  for (const { scenario, captures } of truths()) {
    for (const { file } of captures) {
      const name = file.replace('.pcap', '');
      names.add(scenario).add(name);
      it(name, async () => {
        const { findings } = await analyze(readFileSync(new URL(file, RECORDINGS)));
        const found = new Set(findings.map((finding) => finding.rule));
        const expected = [...(EXPECTED[scenario] ?? []), ...(name === scenario ? [] : (EXPECTED[name] ?? []))];
        const tolerable = HEALTHY.includes(scenario) ? ['note'] : ['note', 'warning'];
        const warranted = new Set([...expected, ...(WARRANTED[scenario] ?? [])]);
        const wrong = [
          ...expected.filter((rule) => !found.has(rule)).map((rule) => `missing ${rule}`),
          ...findings
            .filter((finding) => !tolerable.includes(finding.severity) && !warranted.has(finding.rule))
            .map((finding) => `unwarranted ${finding.rule}`),
        ].map((what) => `${name}: ${what}`);
        for (const what of wrong) open.add(what);
        expect(wrong.filter((what) => !OPEN_FINDINGS.includes(what))).toEqual([]);
      });
    }
  }

  it.each([
    // The first was lost on the way, and the next answered what came after it.
    ['reset_lost.client', ['reset-lost-data']],
    // The server sent RST while open; the RST that answers the client's FIN is its echo.
    ['reset_crosses_fin.server', ['reset-mid-connection']],
    // Somebody else sent it in the server's name: not the server reset the connection.
    ['forged_reset_exact.client', ['reset-suspicious', 'reset-lost-data']],
  ])('%s: a reset is told once', async (name, rules) => {
    const { findings } = await analyze(readFileSync(new URL(`${name}.pcap`, RECORDINGS)));
    expect(
      findings.filter(({ severity, rule }) => severity !== 'note' || /reset|abort/.test(rule)).map((f) => f.rule),
    ).toEqual(rules);
  });

  it('and findings.ts lists nothing that has been overcome, no recording that is gone and no rule that does not exist', () => {
    expect(OPEN_FINDINGS.filter((what) => !open.has(what))).toEqual([]);
    const listed = [...Object.keys(EXPECTED), ...HEALTHY, ...Object.keys(WARRANTED)];
    expect(listed.filter((name) => !names.has(name))).toEqual([]);
    const rules = new Set(RULES.map((rule) => rule.meta.id));
    expect([...Object.values(EXPECTED), ...Object.values(WARRANTED)].flat().filter((rule) => !rules.has(rule))).toEqual(
      [],
    );
  });
});
