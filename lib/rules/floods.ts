import type { ServiceFacts } from '../facts/capture.ts';
import { countIn, type Window } from './rates.ts';

const LONGEST_WINDOW = 10;

export type FloodThresholds = {
  readonly handshakes: number;
  readonly perSecond: number;
  readonly completedShare: number;
};

/** The window of 1 to 10 s with the highest rate among those over all thresholds. */
export function floodWindow(service: ServiceFacts, options: FloodThresholds): Window | null {
  const { begunPerSecond, completedPerSecond, refusedPerSecond } = service;
  let worst: Window | null = null;
  for (let width = 1; width <= LONGEST_WINDOW; width++) {
    for (const [second] of begunPerSecond) {
      const begun = countIn(begunPerSecond, second, width);
      const completed = countIn(completedPerSecond, second, width);
      const refused = countIn(refusedPerSecond, second, width);
      const incomplete = begun - completed - refused;
      if (incomplete < options.handshakes || incomplete < options.perSecond * width) continue;
      if (completed >= begun * options.completedShare || refused * 2 >= begun) continue;
      if (worst === null || incomplete / width > worst.count / worst.width)
        worst = { second, width, count: incomplete };
    }
  }
  return worst;
}
