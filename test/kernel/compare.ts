import { readFileSync } from 'node:fs';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { ConnectionFacts, Side } from '../../lib/facts/connection.ts';
import type { Moment } from '../../lib/facts/moment.ts';
import type { PacketRow } from '../../lib/facts/packet-row.ts';
import type { VerdictKind } from '../../lib/facts/verdict.ts';
import type { Capture, ConnectionTruth, FrameTruth, Truth } from './truth.ts';
import { RECORDINGS } from './truth.ts';

/** A point where the analyzer and the kernel do not agree. */
export interface Difference {
  /** `client states`, `server times`, `retransmission missed`, `reordering extra`: what `limits.ts` refers to. */
  readonly about: string;
  /** Frames, or one per timeline. */
  readonly count: number;
  readonly text: string;
}

interface Change {
  readonly ns: number;
  readonly state: string;
}

const STATE_NAMES: { readonly [kernel: string]: string } = {
  SYN_RECV: 'SYN_RECEIVED',
  FIN_WAIT1: 'FIN_WAIT_1',
  FIN_WAIT2: 'FIN_WAIT_2',
};

const VERDICTS: readonly (readonly [VerdictKind, keyof FrameTruth])[] = [
  ['retransmission', 'retransmissions'],
  ['reordering', 'out_of_order'],
  ['duplicate', 'network_duplicates'],
  ['keep_alive', 'keepalive_probes'],
  ['zero_window_probe', 'window_probes'],
];

/** Begun by close(): its FIN waits behind unsent data, so that the segment may come later than the state. */
const WAITS_IN_THE_QUEUE = new Set(['FIN_WAIT_1', 'LAST_ACK']);

/** Beyond the path's own delays: what scheduling on the recording machine may cost. */
const SLACK_NS = 15e6;

export function differences(truth: Truth, capture: Capture): Difference[] {
  const connections: ConnectionFacts[] = [];
  const rows: PacketRow[] = [];
  const analyzer = new Analyzer({
    path: capture.file,
    onConnection: (facts) => connections.push(facts),
    onPacket: (row) => rows.push(row),
  });
  analyzer.write(readFileSync(new URL(capture.file, RECORDINGS)));
  analyzer.end();
  return [...stateDifferences(truth, capture, connections, rows), ...verdictDifferences(truth, capture, rows)];
}

function stateDifferences(
  truth: Truth,
  capture: Capture,
  connections: ConnectionFacts[],
  rows: readonly PacketRow[],
): Difference[] {
  const { client_to_tap, tap_to_server } = truth.one_way_delay_s;
  const tolerance = 2 * (client_to_tap + tap_to_server) * 1e9 + SLACK_NS;
  const end = Math.max(...rows.map((row) => ns(row.time))) + tolerance;
  const ours = new Map<string, ConnectionFacts[]>();
  for (const facts of connections.sort((a, b) => a.firstFrame - b.firstFrame)) {
    const key = pairOf([facts.client.address, facts.client.port], [facts.server.address, facts.server.port]);
    ours.set(key, [...(ours.get(key) ?? []), facts]);
  }
  const out: Difference[] = [];
  for (const connection of truth.connections.filter((c) => isIn(c, capture, end))) {
    const facts = ours.get(pairOf(connection.client, connection.server))?.shift();
    for (const side of ['client', 'server'] as const) {
      if (connection.endpoints[side].timeline.length === 0) continue;
      const kernel = kernelChanges(connection, side);
      const own = facts === undefined ? [] : ownChanges(facts, connection, side);
      const [want, got] = comparable(kernel, own, capture.started_ns, end);
      const states = (changes: readonly Change[]) => changes.map((change) => change.state).join(' ');
      if (states(want) !== states(got)) {
        const text = `connection ${truth.connections.indexOf(connection)}\n  kernel ${states(want)}\n  ours   ${states(got)}`;
        out.push({ about: `${side} states`, count: 1, text });
        continue;
      }
      const late = want.filter((change, at) => {
        const off = (got[at] as Change).ns - change.ns;
        return off < -tolerance || (off > tolerance && !WAITS_IN_THE_QUEUE.has(change.state));
      });
      if (late.length > 0) {
        const off = want.map(
          (change, at) => `${change.state} ${(((got[at] as Change).ns - change.ns) / 1e6).toFixed(1)} ms`,
        );
        out.push({ about: `${side} times`, count: late.length, text: off.join(', ') });
      }
    }
  }
  return out;
}

/** A connection that ended before the capture began, or began after its last packet, is asked of nobody. */
function isIn(connection: ConnectionTruth, capture: Capture, end: number): boolean {
  const timelines = Object.values(connection.endpoints)
    .map((endpoint) => endpoint.timeline)
    .filter((timeline) => timeline.length > 0);
  const over = timelines.every((timeline) => {
    const last = timeline[timeline.length - 1];
    return last !== undefined && last[0] < capture.started_ns && (last[1] === 'CLOSED' || last[1] === 'TIME_WAIT');
  });
  return timelines.length > 0 && !over && !timelines.every((timeline) => (timeline[0]?.[0] ?? 0) > end);
}

