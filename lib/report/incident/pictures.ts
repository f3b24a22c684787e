import type { Side } from '../../facts/connection.ts';
import type { ConnectionPage, Incident, PlotPoint, Series } from '../../facts/incident.ts';
import { lasting, secondsBetween } from '../../facts/moment.ts';
import type { Severity } from '../../facts/rule.ts';
import type { StateName } from '../../facts/state.ts';
import { bitRate } from '../../facts/wording.ts';
import { type BarPanel, drawPicture, type StepLine, type Strokes, type ValuePanel } from '../layout/picture.ts';
import { duration, grouped } from '../phrases.ts';
import { endName } from './remarks.ts';

/** Findings in the picture: the worst. */
const MOST_BARS = 16;

const DATA = '#2f6fb5';
const ACKNOWLEDGED = '#2a7d4f';
const WINDOW = '#c79a3a';
const SACK = '#8a5cb8';

const SEVERITIES: { readonly [severity in Severity]: string } = {
  error: '#f3b3ad',
  warning: '#f6d999',
  note: '#b9dbe6',
};

const STATES: { readonly [state in StateName]: string } = {
  CLOSED: '#e7eaed',
  LISTEN: '#e7eaed',
  SYN_SENT: '#cfe3f7',
  SYN_RECEIVED: '#cfe3f7',
  ESTABLISHED: '#cdebd6',
  FIN_WAIT_1: '#fbe6bf',
  FIN_WAIT_2: '#fbe6bf',
  CLOSE_WAIT: '#f8cdb4',
  CLOSING: '#fbe6bf',
  LAST_ACK: '#fbe6bf',
  TIME_WAIT: '#e1def0',
  UNKNOWN: '#e7eaed',
};

const MARKS: { readonly [mark: string]: string } = {
  retransmission: '#c62828',
  spurious: '#a3268f',
  reordering: '#d97b1e',
  duplicate: '#6b7680',
  keep_alive: '#00796b',
  zero_window_probe: '#7a4a2b',
};

/** The whole capture over time. */
export function activityPicture({ report, activity }: Incident): string {
  const capture = report.captures[0]!;
  const origin = capture.start ?? { seconds: 0, nanos: 0 };
  const length = capture.end === null ? 0 : secondsBetween(origin, capture.end);
  const worst = report.findings.slice(0, MOST_BARS);
  const findings: BarPanel = {
    kind: 'bars',
    title: 'Findings',
    rows: worst.map(() => ''),
    bars: worst.map(({ start, end, severity, rule }, row) => ({
      row,
      from: secondsBetween(origin, start),
      to: secondsBetween(origin, end),
      colour: SEVERITIES[severity],
      text: rule,
    })),
  };
  const rate = scaled(activity.bytes, 1 / activity.bytes.every);
  const states = [
    stepLine('half-open', DATA, activity.halfOpen),
    stepLine('CLOSE_WAIT', '#c25a00', activity.closeWait),
    stepLine('TIME_WAIT', '#7d6ba8', activity.timeWait),
  ];
  return drawPicture({
    title: 'The capture over time',
    from: 0,
    to: length,
    panels: [
      ...(worst.length === 0 ? [] : [findings]),
      values('Traffic', 110, bitRate, [stepLine(`payload per ${duration(activity.bytes.every)}`, DATA, rate)], []),
      values('Connections at a time', 110, whole, states, []),
    ],
  });
}

/** One connection: the states of both ends, and what the side that sent more sent. */
export function connectionPicture({ facts, plot }: ConnectionPage): string {
  const side: Side = facts.server.bytes > facts.client.bytes ? 'server' : 'client';
  const length = lasting(facts.start, facts.end);
  const lane = (end: Side, row: number): BarPanel['bars'] =>
    facts[end].spells.map((spell) => ({
      row,
      from: secondsBetween(facts.start, spell.start),
      to: spell.end === null ? length : secondsBetween(facts.start, spell.end),
      colour: STATES[spell.state],
      text: spell.state,
    }));
  return drawPicture({
    title: `Connection ${facts.connection}: ${endName(facts.client)} and ${endName(facts.server)}`,
    from: 0,
    to: length,
    panels: [
      {
        kind: 'bars',
        title: 'States of both ends',
        rows: ['client', 'server'],
        bars: [...lane('client', 0), ...lane('server', 1)],
      },
      sequencePanel(plot.points, side),
      values(
        'Throughput',
        80,
        bitRate,
        [stepLine('payload', DATA, scaled(plot.throughput[side], 1 / plot.throughput[side].every))],
        [],
      ),
    ],
  });
}

function sequencePanel(points: readonly PlotPoint[], side: Side): ValuePanel {
  const own = points.filter(({ from }) => from === side);
  const others = points.filter(({ from, ack }) => from !== side && ack !== null);
  const stroke = ({ time, seq, length }: PlotPoint): readonly [number, number, number] => [time, seq, seq + length];
  const markOf = ({ verdict }: PlotPoint): string | null =>
    verdict === null ? null : verdict.spurious === true ? 'spurious' : verdict.kind;
  const marks = [...new Set(own.map(markOf))].filter((mark) => mark !== null);
  const sacks = others.flatMap(({ time, sack }) =>
    (sack ?? []).flatMap((left, i, edges) => (i % 2 === 0 ? [[time, left, edges[i + 1]!] as const] : [])),
  );
  const strokes: Strokes[] = [
    {
      name: 'segments',
      colour: DATA,
      width: 1.5,
      strokes: own.filter((p) => p.verdict === null && p.length > 0).map(stroke),
    },
    ...(sacks.length === 0 ? [] : [{ name: 'SACK', colour: SACK, width: 1.2, strokes: sacks }]),
    ...marks.map((mark) => ({
      name: mark.replaceAll('_', ' '),
      colour: MARKS[mark]!,
      width: 2.5,
      strokes: own.filter((point) => markOf(point) === mark).map(stroke),
    })),
  ];
  const panel = values(
    `Sequence numbers of the ${side}`,
    260,
    grouped,
    [{ name: 'acknowledged', colour: ACKNOWLEDGED, points: others.map(({ time, ack }) => [time, ack!] as const) }],
    strokes,
  );
  const edges = others.flatMap(({ time, ack, window }) => (window === null ? [] : [[time, ack! + window] as const]));
  const window: StepLine = { name: 'window edge', colour: WINDOW, points: edges };
  return { ...panel, lines: [window, ...panel.lines] };
}

function values(
  title: string,
  height: number,
  value: (value: number) => string,
  lines: readonly StepLine[],
  strokes: readonly Strokes[],
): ValuePanel {
  let high = 1;
  for (const { points } of lines) {
    for (const [, top] of points) {
      high = Math.max(high, top);
    }
  }
  for (const { strokes: each } of strokes) {
    for (const [, , top] of each) {
      high = Math.max(high, top);
    }
  }
  return { kind: 'values', title, height, low: 0, high: high * 1.04, value, lines, strokes };
}

/** Only where the value changes. */
function stepLine(name: string, colour: string, { every, values: each }: Series): StepLine {
  const points = each.map((value, i) => [i * every, value] as const);
  return {
    name,
    colour,
    points: points.filter(([, value], i) => i === 0 || i === points.length - 1 || value !== points[i - 1]![1]),
  };
}

function scaled({ every, values: each }: Series, factor: number): Series {
  return { every, values: [...each.map((value) => value * factor), 0] };
}

function whole(value: number): string {
  return Number.isInteger(value) ? grouped(value) : '';
}
