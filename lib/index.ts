/**
 * tcplint as a library: analyze a packet capture, follow its TCP connections, and judge them with the built-in rules or
 * your own.
 *
 *     import { analyze } from 'tcplint';
 *     const { findings, connections } = await analyze('incident.pcapng');
 *
 * Everything but reading files by path is free of I/O and of Node: `Analyzer` takes bytes and gives facts.
 */
import { UNKNOWN_FORMAT } from './capture/info.ts';
import { compareResults, USUAL_RATE } from './compare/results/compare.ts';
import { Analyzer } from './engine/analyzer.ts';
import type { Read } from './engine/sources/trace.ts';
import type { CaptureFacts } from './facts/capture.ts';
import type { Comparison } from './facts/comparison.ts';
import type { ConnectionFacts } from './facts/connection.ts';
import type { Moment } from './facts/moment.ts';
import type { PacketRow } from './facts/packet-row.ts';
import type { Report } from './facts/report.ts';
import type { ServiceRow } from './facts/services.ts';
import type { SocketTable } from './facts/sockets.ts';
import type { StreamConnection, StreamEvent, StreamOptions } from './facts/stream.ts';
import { type LintConfig, resolveConfig } from './lint/config.ts';
import { Expecting } from './lint/expect.ts';
import { nameOf } from './lint/names.ts';
import { parseConfig } from './lint/parse.ts';
import { createLinter } from './lint/runtime.ts';
import { makeReport } from './report/make-report.ts';
import { RULES } from './rules/index.ts';
import type { Rule } from './rules/rule.ts';
import { ServiceRows } from './traffic/service-rows.ts';
import { Sockets } from './traffic/sockets.ts';

/**
 * Where a capture comes from: the path of a file (compressed ones are unpacked; Node only), its bytes, or its bytes in
 * pieces of any size. Bytes are a capture file's own: pcap or pcapng, not compressed.
 */
export type Source = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

export interface AnalyzeOptions {
  /** Rules, names, expectations... as in `tcplint.config.json` (but for `hostsFile`: see `parseHosts`). Mistakes throw. */
  readonly config?: LintConfig;
  /** Listen to comments in the capture (pcapng) that take findings back: `tcplint-ignore RULE: REASON`. Default false. */
  readonly allowInline?: boolean;
  /** Rules of your own, made with `defineRule`; their ids may stand in `config` too. */
  readonly rules?: readonly Rule[];
  /** Name of the capture in the result; the path, or `capture` where there is none. */
  readonly name?: string;
  /** How long hosts hold TIME_WAIT, seconds. Default 60, as Linux does. */
  readonly timeWaitSeconds?: number;
  /** What may be remembered of connections, bytes; beyond, old ones are forgotten, and `capture.forgotten` tells. Default: 3 GiB. */
  readonly maxMemory?: number;
  /** When the capture ended, where that was later than its last packet: waiting states are measured up to there. */
  readonly captureEnd?: Moment;
  /** False leaves `connections` empty, which saves memory on large captures, and all that is made of them. Default true. */
  readonly keepConnections?: boolean;
  /** Called for every TCP segment in capture order. */
  readonly onPacket?: (row: PacketRow) => void;
  /** Called for every connection when it has ended. */
  readonly onConnection?: (facts: ConnectionFacts) => void;
  /** Compute Wireshark's labels (`analysis` of packets, `completeness`) and Zeek's conn_state and history. */
  readonly labels?: boolean;
}

/** What `lint --format json` prints (times are `Moment`s here), and the facts of every connection. */
export interface Analysis extends Report {
  readonly capture: CaptureFacts;
  readonly connections: readonly ConnectionFacts[];
}

/** The file cannot be read, its bytes are no capture, or the configuration is wrong. The message is one line. */
export class AnalysisError extends Error {}

/** What the sources say of a file that cannot be read, in this library's one kind of error; anything else as it is. */
function readingFailed(error: unknown): never {
  throw error instanceof Error && error.name === 'InputError'
    ? new AnalysisError(error.message, { cause: error })
    : error;
}

/**
 * Analyzes one capture whole. A damaged capture is analyzed up to the damage, which is a finding; what is no capture at
 * all, or cannot be read, throws.
 */
