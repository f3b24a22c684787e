import type { ConnectionFacts, EndpointFacts, Side } from '../../facts/connection.ts';
import type { Finding } from '../../facts/finding.ts';
import type { ConnectionPage, ConnectionRow, Incident, PlotFacts, PlotPoint, Series } from '../../facts/incident.ts';
import { lasting, type Moment, secondsBetween } from '../../facts/moment.ts';
import { STATE_NAMES, type StateName } from '../../facts/state.ts';
import { json, plain } from '../escape.ts';
import { verdictText } from '../packets/verdict-text.ts';
import { at } from '../phrases.ts';
import { inTurns } from './turns.ts';

/**
 * What the page's script reads: the incident as compact JSON, in columns. Every text in it has passed `plain`, and the script
 * shows it as text alone. Times are seconds since the capture's first packet, unless something else is said.
 */
export interface Payload {
  readonly length: number;
  readonly findings: readonly FindingPayload[];
  readonly activity: Incident['activity'];
  readonly table: TablePayload;
  /** Numbers of the connections that have a page, worst first. */
  readonly pages: readonly number[];
}

export interface FindingPayload {
  readonly id: number;
  readonly rule: string;
  readonly severity: Finding['severity'];
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly connections: readonly number[];
}

/** A column of the table per name, all of one length. */
export interface TablePayload {
  /** Connections in the capture, which may be more than the table has. */
  readonly total: number;
  readonly states: readonly StateName[];
  /** Addresses, with names where they are known; `client` and `server` point here. */
  readonly hosts: readonly string[];
  readonly columns: TableColumns;
}

export const TABLE_COLUMNS = [
  'connection',
  'stream',
  'client',
  'clientPort',
  'server',
  'serverPort',
  'start',
  'duration',
  'packets',
  'clientBytes',
  'serverBytes',
  'retransmissions',
  'handshake',
  'clientState',
  'serverState',
] as const;
export type TableColumns = { readonly [name in (typeof TABLE_COLUMNS)[number]]: readonly (number | null)[] };

/** One connection. Times since its first segment. */
export interface PagePayload {
  readonly connection: number;
  readonly start: number;
  readonly duration: number;
  /** Until when it was watched. */
  readonly until: number;
  readonly title: string;
  /** What it was, a line each. */
  readonly remarks: readonly string[];
  readonly ends: { readonly [side in Side]: EndPayload };
  readonly findings: readonly number[];
  readonly points: PointColumns;
  /** Segments in all, and those that no point stands for. */
  readonly segments: number;
  readonly leftOut: number;
  readonly rtt: { readonly [side in Side]: readonly [times: readonly number[], seconds: readonly number[]] };
  readonly throughput: { readonly [side in Side]: Series };
}

export interface EndPayload {
  readonly name: string;
  readonly spells: readonly SpellPayload[];
  readonly facts: Pick<
    EndpointFacts,
    | 'packets'
    | 'bytes'
    | 'uniqueBytes'
    | 'retransmissions'
    | 'spurious'
    | 'reordered'
    | 'duplicates'
    | 'mss'
    | 'windowScale'
    | 'maxWindow'
    | 'sackPermitted'
    | 'timestamps'
    | 'zeroWindowTime'
    | 'rtt'
    | 'limitedBy'
  >;
}

export interface SpellPayload {
  readonly state: StateName;
  readonly start: number;
  /** Null: still so when the capture ended. */
  readonly end: number | null;
  readonly frame: number | null;
  readonly cause: string;
  readonly inferred: boolean;
}

/** Points in columns. `frame`, `time` (microseconds), `seq`, `ack` and `window` are differences from the point before of the same sender. */
export interface PointColumns {
  /** Bits: 1 from the server, 2 acknowledges, 4 tells its window. */
  readonly kind: readonly number[];
  readonly flags: readonly number[];
  readonly frame: readonly number[];
  readonly time: readonly number[];
  readonly seq: readonly number[];
  readonly length: readonly number[];
  readonly ack: readonly number[];
  readonly window: readonly number[];
  readonly flight: readonly number[];
  /** The few that have more to say: index, then what it is. */
  readonly verdicts: readonly (readonly [at: number, mark: string, text: string])[];
  readonly sacks: readonly (readonly number[])[];
  readonly stands: readonly (readonly [at: number, segments: number])[];
}

