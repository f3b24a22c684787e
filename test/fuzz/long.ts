import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { makeCase } from './cases.ts';
import { examine, type Outcome } from './examine.ts';
import { examineFiles } from './files.ts';
import { examinePacked, loadPacked, makePacked } from './packed.ts';
import { Random } from './random.ts';
import { loadSeeds } from './seeds.ts';

/**
 * The long-running fuzzer (docs/fuzzing.md): case after case on a thread of its own, watched, so that a hang is found as
 * well. What fails is written down with its number, and the run goes on.
 *
 *     npm run fuzz -- --from 0 --count 1000000 --out tmp/fuzz
 *     npm run fuzz -- --engine packed
 *     npm run fuzz -- --engine files
 */

/** What the two threads share: counters, of which the first says which case is being worked on. */
const CASE = 0;
const CASES = 1;
const RUNS = 2;
const FRAMES = 3;
const SEGMENTS = 4;
const FINDINGS = 5;
const FAILURES = 6;
const COUNTERS = 7;

/** A case that takes this long hangs: they are made to take less than a millisecond. */
const HANGS_SECONDS = 120;

interface Job {
  readonly from: number;
  readonly until: number;
  readonly out: string;
  readonly fixtures: string;
  readonly packed: string;
  readonly engine: string;
  readonly counters: Float64Array;
}

/** Makes a case by its number and examines it. */
type Engine = (number: number) => Examined | Promise<Examined>;
type Examined = Outcome & { readonly file: Uint8Array };

const NOTHING_SEEN = { frames: 0, segments: 0, findings: 0 };

function engineOf({ engine, fixtures, packed }: Job): Engine {
  if (engine === 'packed') {
    const seeds = loadPacked(packed);
    return (number) => {
      const file = makePacked(number, seeds);
      return { file, failure: examinePacked(file, new Random(number)), runs: 2, ...NOTHING_SEEN };
    };
  }
  const seeds = loadSeeds(fixtures);
  if (engine === 'files') return (number) => examineFiles(number, seeds);
  return (number) => {
    const made = makeCase(number, seeds);
    return { file: made.file, ...examine(made) };
  };
}

async function work(job: Job): Promise<void> {
  const { from, until, out, counters } = job;
  const engine = engineOf(job);
  for (let number = from; number < until; number++) {
    counters[CASE] = number;
    const examined = engine(number);
    const { failure, runs, frames, segments, findings, file } = examined instanceof Promise ? await examined : examined;
    counters[CASES]! += 1;
    counters[RUNS]! += runs;
    counters[FRAMES]! += frames;
    counters[SEGMENTS]! += segments;
    counters[FINDINGS]! += findings;
    if (failure !== null) {
      counters[FAILURES]! += 1;
      record(out, number, failure, file);
    }
  }
  counters[CASE] = until;
}

/** So many cases are kept of failures that read alike, numbers apart. */
const MOST_ALIKE = 10;
const alike = new Map<string, number>();

function record(out: string, number: number, failure: string, file: Uint8Array | null): void {
  const kind = failure
    .split('\n', 2)
    .join(' ')
    .replaceAll(/-?\d[\d.e-]*/g, 'N');
  const before = alike.get(kind) ?? 0;
  alike.set(kind, before + 1);
  if (before >= MOST_ALIKE) return;
  writeFileSync(join(out, `${number}.txt`), `case ${number}: ${failure}\n`);
  // Without a file: its number makes it again.
  if (file !== null) writeFileSync(join(out, `${number}.capture`), file);
  console.log(`case ${number}: ${failure.split('\n', 3).join('\n')}`);
}

function watch(): void {
  const { values } = parseArgs({
    options: {
      from: { type: 'string', default: '0' },
      count: { type: 'string', default: '1000000' },
      out: { type: 'string', default: 'tmp/fuzz' },
      fixtures: { type: 'string', default: 'fixtures' },
      packed: { type: 'string', default: 'test/sources/packed' },
      engine: { type: 'string', default: 'captures' },
    },
  });
  const { out, fixtures, packed, engine } = values;
  const until = Number(values.from) + Number(values.count);
  mkdirSync(out, { recursive: true });
  const counters = new Float64Array(new SharedArrayBuffer(8 * COUNTERS));
  const startedAt = Date.now();
  let last = -1;
  let lastAt = startedAt;
  let worker = begin(Number(values.from));

  function begin(from: number): Worker {
    const job: Job = { from, until, out, fixtures, packed, engine, counters };
    const begun = new Worker(new URL(import.meta.url), {
      workerData: job,
      resourceLimits: { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 512 },
    });
    begun.on('error', (error) => goOn(`the thread ended: ${error.stack ?? error}`));
    return begun;
  }

  /** Past a case that ended or held up the thread. */
  function goOn(failure: string): void {
    const number = counters[CASE]!;
    counters[FAILURES]! += 1;
    record(out, number, failure, null);
    lastAt = Date.now();
    worker = begin(number + 1);
  }

  function tell(): void {
    const [, cases, runs, frames, segments, findings, failures] = counters;
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    const summary = { from: Number(values.from), cases, runs, frames, segments, findings, failures, seconds };
    writeFileSync(join(out, `progress-${values.from}.json`), `${JSON.stringify(summary)}\n`);
  }

  const timer = setInterval(() => {
    tell();
    if (counters[CASE] === until) {
      clearInterval(timer);
      console.log(readFileSync(join(out, `progress-${values.from}.json`), 'utf8').trim());
      return;
    }
    if (counters[CASE] !== last) {
      last = counters[CASE]!;
      lastAt = Date.now();
    } else if (Date.now() - lastAt > HANGS_SECONDS * 1000) {
      void worker.terminate();
      goOn(`hangs for ${HANGS_SECONDS} s`);
    }
  }, 2000);
}

if (isMainThread) watch();
else await work(workerData as Job);
