/** Counts per second, sparse and ascending: `[second, count]`. */
export type PerSecond = readonly (readonly [second: number, count: number])[];

/** A stretch of whole seconds: from the beginning of `second`, `width` seconds long. */
export interface Window {
  readonly second: number;
  readonly width: number;
  readonly count: number;
}

/** Events in `width` seconds from `second` on. */
export function countIn(series: PerSecond, second: number, width: number): number {
  let low = 0;
  let high = series.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series[middle]![0] < second) low = middle + 1;
    else high = middle;
  }
  let sum = 0;
  for (let i = low; i < series.length && series[i]![0] < second + width; i++) sum += series[i]![1];
  return sum;
}

/** The window of `width` seconds with the most events; it begins at a second that has some. */
export function busiest(series: PerSecond, width: number): Window {
  let best: Window = { second: 0, width, count: 0 };
  let sum = 0;
  let tail = 0;
  for (const [second, events] of series) {
    sum += events;
    while (series[tail]![0] <= second - width) sum -= series[tail++]![1];
    if (sum > best.count) best = { second: Math.max(series[tail]![0], second - width + 1), width, count: sum };
  }
  return best;
}

const PACE_SECONDS = 10;

/** Events a second in the busiest stretch, measured over 10 s where the capture is that long. */
export function paceOf(series: PerSecond, watched: number): number {
  const width = Math.max(1, Math.min(PACE_SECONDS, Math.floor(watched)));
  return busiest(series, width).count / width;
}

/** Events a second in the last 10 s: what may go on. A capture shorter than that cannot tell a burst from a pace. */
export function paceAtEnd(series: PerSecond, watched: number): number {
  const last = Math.floor(watched);
  return last < PACE_SECONDS ? 0 : countIn(series, last - PACE_SECONDS, PACE_SECONDS) / PACE_SECONDS;
}
