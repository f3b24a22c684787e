import { getHeapStatistics } from 'node:v8';
import { UNKNOWN_FORMAT } from '../../lib/capture/info.ts';
import { type Run, run, WAYS } from './analysis.ts';
import { explained, pictured, tapsCompared, whereAsked } from './asides.ts';
import type { Case } from './cases.ts';
import { hostileText } from './hostile.ts';
import { judgeOutputs, type Told } from './outputs.ts';
import type { Random } from './random.ts';
import { littleMemoryDiffers, roadsDiffer } from './roads.ts';
import { streamsHold } from './streams.ts';
import { rewritten } from './writers.ts';

/** More than this for one case is not what its bytes are worth. */
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_MS = 500;

/** What was wrong with the analysis of a case, null when nothing was; and how often the analyzer ran. */
export interface Outcome {
  readonly failure: string | null;
  readonly runs: number;
  readonly frames: number;
  readonly segments: number;
  readonly findings: number;
}

/** Puts one case through the whole analyzer, and some (or if `thorough` all) through what else reads captures. Never throws. */
export function examine({ file, random }: Case, thorough = false): Outcome {
  let runs = 0;
  let told = null as Run | null;
  const oneIn = (times: number): boolean => thorough || random.oneIn(times);
  const way = random.pick(WAYS);
  const analyse = (chunkBytes: number, snapshots = false): Run => {
    runs++;
    return run(file, way, chunkBytes, snapshots);
  };
  const checks = function* (): Generator<string | null> {
    const held = getHeapStatistics().external_memory;
    const startedAt = performance.now();
    const whole = analyse(file.length);
    told = whole;
    const grown = getHeapStatistics().external_memory - held;
    if (performance.now() - startedAt > MOST_MS) {
      // The machine may have been busy with something else.
      const cpu = process.cpuUsage();
      analyse(file.length);
      const { user, system } = process.cpuUsage(cpu);
      if (user + system > MOST_MS * 1000) yield `${(user + system) / 1000} ms of CPU for ${file.length} bytes`;
    }
    if (grown > MOST_BYTES) yield `${grown} bytes for the ${file.length} of the case`;
    yield plausible(whole, file, way === 'all' || way === 'streams');
    yield streamsHold(whole.streams);
    if (oneIn(16)) {
      const chunkBytes = 1 + random.below(random.oneIn(2) ? 8 : file.length + 1);
      if (analyse(chunkBytes).text !== whole.text) yield `chunks of ${chunkBytes} bytes change the result`;
    }
    if (oneIn(64)) {
      const asked = analyse(1 + random.below(thorough ? 8 : file.length + 1), true);
      if (asked.text !== whole.text) yield 'a snapshot changes the result';
    }
    runs += 3;
    yield roadsDiffer(file, random);
    if (oneIn(12)) {
      runs += 2;
      yield littleMemoryDiffers(file, random);
    }
    if (oneIn(200)) yield judgeOutputs(renamed(whole, random), () => oneIn(4));
    if (whole.capture.format === UNKNOWN_FORMAT) return;
    if (oneIn(64)) yield rewritten(whole, file, random);
    if (oneIn(64)) yield whereAsked(whole, random);
    if (oneIn(200)) yield explained(file, random, whole.capture.packets);
    if (oneIn(400)) yield pictured(whole, file);
    if (oneIn(200)) yield tapsCompared(file, random);
  };
  return {
    failure: firstOf(checks),
    runs,
    frames: told?.capture.packets ?? 0,
    segments: told?.capture.segments ?? 0,
    findings: told?.findings.length ?? 0,
  };
}

function firstOf(checks: () => Iterable<string | null>): string | null {
  try {
    for (const failure of checks()) if (failure !== null) return failure;
    return null;
  } catch (error) {
    return `throws ${(error as Error).stack ?? error}`;
  }
}

/** What must hold whatever the capture. */
function plausible({ capture, connections, rows, findings }: Run, file: Uint8Array, all: boolean): string | null {
  if (capture.packets > file.length / 12) return `${capture.packets} packets in ${file.length} bytes`;
  // One packet of several in a frame has at least a length and 16 bytes of TCP.
  if (capture.segments > capture.packets + file.length / 17)
    return `${capture.segments} segments in ${file.length} bytes`;
  const seen = new Set(connections.map(({ connection }) => connection));
  // Where not all are wanted, one that left memory early is told again when a straggler comes.
  if (all && seen.size !== connections.length) return 'a connection is told twice';
  if ([...seen].some((number) => number < 0 || number >= capture.connections)) return 'a connection beyond the last';
  for (let i = 1; i < rows.length; i++) {
    if (rows[i]!.frame < rows[i - 1]!.frame) return 'rows out of order';
  }
  for (const { message, rule, frames, start, end, impact } of findings) {
    if (/undefined|NaN|Infinity|null|\[object/.test(message)) return `${rule} says: ${message}`;
    if (frames.first > frames.last || frames.last > capture.packets + 1e6)
      return `${rule}: frames ${frames.first} to ${frames.last}`;
    if (!Number.isFinite(start.seconds + start.nanos + end.seconds + end.nanos)) return `${rule}: no time`;
    for (const [name, value] of Object.entries(impact)) {
      if (!(Number.isFinite(value) && value >= 0)) return `${rule}: ${name} ${value}`;
    }
  }
  return null;
}

/** The same told of hosts and files with hostile names. */
function renamed(told: Run, random: Random): Told {
  const name = hostileText(random);
  const path = hostileText(random);
  const findings = told.findings.map((finding) => ({
    ...finding,
    capture: path,
    message: `${name} ${finding.message}`,
    endpoints: finding.endpoints.map((endpoint) => ({ ...endpoint, name })),
  }));
  const capture = { ...told.capture, path };
  return {
    capture,
    report: { ...told.report, captures: [capture], findings },
    connections: told.connections.map((facts) => ({
      ...facts,
      tunnel: name,
      client: { ...facts.client, name },
      server: { ...facts.server, name: path },
    })),
    rows: told.rows,
    streams: told.streams,
  };
}