function kernelChanges(connection: ConnectionTruth, side: Side): Change[] {
  return fold(
    connection.endpoints[side].timeline.map(([at, state]) => ({ ns: at, state: STATE_NAMES[state] ?? state })),
  );
}

/** Our changes of the endpoint that the kernel calls client or server; our roles may be the other way round. */
function ownChanges(facts: ConnectionFacts, connection: ConnectionTruth, side: Side): Change[] {
  const [address, port] = connection[side];
  const role: Side = facts.client.address === address && facts.client.port === port ? 'client' : 'server';
  return fold(
    facts.timeline
      .filter((change) => change.endpoint === role && change.state !== 'LISTEN' && change.state !== 'UNKNOWN')
      .map((change) => ({ ns: ns(change.time), state: change.state })),
  );
}

/** Both sequences without what the capture's bounds hide, and without the end of TIME_WAIT. */
function comparable(kernel: Change[], own: Change[], started: number, end: number): readonly [Change[], Change[]] {
  while (own[0]?.state === 'CLOSED' && kernel[0]?.state !== 'CLOSED') own.shift();
  while (kernel.length > 1 && (kernel[kernel.length - 1] as Change).ns > end) kernel.pop();
  while (own.length > 0 && (own[own.length - 1] as Change).ns > end) own.pop();
  for (const changes of [kernel, own]) {
    if (changes[changes.length - 1]?.state === 'CLOSED' && changes[changes.length - 2]?.state === 'TIME_WAIT')
      changes.pop();
  }
  if ((kernel[0] as Change).ns < started) {
    while (kernel.length > 1 && (kernel[1] as Change).ns < started) kernel.shift();
    if (own.length > 0 && own.length === kernel.length - 1) kernel.shift();
    else if (own.length > 0) kernel[0] = { ns: (own[0] as Change).ns, state: (kernel[0] as Change).state };
  }
  return [kernel, own];
}

function fold(changes: readonly Change[]): Change[] {
  return changes.filter((change, at) => at === 0 || change.state !== changes[at - 1]?.state);
}

/** Per frame, the verdicts that are right: more than one for a retransmission that was overtaken on its way. */
function rightVerdicts(truth: Truth, file: string): Map<number, Set<VerdictKind | null>> {
  const frames = truth.frames[file] as FrameTruth;
  const right = new Map<number, Set<VerdictKind | null>>();
  const allow = (list: readonly number[], kind: VerdictKind | null) => {
    for (const frame of list) right.set(frame, (right.get(frame) ?? new Set()).add(kind));
  };
  for (const [kind, field] of VERDICTS) allow(frames[field] as readonly number[], kind);
  // Its original passed elsewhere and it leaves no hole: to this tap it is a first transmission.
  allow(frames.retransmissions_not_visible_in_sequence_numbers, null);
  return right;
}

/** Retransmissions that brought something the other end did not have: none of them may be called spurious. */
function neededRetransmissions(truth: Truth, file: string): Set<number> {
  const events = [
    ...truth.connections.flatMap((c) => c.retransmissions),
    ...(truth.retransmissions_without_connection ?? []),
  ];
  return new Set(
    events.filter((event) => event.arrived && !event.spurious).flatMap((event) => event.frames[file] ?? []),
  );
}

function verdictDifferences(truth: Truth, capture: Capture, rows: readonly PacketRow[]): Difference[] {
  const right = rightVerdicts(truth, capture.file);
  const needed = neededRetransmissions(truth, capture.file);
  const wrong = new Map<string, number[]>();
  const note = (about: string, frame: number) => wrong.set(about, [...(wrong.get(about) ?? []), frame]);
  for (const row of rows) {
    const kind = row.verdict?.kind ?? null;
    const kinds = right.get(row.frame) ?? new Set([null]);
    if (row.verdict?.spurious === true && needed.has(row.frame)) note('spurious extra', row.frame);
    if (kinds.has(kind)) continue;
    if (kind !== null) note(`${kind} extra`, row.frame);
    const [wanted] = [...kinds].filter((one) => one !== null);
    if (wanted !== undefined) note(`${wanted} missed`, row.frame);
  }
  return [...wrong].map(([about, list]) => ({ about, count: list.length, text: `frames ${list.join(' ')}` }));
}

function ns(moment: Moment): number {
  return moment.seconds * 1e9 + moment.nanos;
}

function pairOf(one: readonly [string, number], other: readonly [string, number]): string {
  return [one.join(' '), other.join(' ')].sort().join(' - ');
}
