// Scaffolds a rule: `npm run new-rule FAMILY ID`. Writes the rule, its two scripts and the index; then fill them in, and
// `npm run docs` writes its page.
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listRules, rulesIndex } from './rules-index.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [family, id] = process.argv.slice(2);
const rules = listRules();

function fail(reason) {
  console.error(reason);
  process.exit(2);
}

if (family === undefined || id === undefined) fail('usage: npm run new-rule FAMILY ID');
if (!rules.some((each) => each.family === family)) {
  fail(`unknown family "${family}"; known: ${rules.map((each) => each.family).join(', ')}`);
}
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) fail(`an id is lower-case words with hyphens, not "${id}"`);
if (rules.some(({ ids }) => ids.includes(id))) fail(`there is a rule ${id} already`);

const capture = family === 'traffic' || family === 'capture';
const judge = capture
  ? `  capture(facts) {
    const { start, end } = facts;
    if (start === null || end === null) return null;
    return null;
  },`
  : `  connection(facts, options) {
    return bothSides(facts).flatMap(({ side, own, peer }) => {
      if (own.retransmissions < options.segments) return [];
      return {
        confidence: 'high',
        message: \`\${capital(side)} \${at(own)} did something to \${otherSide(side)} \${at(peer)}.\`,
        side,
        frames: [facts.firstFrame],
        start: facts.start,
        end: facts.end,
        impact: {},
        evidence: {},
      } as const;
    });
  },`;

const rule = `${
  capture
    ? "import { defineRule } from '../rule.ts';\n"
    : "import { RETRANSMITTED } from '../../facts/notes.ts';\nimport { at } from '../../facts/wording.ts';\nimport { defineRule } from '../rule.ts';\nimport { bothSides, capital, otherSide } from '../watching.ts';\n"
}
export default defineRule({
  meta: {
    id: '${id}',
    family: '${family}',
    scope: '${capture ? 'capture' : 'connection'}',
    summary: 'One sentence: what it finds.',
    why: 'Why it hurts.',
    likelyCauses: ['What the capture supports.'],
    nextSteps: ['What to look at next.'],
    confirm: 'How to see it in Wireshark.',
    references: ['RFC 9293 3.8'],
    severity: 'warning',
    options: { segments: { default: 5, unit: 'count', description: 'What the number means.' } },
    needs: [],${capture ? '' : '\n    wakes: RETRANSMITTED,'}
    falsePositives: ['When it may be wrong.'],
    others: 'How other tools define it, and where they go wrong.',
  },

${judge}
});
`;

const script = (intent) => `# ${intent}
# Why.
client 10.0.0.1:40000 -> server 10.0.0.2:80
0     > S 0:0(0) <mss 1460,sackOK,wscale 7>
+0.01 < S. 0:0(0) ack 1 <mss 1460,sackOK,wscale 7>
+0.01 > . 1:1(0) ack 1 win 502
`;

for (const [path, text] of [
  [`lib/rules/${family}/${id}.ts`, rule],
  [`fixtures/rules/${id}.pkt`, script('What happens here, so that the rule fires.')],
  [`fixtures/rules/${id}.near-miss.pkt`, script('The same, just under the threshold: the rule stays silent.')],
]) {
  if (existsSync(`${ROOT}/${path}`)) fail(`${path} exists already`);
  writeFileSync(`${ROOT}/${path}`, text);
  console.log(path);
}
writeFileSync(`${ROOT}/lib/rules/index.ts`, rulesIndex());
console.log('lib/rules/index.ts');
console.log(`
Next: fill in the rule and both scripts; write the expected findings into the script with
  UPDATE_FIXTURES=1 npx vitest run test/rules/fixtures.test.ts
read them; then \`npm run docs\` writes docs/rules/${id}.md, and a row of docs/evaluation.md says which check it is.`);
