/**
 * What each stage costs: one capture through ever longer pipelines, in one process. A stage costs what it adds.
 * The first round only warms up. Differences of a few nanoseconds are noise.
 * usage: node --expose-gc test/bench/stages.mjs FILE [runs]    prints JSON: { packets, stages: [{ stage, nanoseconds }] }
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { median } from './measure.mjs';

const lib = (path) => import(new URL(`../../dist/lib/${path}`, import.meta.url).href);
const { createReader } = await lib('capture/open.js');
const { Frame } = await lib('capture/frame.js');
const { Decoder, TCP } = await lib('packet/decoder.js');
const { ConnectionTable } = await lib('tcp/table.js');
const { Memory } = await lib('tcp/verdict/memory.js');
const { Services } = await lib('tcp/oddities/responses.js');
const { Analyzer } = await lib('engine/analyzer.js');
const { createLinter } = await lib('lint/runtime.js');
const { resolveConfig } = await lib('lint/config.js');
const { RULES } = await lib('rules/index.js');
const { render } = await lib('report/lint/pretty.js');
const { PLAIN_PAGE } = await lib('report/page.js');
const { SCHEMA_VERSION, TOOL } = await lib('facts/report.js');

/** As the tool reads files. */
const CHUNK_BYTES = 128 * 1024;

/** Each pipeline is `{ write, end }`; every one does all that the ones before it do. */
const PIPELINES = {
  read: () => ({ write() {}, end() {} }),
  frame: () => framed(() => {}),
  decode: () => {
    const decoder = new Decoder();
    return framed((frame) => decoder.decode(frame));
  },
  table: () => {
    const decoder = new Decoder();
    const table = new ConnectionTable(new Memory(), new Services());
    return framed((frame) => {
      if (decoder.decode(frame) === TCP) table.find(decoder.segment);
    });
  },
  tracker: () => new Analyzer({ wake: 0 }),
  rules: () => linted(() => {}),
  report: () => linted((report) => render(report, PLAIN_PAGE)),
};

function framed(step) {
  const reader = createReader();
  const frame = new Frame();
  const drain = () => {
    while (reader.next(frame)) step(frame);
  };
  return {
    write(chunk) {
      reader.write(chunk);
      drain();
    },
    end() {
      reader.end();
      drain();
    },
  };
}

function linted(finish) {
  const linter = createLinter(resolveConfig({}, RULES));
  const analyzer = new Analyzer({ wake: linter.wake, onConnection: (facts) => linter.connection(facts) });
  return {
    write: (chunk) => analyzer.write(chunk),
    end() {
      const capture = analyzer.end();
      const { findings, ruleRuns } = linter.finish(capture);
      const count = (severity) => findings.filter((finding) => finding.severity === severity).length;
      const summary = { error: count('error'), warning: count('warning'), note: count('note'), failures: [] };
      finish({ schemaVersion: SCHEMA_VERSION, tool: TOOL, captures: [capture], rules: ruleRuns, findings, summary });
    },
  };
}

function seconds(file, pipeline) {
  const chunk = new Uint8Array(CHUNK_BYTES);
  const descriptor = openSync(file, 'r');
  globalThis.gc?.();
  const start = process.hrtime.bigint();
  for (;;) {
    const bytes = readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
    if (bytes === 0) break;
    pipeline.write(chunk.subarray(0, bytes));
  }
  pipeline.end();
  const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
  closeSync(descriptor);
  return elapsed;
}

function countPackets(file) {
  let packets = 0;
  seconds(
    file,
    framed(() => packets++),
  );
  return packets;
}

const [, , file, runs = '3'] = process.argv;
const packets = countPackets(file);
const times = Object.fromEntries(Object.keys(PIPELINES).map((stage) => [stage, []]));
for (const create of Object.values(PIPELINES)) seconds(file, create());
for (let run = 0; run < Number(runs); run++) {
  for (const [stage, create] of Object.entries(PIPELINES)) times[stage].push(seconds(file, create()));
}
let before = 0;
const stages = Object.entries(times).map(([stage, values]) => {
  const total = (median(values) * 1e9) / packets;
  const nanoseconds = total - before;
  before = total;
  return { stage, nanoseconds };
});
console.log(JSON.stringify({ packets, stages }));
