/** Results as Markdown: `docs/benchmarks.md`. */
import { cpus, release, totalmem } from 'node:os';
import { SHAPES } from './captures/shapes.mjs';

const GIB = 2 ** 30;

export function machine() {
  const [{ model }] = cpus();
  return `${model.trim()}, ${cpus().length} cores, ${(totalmem() / GIB).toFixed(0)} GiB, ${process.platform} ${release()}, Node ${process.versions.node}`;
}

/** `results`: [{ shape, format, packets, bytes, rows: [{ contender, runs, seconds, cpuSeconds, peakBytes }], stages }]. */
export function page({ date, scale, contenders, results }) {
  return `${[
    '# Benchmarks',
    '',
    '<!-- Written by `npm run bench -- --write`. -->',
    '',
    `${date}. ${machine()}.`,
    '',
    'Whole processes, as a user waits for them: start-up, reading, analysis, output thrown away. Medians over runs that',
    'take turns, files in the page cache. Compare the columns, not the seconds: another machine has others.',
    '',
    ...contenders.map(({ name, version, does }) => `- \`${name}\`, ${version}: ${does}`),
    '',
    ...(scale === 1 ? [] : [`Captures at ${scale} of their full size.`, '']),
    ...results.flatMap(section),
  ].join('\n')}`;
}

function section({ shape, format, packets, bytes, rows, stages }) {
  const [ours] = rows;
  return [
    `## ${shape}, ${format}`,
    '',
    `${capital(SHAPES[shape].summary)}: ${packets.toLocaleString('en')} packets, ${(bytes / 1e6).toFixed(0)} MB.`,
    '',
    '| | seconds | times tcplint | packets/s | MB/s | processor s | peak MB | runs |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map((row) => tableRow(row, ours, packets, bytes)),
    '',
    ...(stages === null ? [] : stageTable(stages)),
  ];
}

function tableRow({ contender, runs, seconds, cpuSeconds, peakBytes, failure }, ours, packets, bytes) {
  if (failure !== null) return `| \`${contender}\` | ${failure} | | | | | | ${runs} |`;
  const cells = [
    `\`${contender}\``,
    seconds.toFixed(2),
    (seconds / ours.seconds).toFixed(2),
    `${(packets / seconds / 1e6).toFixed(2)} M`,
    (bytes / seconds / 1e6).toFixed(0),
    cpuSeconds === null ? '' : cpuSeconds.toFixed(2),
    (peakBytes / 1e6).toFixed(0),
    runs,
  ];
  return `| ${cells.join(' | ')} |`;
}

function stageTable(stages) {
  return [
    'Inside one process, warm, what each stage adds in nanoseconds a packet:',
    '',
    `| ${stages.map(({ stage }) => stage).join(' | ')} | together |`,
    `|${'--:|'.repeat(stages.length + 1)}`,
    `| ${stages.map(({ nanoseconds }) => nanoseconds.toFixed(0)).join(' | ')} | ${sum(stages).toFixed(0)} |`,
    '',
  ];
}

function sum(stages) {
  return stages.reduce((total, { nanoseconds }) => total + nanoseconds, 0);
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}
