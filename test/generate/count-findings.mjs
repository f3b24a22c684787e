/**
 * Counts what the default preset finds in a folder of captures, as the table of docs/public-captures.md.
 *
 *     npm run build && node test/generate/count-findings.mjs FOLDER
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const dist = process.env.TCPLINT_DIST ?? '../../dist';
const { analyze, RULES } = await import(`${dist}/lib/index.js`);

function captures(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? captures(path) : /cap(ng)?$/.test(entry.name) ? [path] : [];
  });
}

const counts = new Map(RULES.map(({ meta }) => [meta.id, { error: 0, warning: 0, note: 0, captures: new Set() }]));
const paths = captures(process.argv[2]).sort();
let unreadable = 0;
for (const path of paths) {
  try {
    const { findings } = await analyze(path, { keepConnections: false });
    for (const { rule, severity } of findings) {
      const count = counts.get(rule);
      count[severity]++;
      count.captures.add(path);
    }
  } catch {
    unreadable++;
  }
}

console.log(`${paths.length} captures, ${unreadable} of them unreadable.\n`);
console.log('| rule | error | warning | note | captures |\n| --- | --- | --- | --- | --- |');
for (const [id, { error, warning, note, captures: where }] of counts) {
  if (where.size > 0) console.log(`| [${id}](rules/${id}.md) | ${error} | ${warning} | ${note} | ${where.size} |`);
}
console.log(
  `\nNothing: ${[...counts]
    .filter(([, { captures: where }]) => where.size === 0)
    .map(([id]) => id)
    .join(', ')}.`,
);
