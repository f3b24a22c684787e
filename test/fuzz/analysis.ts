import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { CaptureFacts } from '../../lib/facts/capture.ts';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import type { Finding } from '../../lib/facts/finding.ts';
import type { PacketRow } from '../../lib/facts/packet-row.ts';
import type { Report } from '../../lib/facts/report.ts';
import type { StreamEvent } from '../../lib/facts/stream.ts';
import { resolveConfig } from '../../lib/lint/config.ts';
import { LiveLinter } from '../../lib/lint/live.ts';
import { createLinter, type Judgement, type Linter } from '../../lib/lint/runtime.ts';
import { makeReport } from '../../lib/report/make-report.ts';
import { RULES } from '../../lib/rules/index.ts';

const RESOLVED = resolveConfig({ extends: 'postmortem' }, RULES);
/** Resolved once, not for every linter. */
const CONFIG = { ...RESOLVED, activeWith: () => RESOLVED.active };

/** With comments of the capture taking findings back. */
export const judge = (): Linter => createLinter(CONFIG, { allowInline: true });

/** Bytes between two snapshots. */
const ASK_EVERY = 100;
/** So little that streams wait in vain. */
const STREAM_BYTES = 2000;
const ALL_BYTES = 5000;

/**
 * The ways that a capture can be read: telling everything (facts, rows, the words of other tools); the same, and what the
 * connections carry; as `lint` does, with copies of payload compared, or without, when connections rest while they can.
 */
export const WAYS = ['all', 'streams', 'payload', 'findings', 'findings', 'findings'] as const;
export type Way = (typeof WAYS)[number];

/** What one run told. A class: getters of a literal would hold its whole analyzer until all memory is searched. */
export class Run {
  readonly capture: CaptureFacts;
  readonly connections: readonly ConnectionFacts[];
  readonly rows: readonly PacketRow[];
  readonly streams: readonly StreamEvent[];
  readonly judgement: Judgement;

  constructor(
    capture: CaptureFacts,
    connections: readonly ConnectionFacts[],
    rows: readonly PacketRow[],
    streams: readonly StreamEvent[],
    judgement: Judgement,
  ) {
    this.capture = capture;
    this.connections = connections;
    this.rows = rows;
    this.streams = streams;
    this.judgement = judgement;
  }

  get findings(): readonly Finding[] {
    return this.judgement.findings;
  }

  get report(): Report {
    return makeReport([{ capture: this.capture, ...this.judgement }], []);
  }

  /** Everything it told, to compare. */
  get text(): string {
    const { capture, connections, rows, streams, judgement } = this;
    const { findings, suppressions, suppressionProblems } = judgement;
    return JSON.stringify([capture, connections, rows, streams, findings, suppressions, suppressionProblems]);
  }
}

/** `snapshots`: the analyzer is asked now and then, as somebody watching a live capture would. */
export function run(file: Uint8Array, way: Way, chunkBytes = file.length, snapshots = false): Run {
  const linter = judge();
  const connections: ConnectionFacts[] = [];
  const rows: PacketRow[] = [];
  const streams: StreamEvent[] = [];
  const words = { onPacket: (row: PacketRow) => rows.push(row), labels: true, zeek: true, metrics: true };
  const onEvent = (event: StreamEvent): void => {
    streams.push(event);
  };
  const asked = {
    all: words,
    streams: {
      ...words,
      payload: { onEvent, segments: true, maxStreamBytes: STREAM_BYTES, maxBytes: ALL_BYTES },
    },
    payload: { wake: linter.wake, payload: {} },
    findings: { wake: linter.wake },
  };
  const analyzer = new Analyzer({
    path: 'case',
    onConnection(facts) {
      connections.push(facts);
      linter.connection(facts);
    },
    onComment: linter.comment,
    ...asked[way],
  });
  const live = snapshots ? new LiveLinter(linter) : null;
  feed(file, analyzer, chunkBytes, () => live?.step((tell) => analyzer.snapshot(tell)));
  const capture = analyzer.end();
  return new Run(capture, connections, rows, streams, linter.finish(capture));
}

/** Writes a file in chunks, all in one buffer: what is still looked at when its time is over is garbage. */
export function feed(
  file: Uint8Array,
  sink: { write(chunk: Uint8Array): void },
  chunkBytes: number,
  between: () => void = () => {},
): void {
  if (chunkBytes >= file.length) {
    sink.write(file);
    between();
    return;
  }
  const buffer = new Uint8Array(chunkBytes);
  let asked = 0;
  for (let at = 0; at < file.length; at += chunkBytes) {
    const chunk = file.subarray(at, at + chunkBytes);
    buffer.fill(0xee);
    buffer.set(chunk);
    sink.write(chunk.length === chunkBytes ? buffer : buffer.subarray(0, chunk.length));
    if (at - asked >= ASK_EVERY) {
      asked = at;
      between();
    }
  }
}
