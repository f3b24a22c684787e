import type uPlot from 'uplot';
import type { Side } from '../../../facts/connection.ts';
import { bitRate } from '../../../facts/wording.ts';
import { duration, grouped, shortSize } from '../../phrases.ts';
import type { PagePayload } from '../payload.ts';
import { Chart, type Line } from './chart.ts';
import { FIN, flagNames, type Point, RST, SYN } from './points.ts';
import type { Span } from './span.ts';
import { colour } from './theme.ts';

/** How what is odd looks: a colour and a shape of its own each, so that neither is needed alone. */
const MARKS: { readonly [mark: string]: { name: string; colour: string; shape: string } } = {
  retransmission: { name: 'retransmission', colour: 'retransmission', shape: '✕' },
  spurious: { name: 'spurious retransmission', colour: 'spurious', shape: '◯' },
  reordering: { name: 'reordering', colour: 'reordering', shape: '◆' },
  duplicate: { name: 'duplicate', colour: 'duplicate', shape: '＝' },
  keep_alive: { name: 'keep-alive', colour: 'keep-alive', shape: '▽' },
  zero_window_probe: { name: 'zero-window probe', colour: 'probe', shape: '▲' },
};

/** The pictures of what one side sent, and of how the other answered. */
export function chartsOf(page: PagePayload, points: readonly Point[], side: Side, span: Span): Chart[] {
  return [
    sequenceChart(points, side, span),
    flightChart(points, side, span),
    rttChart(page, side, span),
    throughputChart(page, side, span),
  ].filter((chart) => chart !== null);
}

/** Segments, what acknowledges them and the edge of the window, over time: as tcptrace draws them. */
function sequenceChart(points: readonly Point[], side: Side, span: Span): Chart {
  const isOwn = ({ from }: Point): boolean => from === side;
  const acks = points.map((point) => (isOwn(point) ? null : point.ack));
  const edges = points.map((point) => (isOwn(point) ? null : point.edge));
  const ends = points.map((point) => (isOwn(point) ? point.seq + point.length : null));
  const seen = new Set(points.filter(isOwn).map(({ mark }) => mark));
  const hasSacks = points.some((point) => !isOwn(point) && point.sack.length > 0);
  return new Chart({
    title: `Sequence numbers of the ${side} over time`,
    height: 380,
    times: points.map(({ time }) => time),
    span,
    value: grouped,
    lines: [
      { name: 'segments', colour: 'data', values: ends, kind: 'nothing' },
      { name: 'acknowledged', colour: 'ack', values: acks, kind: 'steps' },
      { name: 'window edge', colour: 'window', values: edges, kind: 'steps' },
    ],
    marks: [
      { name: 'segment', colour: 'data', shape: '┃' },
      ...(hasSacks ? [{ name: 'SACK', colour: 'sack', shape: '┃' }] : []),
      ...Object.entries(MARKS).flatMap(([mark, look]) => (seen.has(mark) ? [look] : [])),
    ],
    readout: (at) => pointText(points[at]!),
    range: (from, to) => heights(points, side, from, to),
    draw: (u) => drawSegments(u, points, side),
  });
}

/** As high as what was sent and acknowledged; the window's edge may be far above that, and is then left out. */
function heights(points: readonly Point[], side: Side, from: number, to: number): readonly [number, number] | null {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let edge = Number.NEGATIVE_INFINITY;
  for (const point of points.slice(Math.max(0, from - 1), to + 2)) {
    if (point.from === side) {
      low = Math.min(low, point.seq);
      high = Math.max(high, point.seq + point.length);
    } else if (point.ack !== null) {
      low = Math.min(low, point.ack);
      high = Math.max(high, point.ack);
      edge = Math.max(edge, point.edge ?? edge);
    }
  }
  if (low > high) {
    return null;
  }
  return [low, edge > high && edge - low < (high - low) * 1.6 ? edge : Math.max(high, low + 1)];
}

