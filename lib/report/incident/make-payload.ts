import type { ConnectionFacts, Side } from '../../facts/connection.ts';
import type { ConnectionPage, ConnectionRow, Incident, PlotFacts, PlotPoint } from '../../facts/incident.ts';
import { lasting, type Moment, secondsBetween } from '../../facts/moment.ts';
import { STATE_NAMES, type StateName } from '../../facts/state.ts';
import { json, plain } from '../escape.ts';
import { verdictText } from '../packets/verdict-text.ts';
import {
  ACKS,
  type EndPayload,
  FROM_SERVER,
  type PagePayload,
  type Payload,
  type PointColumns,
  TABLE_COLUMNS,
  type TableColumns,
  type TablePayload,
  TELLS_WINDOW,
} from './payload.ts';
import { endName, remarksOf } from './remarks.ts';
import { worstFirst } from './turns.ts';

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
