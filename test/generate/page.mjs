// Puts the script and the style of the incident report's page into one module, which the report writes into its file:
//   node test/generate/page.mjs
// The plotting library is inlined here, so that nothing is fetched or looked up when a report is made.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const require = createRequire(import.meta.url);
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../lib/report/incident');
const plots = dirname(require.resolve('uplot/package.json'));
const licence = readFileSync(join(plots, 'LICENSE'), 'utf8').trim().replaceAll('*/', '* /');

const bundle = await rolldown({ input: join(folder, 'page/main.ts'), platform: 'browser' });
const { output } = await bundle.generate({ format: 'iife', minify: true, comments: { legal: false } });
await bundle.close();

const script = `/* Holds uPlot, under this licence:\n${licence}\n*/\n${output[0].code.trim()}\n`;
const style = ['uplot/dist/uPlot.min.css', join(folder, 'page/page.css')]
  .map((file) => readFileSync(require.resolve(file), 'utf8').trim())
  .join('\n');
for (const text of [script, style]) {
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error('the page would end inside its own script or style');
}

const file = join(folder, 'page-bundle.ts');
const module = `// Made from page/ by test/generate/page.mjs at every build.\n\n${Object.entries({
  SCRIPT: script,
  STYLE: style,
})
  .map(
    ([name, text]) =>
      `export const ${name} =\n  ${JSON.stringify(text)};\nexport const ${name}_HASH = '${hash(text)}';\n`,
  )
  .join('')}`;
// Whoever reads it meanwhile finds the one or the other, whole.
if (!existsSync(file) || readFileSync(file, 'utf8') !== module) {
  writeFileSync(`${file}.${process.pid}`, module);
  renameSync(`${file}.${process.pid}`, file);
}

/** As a Content-Security-Policy names what may run. */
function hash(text) {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