export const FROM_SERVER = 1;
export const ACKS = 2;
export const TELLS_WINDOW = 4;

/** JSON for a script element: whatever a capture holds, no element ends or begins in it. */
export function embedded(value: unknown): string {
  return json(value).replace(/</g, '\\u003c');
}

export function payloadOf(incident: Incident): Payload {
  const { report, activity, connections, pages } = incident;
  const capture = report.captures[0]!;
  const origin = capture.start ?? { seconds: 0, nanos: 0 };
  return {
    length: micro(capture.end === null ? 0 : secondsBetween(origin, capture.end)),
    findings: report.findings.map((finding) => ({
      id: finding.id,
      rule: finding.rule,
      severity: finding.severity,
      message: plain(finding.message),
      start: micro(secondsBetween(origin, finding.start)),
      end: micro(secondsBetween(origin, finding.end)),
      connections: finding.connections,
    })),
    activity,
    table: { total: capture.connections, ...tableOf(connections) },
    pages: worstFirst(report.findings, pages).map(({ facts }) => facts.connection),
  };
}

/** Pages in the order of the findings that they have; those without one last. */
export function worstFirst(findings: readonly Finding[], pages: readonly ConnectionPage[]): ConnectionPage[] {
  const order = new Map([...inTurns(findings)].map((connection, at) => [connection, at]));
  const rank = ({ facts }: ConnectionPage): number => order.get(facts.connection) ?? order.size;
  return pages.toSorted((a, b) => rank(a) - rank(b) || a.facts.connection - b.facts.connection);
}

function tableOf(rows: readonly ConnectionRow[]): Omit<TablePayload, 'total'> {
  const hosts = new Map<string, number>();
  const value = (row: ConnectionRow, name: (typeof TABLE_COLUMNS)[number]): number | null => {
    const cell = row[name];
    if (typeof cell !== 'string') {
      return cell === null || Number.isInteger(cell) ? cell : micro(cell);
    }
    if (name === 'clientState' || name === 'serverState') {
      return STATE_NAMES.indexOf(cell as StateName);
    }
    const index = hosts.get(cell) ?? hosts.size;
    hosts.set(cell, index);
    return index;
  };
  const columns = Object.fromEntries(
    TABLE_COLUMNS.map((name) => [name, rows.map((row) => value(row, name))]),
  ) as unknown as TableColumns;
  return { states: STATE_NAMES, hosts: [...hosts.keys()].map(plain), columns };
}

export function pagePayload({ facts, plot }: ConnectionPage, { report }: Incident): PagePayload {
  const origin = report.captures[0]!.start ?? facts.start;
  const duration = micro(lasting(facts.start, facts.end));
  return {
    connection: facts.connection,
    start: micro(secondsBetween(origin, facts.start)),
    duration,
    until: micro(duration + facts.watchedAfter),
    title: `${endName(facts.client)} → ${endName(facts.server)}`,
    remarks: remarksOf(facts),
    ends: { client: endOf(facts, 'client'), server: endOf(facts, 'server') },
    findings: report.findings.filter(({ connections }) => connections.includes(facts.connection)).map(({ id }) => id),
    points: columnsOf(plot.points),
    segments: plot.segments,
    leftOut: plot.leftOut,
    rtt: { client: rttOf(plot, 'client'), server: rttOf(plot, 'server') },
    throughput: plot.throughput,
  };
}

export function endName(end: EndpointFacts): string {
  return plain(at(end));
}

const VANTAGES = {
  client: 'captured at the client',
  server: 'captured at the server',
  middle: 'captured between the two',
  unknown: '',
} as const;

