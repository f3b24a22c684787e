#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { generate, SHAPES } from './captures/shapes.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { format: { type: 'string' }, scale: { type: 'string' }, seed: { type: 'string' } },
});
const [shape, path] = positionals;
if (!(shape in SHAPES) || path === undefined) {
  console.error('usage: node test/bench/generate.mjs SHAPE FILE [--format pcap|pcapng] [--scale 1] [--seed 1]\n');
  for (const [name, { summary }] of Object.entries(SHAPES)) console.error(`  ${name.padEnd(6)} ${summary}`);
  process.exit(2);
}
const { format = path.endsWith('ng') ? 'pcapng' : 'pcap', scale = '1', seed = '1' } = values;
const packets = generate(shape, path, { format, scale: Number(scale), seed: Number(seed) });
console.error(`${path}: ${packets} packets`);
