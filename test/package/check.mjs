/**
 * What npm would publish: packs it, looks at what is in it, installs it in an empty folder, and uses it there: the command,
 * its manual and completions, the library, its types, and the examples of the documentation.
 *
 *     npm run build && npm run check:package
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tcplint-package-'));
const run = (command, ...args) => execFileSync(command, args, { cwd: folder, encoding: 'utf8' });

try {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
      cwd: ROOT,
      encoding: 'utf8',
    }),
  );
  const paths = packed.files.map(({ path }) => path);
  const strange = paths.filter(
    (path) => !/^(dist\/|docs\/|(CHANGELOG|README)\.md$|LICENSE$|package\.json$)/.test(path),
  );
  assert.deepEqual(strange, []);
  for (const needed of [
    'dist/bin/tcplint.js',
    'dist/lib/index.js',
    'dist/lib/index.d.ts',
    'docs/man/tcplint.1',
    'docs/config.schema.json',
    'docs/rules/syn-flood.md',
    'docs/completion/tcplint.bash',
  ]) {
    assert.ok(paths.includes(needed), `${needed} is missing`);
  }
  assert.deepEqual(
    paths.filter((path) => /\.(test|spec)\.|\.pcap|\.map$|\.ts$/.test(path) && !/\.d\.ts$|docs\/examples\//.test(path)),
    [],
  );

  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'elsewhere', private: true, type: 'module' }));
  run('npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', packed.filename);
  copyFileSync(join(ROOT, 'fixtures/kernel/client_closes.client.pcap'), join(folder, 'run.pcap'));

  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  assert.equal(run('npx', 'tcplint', '--version').trim(), version);
  assert.match(run('npx', 'tcplint', 'run.pcap', '--preset', 'ci', '--no-config'), /in \d+ packets/);
  assert.match(run('npx', 'tcplint', 'init'), /wrote tcplint\.config\.json/);
  assert.match(readFileSync(join(folder, 'tcplint.config.json'), 'utf8'), /docs\/config\.schema\.json/);

  copyFileSync(join(ROOT, 'docs/examples/traffic.node-test.mjs'), join(folder, 'traffic.node-test.mjs'));
  run('node', '--test', 'traffic.node-test.mjs');

  copyFileSync(join(ROOT, 'docs/examples/traffic.vitest.ts'), join(folder, 'traffic.spec.ts'));
  for (const name of ['vitest', '@types'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  run('node', join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, 'traffic.spec.ts');
  run(
    'node',
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    '--noEmit',
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--skipLibCheck',
    'false',
    '--types',
    'node',
    'traffic.spec.ts',
  );
  console.log(`${packed.filename}: ${paths.length} files, ${packed.size} bytes; installed elsewhere, it works`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
