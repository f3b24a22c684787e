// Compiles the fuzzer and runs it (docs/fuzzing.md): npm run fuzz -- --count 1000000
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'node_modules/.cache/tcplint-fuzz');

mkdirSync(built, { recursive: true });
writeFileSync(join(built, 'package.json'), '{"type":"module"}');
writeFileSync(
  join(built, 'tsconfig.json'),
  JSON.stringify({
    extends: join(root, 'tsconfig.build.json'),
    compilerOptions: { rootDir: root, outDir: built, declaration: false },
    include: [join(root, 'test/fuzz')],
    exclude: [join(root, 'test/fuzz/*.test.ts')],
  }),
);
node([join(root, 'node_modules/typescript/bin/tsc'), '-p', join(built, 'tsconfig.json')]);
// Columns in small chunks and indexes of few shards: their edges are met, and a case costs less.
shrink('lib/bytes/columns.js', 'CHUNK_BITS = 12', 'CHUNK_BITS = 5');
shrink('lib/bytes/slots.js', 'SHARD_BITS = 8', 'SHARD_BITS = 2');
// One thread collects garbage: others are better used for another run.
node(['--single-threaded-gc', join(built, 'test/fuzz/long.js'), ...process.argv.slice(2)]);

function node(argv) {
  const { status } = spawnSync(process.execPath, argv, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function shrink(file, from, to) {
  const path = join(built, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} no longer says ${from}`);
  writeFileSync(path, text.replace(from, to));
}