export async function analyze(source: Source, options: AnalyzeOptions = {}): Promise<Analysis> {
  const rules = [...RULES, ...(options.rules ?? [])];
  const { config, problems } = parseConfig(options.config ?? {}, rules);
  if (problems.length > 0) {
    throw new AnalysisError(problems.join('; '));
  }
  const name = options.name ?? (typeof source === 'string' ? source : 'capture');
  const nameOfAny = nameOf(config.names ?? {});
  const origin = {
    path: name,
    get start(): Moment | null {
      return analyzer.start;
    },
    nameOf: (address: string, port: number) => nameOfAny(address, port, analyzer.names.get(address)),
  };
  const expecting = (config.expect ?? []).map((each) => new Expecting(each, origin));
  const { allowInline = false, keepConnections = true } = options;
  const linter = createLinter(resolveConfig(config, rules), { origin, allowInline, keepFound: expecting.length > 0 });
  const connections: ConnectionFacts[] = [];
  const wanted = keepConnections || options.onConnection !== undefined || expecting.length > 0;
  const analyzer: Analyzer = new Analyzer({
    path: name,
    labels: options.labels ?? false,
    zeek: options.labels ?? false,
    ...(options.timeWaitSeconds === undefined ? {} : { timeWaitSeconds: options.timeWaitSeconds }),
    ...(options.captureEnd === undefined ? {} : { captureEnd: options.captureEnd }),
    ...(options.maxMemory === undefined ? {} : { maxMemory: options.maxMemory }),
    ...(options.onPacket === undefined ? {} : { onPacket: options.onPacket }),
    ...(wanted ? {} : { wake: linter.wake, lends: options.rules === undefined }),
    ...(linter.comparesPayload ? { payload: {} } : {}),
    onComment: linter.comment,
    nameOf: nameOfAny,
    onConnection(facts) {
      for (const each of expecting) {
        each.connection(facts);
      }
      linter.connection(facts);
      options.onConnection?.(facts);
      if (keepConnections) {
        connections.push(facts);
      }
    },
  });
  const capture = typeof source === 'string' ? await fromFile(source, analyzer) : await fromBytes(source, analyzer);
  if (capture.format === UNKNOWN_FORMAT) {
    const [trouble] = capture.problems;
    throw new AnalysisError(`${name}: ${trouble?.reason ?? 'not a capture'} (offset ${trouble?.offset ?? 0})`);
  }
  const judged = linter.finish(capture);
  const unmet = expecting.flatMap((each) => each.conclude(capture, judged.findings, judged.found) ?? []);
  const findings = [...unmet, ...judged.findings];
  return { ...makeReport([{ ...judged, capture, findings }], []), capture, connections };
}

/** What `tcplint services` prints: a row per server address and port, worst first. */
export function services({ capture, connections, findings }: Analysis): ServiceRow[] {
  const rows = new ServiceRows();
  for (const facts of connections) {
    rows.add(facts);
  }
  return rows.rows(findings, capture.traffic.services);
}

export interface SocketsOptions {
  /** When; the end of the capture by default. */
  readonly at?: Moment;
  /** Addresses of the host; by default the host that had the most sockets then. */
  readonly hosts?: readonly string[];
  /** As it was analyzed with. Default 60. */
  readonly timeWaitSeconds?: number;
}

/** What `tcplint netstat` prints: the table of sockets that a host would have shown. Null for a capture without packets. */
export function sockets({ capture, connections }: Analysis, options: SocketsOptions = {}): SocketTable | null {
  const at = options.at ?? capture.end;
  if (at === null) {
    return null;
  }
  const live = new Sockets(options.at ?? null, options.timeWaitSeconds ?? 60);
  for (const facts of connections) {
    live.add(facts);
  }
  const known = live.busiest();
  const hosts = options.hosts ?? known.slice(0, 1);
  return { hosts, chosenOf: options.hosts === undefined ? known.length : null, at, sockets: live.rows(hosts, at) };
}

/** What `tcplint compare` prints. `chance`: of what is called better or worse, so much may be chance; default 0.05. */
export function compare(before: Analysis, after: Analysis, chance: number = USUAL_RATE): Comparison {
  const [one, other] = [before, after].map((analysis) => ({
    ...analysis,
    connections: analysis.connections.length,
    services: services(analysis),
  }));
  return compareResults(one!, other!, chance);
}

export interface StreamsOptions extends StreamOptions {
  /** Which connections are meant, asked when the first payload of one comes. Default all. */
  readonly wants?: (of: StreamConnection) => boolean;
}

/** Bytes that are analyzed before their events are handed on. */
const STEP_BYTES = 65_536;

