import { getHeapStatistics } from 'node:v8';
import { Frame } from '../../lib/capture/frame.ts';
import { UNKNOWN_FORMAT } from '../../lib/capture/info.ts';
import { createReader } from '../../lib/capture/open.ts';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import type { Finding } from '../../lib/facts/finding.ts';
import type { PacketRow } from '../../lib/facts/packet-row.ts';
import { resolveConfig } from '../../lib/lint/config.ts';
import { LiveLinter } from '../../lib/lint/live.ts';
import { createLinter } from '../../lib/lint/runtime.ts';
import { trace } from '../../lib/packet/trace.ts';
import { makeReport } from '../../lib/report/make-report.ts';
import { Copier } from '../../lib/rewrite/copy.ts';
import { EvidenceFinder } from '../../lib/rewrite/evidence.ts';
import { findingComments } from '../../lib/rewrite/finding-comments.ts';
import { RULES } from '../../lib/rules/index.ts';
import type { Case } from './cases.ts';
import { hostileText } from './hostile.ts';
import { judgeOutputs, type Told } from './outputs.ts';
import type { Random } from './random.ts';

const RESOLVED = resolveConfig({ extends: 'postmortem' }, RULES);
/** Resolved once, not for every linter. */
const CONFIG = { ...RESOLVED, activeWith: () => RESOLVED.active };

/** More than this for one case is not what its bytes are worth. */
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_MS = 500;
/** Bytes between two snapshots. */
const ASK_EVERY = 100;

/** What was wrong with the analysis of a case, null when nothing was; and how often the analyzer ran. */
export interface Outcome {
  readonly failure: string | null;
  readonly runs: number;
  readonly frames: number;
  readonly segments: number;
  readonly findings: number;
}

interface Run extends Told {
  readonly findings: readonly Finding[];
  /** Everything it told, to compare. */
  readonly text: string;
}

/** Puts one case through the whole analyzer, and some (or if `thorough` all) through what else reads captures. Never throws. */
export function examine({ file, random }: Case, thorough = false): Outcome {
  let runs = 0;
  let told = null as Run | null;
  const oneIn = (times: number): boolean => thorough || random.oneIn(times);
  const all = random.oneIn(3);
  const analyse = (chunkBytes: number, snapshots = false): Run => {
    runs++;
    return run(file, all, chunkBytes, snapshots);
  };
  const failure = guarded(() => {
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
      if (user + system > MOST_MS * 1000) return `${(user + system) / 1000} ms of CPU for ${file.length} bytes`;
    }
    if (grown > MOST_BYTES) return `${grown} bytes for the ${file.length} of the case`;
    const implausible = judge(whole, file, all);
    if (implausible !== null) return implausible;
    if (oneIn(16)) {
      const chunkBytes = 1 + random.below(random.oneIn(2) ? 8 : file.length + 1);
      if (analyse(chunkBytes).text !== whole.text) return `chunks of ${chunkBytes} bytes change the result`;
    }
    if (oneIn(64)) {
      const asked = analyse(1 + random.below(thorough ? 8 : file.length + 1), true);
      if (asked.text !== whole.text) return 'a snapshot changes the result';
    }
    if (all && oneIn(64)) {
      const bad = judgeOutputs(renamed(whole, random));
      if (bad !== null) return bad;
    }
    return oneIn(64) && whole.capture.format !== UNKNOWN_FORMAT ? rewrite(whole, file, random) : null;
  });
  return {
    failure,
    runs,
    frames: told?.capture.packets ?? 0,
    segments: told?.capture.segments ?? 0,
    findings: told?.findings.length ?? 0,
  };
}

function guarded(check: () => string | null): string | null {
  try {
    return check();
  } catch (error) {
    return `throws ${(error as Error).stack ?? error}`;
  }
}

/**
 * `snapshots`: the analyzer is asked now and then, as somebody watching a live capture would. `all`: every fact, row and word of other tools; else what findings need and no more, which takes other ways.
 */
