import { basename, dirname } from 'node:path';
import type { CaptureFacts } from '../../facts/capture.ts';
import { type Moment, secondsBetween } from '../../facts/moment.ts';

/** What is known of a capture that may be one of a series. */
export type Span = Pick<CaptureFacts, 'path' | 'packets' | 'start' | 'end'>;

/** The captures that continue one at its begin and at its end. */
export interface Rotation {
  readonly before: string | null;
  readonly after: string | null;
}

/** A pause of less is none, however busy the link. */
const SHORTEST_PAUSE_SECONDS = 1;

/** Files of a ring may overlap by packets that were recorded out of order: by this share of the shorter one. */
const OVERLAP = 0.01;

/** A pause at the seam of so many times the usual one between two packets is nothing special. */
const USUAL_PAUSES = 20;

/**
 * Which captures continue one another, as the files of a ring buffer do: names of one series (equal but for digits, in
 * one directory), and the later begins where the earlier ends, within what is a usual pause between its packets. In
 * the order given; null for a capture without such neighbours.
 */
export function findRotations(captures: readonly Span[]): (Rotation | null)[] {
  const before = new Map<Span, string>();
  const after = new Map<Span, string>();
  for (const series of seriesOf(captures)) {
    series.forEach((later, i) => {
      const earlier = series[i - 1];
      if (earlier === undefined || !continues(earlier, later)) return;
      after.set(earlier, later.path);
      before.set(later, earlier.path);
    });
  }
  return captures.map((capture) =>
    before.has(capture) || after.has(capture)
      ? { before: before.get(capture) ?? null, after: after.get(capture) ?? null }
      : null,
  );
}

type Timed = Span & { readonly start: Moment; readonly end: Moment };

/** Captures with packets whose names differ in digits only, each series in order of time. */
function seriesOf(captures: readonly Span[]): Timed[][] {
  const series = new Map<string, Timed[]>();
  for (const capture of captures) {
    if (capture.start === null || capture.end === null) continue;
    const name = `${dirname(capture.path)}/${basename(capture.path).replace(/\d+/g, '')}`;
    const members = series.get(name) ?? [];
    members.push(capture as Timed);
    series.set(name, members);
  }
  for (const members of series.values()) members.sort((a, b) => secondsBetween(b.start, a.start));
  return [...series.values()];
}

function continues(earlier: Timed, later: Timed): boolean {
  const pause = secondsBetween(earlier.end, later.start);
  const overlap = OVERLAP * Math.min(duration(earlier), duration(later), SHORTEST_PAUSE_SECONDS);
  const usual = Math.max(usualPause(earlier), usualPause(later));
  return pause >= -overlap && pause <= Math.max(SHORTEST_PAUSE_SECONDS, USUAL_PAUSES * usual);
}

function duration({ start, end }: Timed): number {
  return secondsBetween(start, end);
}

function usualPause(capture: Timed): number {
  return capture.packets < 2 ? 0 : duration(capture) / (capture.packets - 1);
}