function drawSegments(u: uPlot, points: readonly Point[], side: Side): void {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { left, top, width, height } = u.bbox;
  const [from, to] = u.series[0]!.idxs ?? [0, points.length - 1];
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.lineCap = 'butt';
  const x = (time: number): number => Math.round(u.valToPos(time, 'x', true));
  const y = (seq: number): number => u.valToPos(seq, 'y', true);
  const bar = (at: number, low: number, high: number, ink: string, wide: number): void => {
    const bottom = y(low);
    const tall = Math.max(2 * ratio, bottom - y(high));
    ctx.fillStyle = ink;
    ctx.fillRect(at - (wide * ratio) / 2, bottom - tall, wide * ratio, tall);
  };
  const [plain, sacked] = [colour('data'), colour('sack')];
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.textAlign = 'center';
  for (let i = Math.max(0, from - 1); i <= Math.min(points.length - 1, to + 1); i++) {
    const point = points[i]!;
    const at = x(point.time);
    if (point.from !== side) {
      for (let edge = 0; edge + 1 < point.sack.length; edge += 2) {
        bar(at, point.sack[edge]!, point.sack[edge + 1]!, sacked, 1.5);
      }
      continue;
    }
    const look = point.mark === null ? undefined : MARKS[point.mark];
    const special = point.flags & (SYN | FIN | RST);
    if (point.length > 0 || look !== undefined || special !== 0) {
      bar(
        at,
        point.seq,
        point.seq + point.length,
        look === undefined ? plain : colour(look.colour),
        look === undefined ? 2 : 3,
      );
    }
    if (look !== undefined) {
      ctx.fillStyle = colour(look.colour);
      ctx.fillText(look.shape, at, y(point.seq + point.length) - 4 * ratio);
    }
    if (special !== 0) {
      ctx.fillStyle = (special & RST) === 0 ? colour('text') : colour('retransmission');
      const letter = (special & RST) !== 0 ? 'RST' : (special & SYN) !== 0 ? 'SYN' : 'FIN';
      const inside = Math.min(Math.max(at, left + 14 * ratio), left + width - 14 * ratio);
      ctx.fillText(letter, inside, y(point.seq) + 13 * ratio);
    }
  }
  ctx.restore();
}

/** What is on the way, against what the receiver has room for. */
function flightChart(points: readonly Point[], side: Side, span: Span): Chart | null {
  const own = flightOf(points, side);
  if (own.every((value) => value === null)) {
    return null;
  }
  const windows = points.map(({ from, window }) => (from === side ? null : window));
  const highest = Math.max(...own.map((value) => value ?? 0));
  return new Chart({
    title: 'Bytes in flight, and the window',
    height: 170,
    times: points.map(({ time }) => time),
    span,
    value: shortSize,
    lines: [
      { name: 'in flight', colour: 'data', values: own, kind: 'steps' },
      { name: 'window', colour: 'window', values: windows, kind: 'steps' },
    ],
    readout: (at) => {
      const window = windows.findLast((value, i) => i <= at && value !== null);
      const flight = own.findLast((value, i) => i <= at && value !== null);
      return `${time(points[at]!)} · ${shortSize(flight ?? 0)} in flight · window ${window == null ? 'unknown' : shortSize(window)}`;
    },
    // A window many times as large would leave nothing to see of the flight.
    range: (from, to) => {
      const shown = [...own.slice(from, to + 1), ...windows.slice(from, to + 1)].map((value) => value ?? 0);
      const most = Math.max(1, ...shown.filter((value) => value <= highest * 4));
      return [0, most];
    },
  });
}

/** After each segment as it was measured, after each acknowledgment what that leaves of it; null where neither tells. */
function flightOf(points: readonly Point[], side: Side): (number | null)[] {
  let sent: number | null = null;
  return points.map(({ from, length, seq, ack, flight }) => {
    if (from === side) {
      sent = Math.max(sent ?? 0, seq + length);
      return length > 0 ? flight : null;
    }
    return sent === null || ack === null ? null : Math.max(0, sent - ack);
  });
}

function rttChart(page: PagePayload, side: Side, span: Span): Chart | null {
  const [times, seconds] = page.rtt[side];
  if (times.length === 0) {
    return null;
  }
  return new Chart({
    title: 'Round-trip time: from a segment to its acknowledgment, at the tap',
    height: 150,
    times: rising(times),
    span,
    value: duration,
    lines: [{ name: 'samples', colour: 'ack', values: seconds, kind: 'dots' }],
    readout: (at) => `${times[at]!.toFixed(6)} s · ${duration(seconds[at]!)}`,
  });
}

function throughputChart(page: PagePayload, side: Side, span: Span): Chart | null {
  const { every, values } = page.throughput[side];
  if (values.length < 2) {
    return null;
  }
  const line: Line = {
    name: `payload per ${duration(every)}`,
    colour: 'data',
    values: [...values.map((bytes) => bytes / every), 0],
    kind: 'area',
  };
  return new Chart({
    title: 'Throughput',
    height: 150,
    times: [...values, 0].map((_, i) => i * every),
    span,
    value: bitRate,
    lines: [line],
    readout: (at) => `${(at * every).toFixed(6)} s · ${bitRate(line.values[at] ?? 0)}`,
  });
}

function rising(times: readonly number[]): number[] {
  let latest = 0;
  return times.map((each) => {
    latest = Math.max(latest, each);
    return latest;
  });
}

function time({ time: seconds }: Point): string {
  return `${seconds.toFixed(6)} s`;
}

function pointText(point: Point): string {
  const range = point.length > 0 ? `${point.seq}:${point.seq + point.length}` : `${point.seq}`;
  return [
    `${time(point)} · frame ${point.frame} · ${point.from} · ${flagNames(point.flags).join(' ')} ${range}`,
    ...(point.ack === null ? [] : [`ack ${point.ack}`]),
    ...(point.window === null ? [] : [`win ${point.window}`]),
    ...(point.verdict === '' ? [] : [point.verdict]),
    ...(point.stands > 1 ? [`${point.stands} segments in one`] : []),
  ].join(' · ');
}
