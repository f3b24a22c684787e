import type { StateSpell } from '../facts/connection.ts';
import { type Moment, secondsBetween } from '../facts/moment.ts';
import type { StateCounts } from '../facts/services.ts';
import { STATE_NAMES, type StateName } from '../facts/state.ts';
import { Bins } from './bins.ts';

/** No endpoint is counted in these. */
const NOT_COUNTED: readonly StateName[] = ['CLOSED', 'LISTEN'];

/** How many endpoints are in which state at moments `every` seconds apart. Merging is addition. */
export class StateCounting {
  private readonly start: Moment;
  private readonly every: number;
  /** Changes of the count from one moment to the next. */
  private readonly changes = new Map<StateName, Bins>();

  constructor(start: Moment, every: number) {
    this.start = start;
    this.every = every;
  }

  /** The states that one endpoint went through. */
  add(spells: readonly StateSpell[]): void {
    for (const { state, start, end } of spells) {
      if (NOT_COUNTED.includes(state)) continue;
      const from = this.firstAfter(start);
      const to = end === null ? Number.POSITIVE_INFINITY : this.firstAfter(end);
      if (from === to) continue;
      const bins = this.binsOf(state);
      bins.add(from);
      if (to !== Number.POSITIVE_INFINITY) bins.add(to, -1);
    }
  }

  merge(other: StateCounting): void {
    for (const [state, bins] of other.changes) this.binsOf(state).merge(bins);
  }

  /** Endpoints met at all moments up to `end`, together. */
  sum(end: Moment): number {
    const samples = this.samples(end);
    let sum = 0;
    for (const bins of this.changes.values()) {
      for (const [at, change] of bins.entries()) sum += change * Math.max(0, samples - at);
    }
    return sum;
  }

  /** All moments from the start to `end`. */
  facts(end: Moment): StateCounts {
    const samples = this.samples(end);
    const counts: { [state in StateName]?: readonly number[] } = {};
    for (const state of STATE_NAMES) {
      const series = totals(this.changes.get(state)?.entries() ?? [], samples);
      if (series.some((count) => count > 0)) counts[state] = series;
    }
    return { start: this.start, every: this.every, samples, counts };
  }

  private samples(end: Moment): number {
    return Math.max(0, Math.floor(secondsBetween(this.start, end) / this.every + 1e-9) + 1);
  }

  /** The first of the moments that is not before `time`. */
  private firstAfter(time: Moment): number {
    return Math.max(0, Math.ceil(secondsBetween(this.start, time) / this.every - 1e-9));
  }

  private binsOf(state: StateName): Bins {
    let bins = this.changes.get(state);
    if (bins === undefined) {
      bins = new Bins();
      this.changes.set(state, bins);
    }
    return bins;
  }
}

function totals(changes: readonly (readonly [number, number])[], samples: number): number[] {
  const series = new Array<number>(samples).fill(0);
  let total = 0;
  let at = 0;
  for (const [next, change] of changes) {
    series.fill(total, at, Math.min(next, samples));
    total += change;
    at = next;
  }
  return series.fill(total, at);
}
