// Bundles the command into few modules, over the ones that the compiler made: to find and read some four hundred small
// ones took as long as all else that the lint of a small capture does. The library stays as the compiler made it.
//   node test/generate/command.mjs
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const bundle = await rolldown({
  input: {
    tcplint: join(root, 'bin/tcplint.ts'),
    'crew-worker': join(root, 'lib/cli/crew-worker.ts'),
    'receiving-worker': join(root, 'lib/engine/workers/receiving-worker.ts'),
  },
  platform: 'node',
  external: /^[a-z]/,
});
await bundle.write({ dir: join(root, 'dist/bin'), format: 'esm', chunkFileNames: '[name].js' });
await bundle.close();