function run(file: Uint8Array, all: boolean, chunkBytes: number, snapshots: boolean): Run {
  const linter = createLinter(CONFIG);
  const connections: ConnectionFacts[] = [];
  const rows: PacketRow[] = [];
  const onConnection = (facts: ConnectionFacts): void => {
    connections.push(facts);
    linter.connection(facts);
  };
  const analyzer = new Analyzer({
    path: 'case',
    onConnection,
    ...(all
      ? { onPacket: (row: PacketRow) => rows.push(row), labels: true, zeek: true, metrics: true }
      : { wake: linter.wake }),
  });
  const live = new LiveLinter(() => createLinter(CONFIG));
  const ask = (): void => {
    if (snapshots) live.step(analyzer.snapshot((facts) => live.connection(facts)));
  };
  if (chunkBytes >= file.length) {
    analyzer.write(file);
    ask();
  } else {
    // One buffer for all: what is still looked at when its time is over is garbage.
    const buffer = new Uint8Array(chunkBytes);
    let asked = 0;
    for (let at = 0; at < file.length; at += chunkBytes) {
      const chunk = file.subarray(at, at + chunkBytes);
      buffer.fill(0xee);
      buffer.set(chunk);
      analyzer.write(chunk.length === chunkBytes ? buffer : buffer.subarray(0, chunk.length));
      if (at - asked >= ASK_EVERY) {
        asked = at;
        ask();
      }
    }
  }
  const capture = analyzer.end();
  const result = linter.finish(capture);
  return {
    get report() {
      return makeReport([{ capture, ...result }], []);
    },
    capture,
    findings: result.findings,
    connections,
    rows,
    get text() {
      return JSON.stringify([capture, connections, rows, result.findings]);
    },
  };
}

/** What must hold whatever the capture. */
function judge({ capture, connections, rows, findings }: Run, file: Uint8Array, all: boolean): string | null {
  if (capture.packets > file.length / 12) return `${capture.packets} packets in ${file.length} bytes`;
  if (capture.segments > capture.packets) return 'more segments than packets';
  const seen = new Set(connections.map(({ connection }) => connection));
  // Where not all are wanted, one that left memory early is told again when a straggler comes.
  if (all && seen.size !== connections.length) return 'a connection is told twice';
  if ([...seen].some((number) => number < 0 || number >= capture.connections)) return 'a connection beyond the last';
  for (let i = 1; i < rows.length; i++) {
    if (rows[i]!.frame <= rows[i - 1]!.frame) return 'rows out of order';
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
  };
}

/** Not a secret one: cases must come out alike every time. */
function hash(input: Uint8Array): Uint8Array {
  const output = new Uint8Array(32);
  let state = 0x811c9dc5;
  for (const byte of input) state = Math.imul(state ^ byte, 0x01000193);
  for (let i = 0; i < 32; i++) {
    state = Math.imul(state ^ i, 0x01000193);
    output[i] = state >>> 24;
  }
  return output;
}

/** What writes captures: whatever it read, what it writes is whole and holds the same frames. */
function rewrite({ findings, capture }: Run, file: Uint8Array, random: Random): string | null {
  const meant = random.below(4);
  const finder = new EvidenceFinder(({ connection }) => connection % 4 === meant);
  finder.write(file);
  const frames = random.oneIn(2) ? finder.end() : undefined;
  const { byFrame, ofFile } = findingComments(findings);
  const parts: Uint8Array[] = [];
  const copier = new Copier((bytes) => parts.push(bytes.slice()), {
    format: 'pcapng',
    application: 'fuzz',
    ...(frames === undefined ? {} : { frames }),
    ...(random.oneIn(2) ? { comments: byFrame, fileComments: ofFile } : {}),
    ...(random.oneIn(2) ? { anonymize: hash } : {}),
  });
  copier.write(file);
  copier.end();
  const reader = createReader();
  const frame = new Frame();
  let count = 0;
  for (const part of parts) {
    reader.write(part);
    while (reader.next(frame)) {
      count++;
      trace(frame);
    }
  }
  reader.end();
  if (reader.info.problems.length > 0) return `the copy is damaged: ${reader.info.problems[0]!.reason}`;
  if (count !== copier.written) return `the copy holds ${count} frames of ${copier.written}`;
  if (frames === undefined && count > capture.packets) return `${count} frames were copied of ${capture.packets}`;
  return null;
}
