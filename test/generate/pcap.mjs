// Writes captures from packet scripts: `node test/generate/pcap.mjs SCRIPT.pkt... DIRECTORY`, to look at them in Wireshark.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const paths = process.argv.slice(2);
const directory = paths.pop();
if (directory === undefined || paths.length === 0 || !statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
  console.error('usage: node test/generate/pcap.mjs SCRIPT.pkt... DIRECTORY');
  process.exit(2);
}
const { module } = await runnerImport(fileURLToPath(new URL('../scripts/assemble.ts', import.meta.url)));
for (const path of paths) {
  const bytes = module.assemble(readFileSync(path, 'utf8'));
  const ending = bytes[0] === 0x0a ? 'pcapng' : 'pcap';
  const target = join(directory, `${basename(path, '.pkt')}.${ending}`);
  writeFileSync(target, bytes);
  console.log(target);
}