/**
 * What connections carried, in order, as it comes: bytes of each direction with time and frame, holes with their cause,
 * and ends. The capture is read on only when the events so far have been taken. Ends with the facts of the capture.
 *
 *     for await (const event of streams('incident.pcapng', { wants: ({ server }) => server.port === 8080 })) {
 *       if (event.kind === 'bytes') parser.write(event.of.connection, event.from, event.bytes);
 *     }
 */
export async function* streams(
  source: Source,
  options: StreamsOptions = {},
): AsyncGenerator<StreamEvent, CaptureFacts> {
  const ready: StreamEvent[] = [];
  const analyzer = new Analyzer({ wake: 0, payload: { ...options, onEvent: (event) => ready.push(event) } });
  let read: Read = { compression: null, problem: null };
  const ended = (told: Read): void => {
    read = told;
  };
  try {
    for await (const piece of await piecesOf(source, ended)) {
      for (let at = 0; at < piece.length; at += STEP_BYTES) {
        analyzer.write(piece.subarray(at, at + STEP_BYTES));
        yield* ready.splice(0);
      }
    }
  } catch (error) {
    readingFailed(error);
  }
  const capture = analyzer.end();
  if (capture.format === UNKNOWN_FORMAT) {
    const [trouble] = capture.problems;
    throw new AnalysisError(`${trouble?.reason ?? 'not a capture'} (offset ${trouble?.offset ?? 0})`);
  }
  yield* ready;
  return withCompression(capture, read.compression, read.problem);
}

async function piecesOf(
  source: Source,
  ended: (read: Read) => void,
): Promise<Iterable<Uint8Array> | AsyncIterable<Uint8Array>> {
  if (typeof source === 'string') {
    const { pieces } = await import('./engine/sources/pieces.ts');
    return pieces(source, ended);
  }
  return source instanceof Uint8Array ? [source] : source;
}

async function fromFile(path: string, analyzer: Analyzer): Promise<CaptureFacts> {
  const { feed } = await import('./engine/sources/feed.ts');
  let facts: CaptureFacts | null = null;
  const { compression, problem } = await feed(path, {
    write: (chunk) => analyzer.write(chunk),
    end() {
      facts = analyzer.end();
    },
  }).catch(readingFailed);
  return withCompression(facts!, compression, problem);
}

async function fromBytes(
  source: Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  analyzer: Analyzer,
): Promise<CaptureFacts> {
  if (source instanceof Uint8Array) {
    analyzer.write(source);
  } else {
    for await (const chunk of source) {
      analyzer.write(chunk);
    }
  }
  return analyzer.end();
}

function withCompression(
  facts: CaptureFacts,
  compression: CaptureFacts['compression'],
  problem: CaptureFacts['problems'][number] | null,
): CaptureFacts {
  return { ...facts, compression, problems: problem === null ? facts.problems : [...facts.problems, problem] };
}

export { Analyzer } from './engine/analyzer.ts';
export type { AnalyzerOptions, CaptureAnalyzer } from './engine/options.ts';
export type * from './facts/capture.ts';
export type * from './facts/comparison.ts';
export type * from './facts/connection.ts';
export type * from './facts/finding.ts';
export { after, epoch, isBefore, type Moment, secondsBetween } from './facts/moment.ts';
export * as notes from './facts/notes.ts';
export type { PacketRow } from './facts/packet-row.ts';
export { type Report, type RuleRun, SCHEMA_VERSION, type Summary } from './facts/report.ts';
export type { Family, Need, Preset, RuleMeta, RuleOption, RuleOptions, Severity, Unit } from './facts/rule.ts';
export type * from './facts/services.ts';
export type * from './facts/sockets.ts';
export { STATE_NAMES, type StateName } from './facts/state.ts';
export type * from './facts/stream.ts';
export type { Confidence, Verdict, VerdictHow, VerdictKind } from './facts/verdict.ts';
export { type LintConfig, type ResolvedConfig, type RuleSetting, resolveConfig } from './lint/config.ts';
export type { Expectation } from './lint/expect.ts';
export { parseHosts } from './lint/names.ts';
export type { Override } from './lint/overrides.ts';
export { parseConfig } from './lint/parse.ts';
export { type ExpectedFinding, type FiringCase, type SilentCase, testRule } from './lint/rule-tester.ts';
export { createLinter, type Linter } from './lint/runtime.ts';
export { RULES } from './rules/index.ts';
export { type CaptureRule, type ConnectionRule, type Draft, defineRule, type Rule, type Watch } from './rules/rule.ts';