/** Short remarks on the whole connection. */
export function remarksOf(facts: ConnectionFacts): string[] {
  const streams = facts.streams.length > 1 ? 'streams' : 'stream';
  const closers = { client: 'closed by the client', server: 'closed by the server', both: 'closed by both at once' };
  const ending = {
    fin: facts.closedBy === null ? '' : closers[facts.closedBy],
    reset: facts.closedBy === null ? 'reset' : `reset by the ${facts.closedBy}`,
    open: 'neither closed nor reset',
  };
  return [
    `${streams} ${facts.streams.join(', ')}`,
    ...(facts.tunnel === null ? [] : [plain(facts.tunnel)]),
    facts.roleConfidence === 'guessed' ? 'the handshake is not in the capture, roles are guessed' : '',
    ending[facts.closeKind],
    VANTAGES[facts.vantage],
  ].filter((text) => text !== '');
}

function endOf(facts: ConnectionFacts, side: Side): EndPayload {
  const end = facts[side];
  const since = (moment: Moment): number => micro(secondsBetween(facts.start, moment));
  const changes = facts.timeline.filter(({ endpoint }) => endpoint === side);
  return {
    name: endName(end),
    spells: end.spells.map((spell, i) => ({
      state: spell.state,
      start: since(spell.start),
      end: spell.end === null ? null : since(spell.end),
      frame: spell.frame,
      cause: changes[i]?.cause ?? '',
      inferred: changes[i]?.certainty === 'inferred',
    })),
    facts: {
      packets: end.packets,
      bytes: end.bytes,
      uniqueBytes: end.uniqueBytes,
      retransmissions: end.retransmissions,
      spurious: end.spurious,
      reordered: end.reordered,
      duplicates: end.duplicates,
      mss: end.mss,
      windowScale: end.windowScale,
      maxWindow: end.maxWindow,
      sackPermitted: end.sackPermitted,
      timestamps: end.timestamps,
      zeroWindowTime: end.zeroWindowTime,
      rtt: end.rtt,
      limitedBy: end.limitedBy,
    },
  };
}

function rttOf(plot: PlotFacts, side: Side): readonly [number[], number[]] {
  const samples = plot.rtt[side];
  return [samples.map(({ time }) => micro(time)), samples.map(({ seconds }) => micro(seconds))];
}

function columnsOf(points: readonly PlotPoint[]): PointColumns {
  const before = {
    client: { frame: 0, time: 0, seq: 0, ack: 0, window: 0 },
    server: { frame: 0, time: 0, seq: 0, ack: 0, window: 0 },
  };
  const difference = (point: PlotPoint, name: keyof (typeof before)['client'], value: number): number => {
    const last = before[point.from];
    const step = value - last[name];
    last[name] = value;
    return step;
  };
  const column = (value: (point: PlotPoint) => number): number[] => points.map(value);
  const few = <T>(pick: (point: PlotPoint, at: number) => T | null): T[] =>
    points.map(pick).filter((picked): picked is Awaited<T> & T => picked !== null);
  return {
    kind: column(
      ({ from, ack, window }) =>
        (from === 'server' ? FROM_SERVER : 0) | (ack === null ? 0 : ACKS) | (window === null ? 0 : TELLS_WINDOW),
    ),
    flags: column(({ flags }) => flags),
    frame: column((point) => difference(point, 'frame', point.frame)),
    time: column((point) => difference(point, 'time', Math.round(point.time * 1e6))),
    seq: column((point) => difference(point, 'seq', point.seq)),
    length: column(({ length }) => length),
    ack: column((point) => (point.ack === null ? 0 : difference(point, 'ack', point.ack))),
    window: column((point) => (point.window === null ? 0 : difference(point, 'window', point.window))),
    flight: column(({ flight, length }) => (length === 0 ? 0 : flight)),
    verdicts: few(({ verdict }, at) =>
      verdict === null
        ? null
        : ([at, verdict.spurious === true ? 'spurious' : verdict.kind, verdictText(verdict)] as const),
    ),
    sacks: few(({ sack }, at) => (sack === null ? null : [at, ...sack])),
    stands: few(({ stands }, at) => (stands === 1 ? null : ([at, stands] as const))),
  };
}

/** To the microsecond. */
function micro(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
