#!/usr/bin/env node
/** `npm run bench`: tcplint and its peers over four shapes of capture. See README.md beside this file. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, page } from './benchmarks-page.mjs';
import { generate, SHAPES } from './captures/shapes.mjs';
import { contenders, TCPLINT } from './contenders.mjs';
import { median, run } from './measure.mjs';

const USAGE = `usage: npm run bench -- [options]      (after npm run build)
  --shapes mix,short,bulk,flood   which captures (default: all)
  --formats pcap,pcapng           in which formats (default: pcap, and pcapng for mix)
  --scale N                       size of the captures (default 1; 0.1 for a quick look)
  --seed N                        another capture of the same shape (default 1)
  --runs N                        runs of each contender, in turns (default 5)
  --peers tcptrace,tshark         whom to compare with (default: all that are installed; none: nobody)
  --no-stages                     without the costs inside the process
  --directory DIR                 where captures are kept (default: the system's temporary directory)
  --write                         write docs/benchmarks.md`;

/** A contender this slow is not run as often as the others, seconds. */
const SLOW = 10;
const SLOW_RUNS = 2;

const { values: options } = parseArgs({
  options: {
    shapes: { type: 'string', default: Object.keys(SHAPES).join(',') },
    formats: { type: 'string' },
    scale: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '5' },
    peers: { type: 'string' },
    'no-stages': { type: 'boolean', default: false },
    directory: { type: 'string', default: join(tmpdir(), 'tcplint-captures') },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}
if (!existsSync(TCPLINT)) {
  console.error('dist/ is missing: npm run build');
  process.exit(2);
}

const scale = Number(options.scale);
const everyone = contenders(options.peers?.split(',') ?? null);
const results = [];
console.log(machine());
for (const shape of options.shapes.split(',')) {
  for (const format of options.formats?.split(',') ?? (shape === 'mix' ? ['pcap', 'pcapng'] : ['pcap'])) {
    results.push(await benchmark(shape, format));
  }
}
if (options.write) {
  const date = new Date().toISOString().slice(0, 10);
  const target = fileURLToPath(new URL('../../docs/benchmarks.md', import.meta.url));
  mkdirSync(fileURLToPath(new URL('../../docs', import.meta.url)), { recursive: true });
  writeFileSync(target, page({ date, scale, contenders: everyone, results }));
  console.log(`\nwrote ${target}`);
}

async function benchmark(shape, format) {
  const file = capture(shape, format);
  const bytes = statSync(file).size;
  console.log(`\n${shape}, ${format}: ${SHAPES[shape].summary}`);
  const taking = everyone.filter(({ formats }) => formats.includes(format));
  const rows = summarise(await takeTurns(taking, file));
  const { packets, stages } = options['no-stages'] ? { packets: countPackets(file), stages: null } : costs(file);
  for (const row of rows) console.log(line(row, rows[0]));
  if (stages !== null)
    console.log(`  ns/packet: ${stages.map((s) => `${s.stage} ${s.nanoseconds.toFixed(0)}`).join(', ')}`);
  return { shape, format, packets, bytes, rows, stages };
}

/** Everybody once, then everybody again: what disturbs the machine disturbs all alike. The first turn warms the cache. */
async function takeTurns(taking, file) {
  const samples = new Map(taking.map(({ name }) => [name, []]));
  await run(taking[0].command(file));
  for (let turn = 0; turn < Number(options.runs); turn++) {
    for (const { name, command } of taking) {
      const soFar = samples.get(name);
      if (soFar.length >= SLOW_RUNS && soFar[0].seconds > SLOW) continue;
      soFar.push(await run(command(file)));
    }
  }
  return taking.map((contender) => ({ contender, samples: samples.get(contender.name) }));
}

function summarise(turns) {
  return turns.map(({ contender, samples }) => {
    const failed = samples.find(({ exit }) => !contender.exits.includes(exit));
    const cpu = samples.map(({ cpuSeconds }) => cpuSeconds);
    return {
      contender: contender.name,
      runs: samples.length,
      seconds: median(samples.map(({ seconds }) => seconds)),
      cpuSeconds: cpu.includes(null) ? null : median(cpu),
      peakBytes: median(samples.map(({ peakBytes }) => peakBytes)),
      failure: failed === undefined ? null : `exit ${failed.exit}`,
    };
  });
}

function line({ contender, seconds, peakBytes, failure, runs }, ours) {
  if (failure !== null) return `  ${contender.padEnd(20)} ${failure}`;
  const ratio = (seconds / ours.seconds).toFixed(2);
  const megabytes = (peakBytes / 1e6).toFixed(0);
  return `  ${contender.padEnd(20)} ${seconds.toFixed(2)} s  ${ratio.padStart(6)}x  ${megabytes.padStart(5)} MB  (${runs} runs)`;
}

function capture(shape, format) {
  mkdirSync(options.directory, { recursive: true });
  const file = join(options.directory, `${shape}-${options.scale}-${options.seed}.${format}`);
  if (!existsSync(file)) generate(shape, file, { format, scale, seed: Number(options.seed) });
  return file;
}

function costs(file) {
  const stages = fileURLToPath(new URL('./stages.mjs', import.meta.url));
  return JSON.parse(execFileSync(process.execPath, ['--expose-gc', stages, file, options.runs], { encoding: 'utf8' }));
}

function countPackets(file) {
  const output = execFileSync(process.execPath, [TCPLINT, 'lint', '--format', 'json', '--fail-on', 'never', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return JSON.parse(output).captures[0].packets;
}
