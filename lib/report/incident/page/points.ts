import type { PlotPoint } from '../../../facts/incident.ts';
import { ACKS, FROM_SERVER, type PagePayload, TELLS_WINDOW } from '../payload.ts';

/** Flag bits of the header. */
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'];

/** One segment of a page, put together from its columns again. */
export interface Point extends Omit<PlotPoint, 'verdict' | 'sack'> {
  /** Seconds since the connection's first segment; never earlier than the point before. */
  readonly time: number;
  /** Right edge of the window. */
  readonly edge: number | null;
  /** What is odd about it: for its colour, and in words. */
  readonly mark: string | null;
  readonly verdict: string;
  readonly sack: readonly number[];
}

export function pointsOf({ points: columns }: PagePayload): Point[] {
  const verdicts = new Map(columns.verdicts.map(([at, mark, text]) => [at, { mark, text }]));
  const sacks = new Map(columns.sacks.map(([at, ...edges]) => [at!, edges]));
  const stands = new Map(columns.stands);
  const sums = [
    { frame: 0, time: 0, seq: 0, ack: 0, window: 0 },
    { frame: 0, time: 0, seq: 0, ack: 0, window: 0 },
  ];
  let latest = 0;
  return columns.kind.map((kind, at) => {
    const fromServer = (kind & FROM_SERVER) !== 0;
    const sum = sums[fromServer ? 1 : 0]!;
    sum.frame += columns.frame[at]!;
    sum.time += columns.time[at]!;
    sum.seq += columns.seq[at]!;
    sum.ack += columns.ack[at]!;
    sum.window += columns.window[at]!;
    latest = Math.max(latest, sum.time / 1e6);
    const ack = (kind & ACKS) === 0 ? null : sum.ack;
    const window = (kind & TELLS_WINDOW) === 0 ? null : sum.window;
    const verdict = verdicts.get(at);
    return {
      frame: sum.frame,
      time: latest,
      from: fromServer ? 'server' : 'client',
      flags: columns.flags[at]!,
      seq: sum.seq,
      length: columns.length[at]!,
      ack,
      window,
      edge: ack === null || window === null ? null : ack + window,
      flight: columns.flight[at]!,
      stands: stands.get(at) ?? 1,
      mark: verdict?.mark ?? null,
      verdict: verdict?.text ?? '',
      sack: sacks.get(at) ?? [],
    };
  });
}

export function flagNames(flags: number): string[] {
  return FLAG_NAMES.filter((_, bit) => (flags & (1 << bit)) !== 0);
}
