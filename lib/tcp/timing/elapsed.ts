import type { Moment } from '../../facts/moment.ts';

/** Something that has a capture time: a segment, a record's column pair spelled out. */
export interface Timed {
  readonly seconds: number;
  readonly nanos: number;
}

/** Seconds from an earlier point of time to `now`, exact as `secondsBetween` is (facts/moment.ts). */
export function elapsed(now: Timed, seconds: number, nanos: number): number {
  return ((now.seconds - seconds) * 1e9 + (now.nanos - nanos)) / 1e9;
}

export function momentOf(time: Timed): Moment {
  return { seconds: time.seconds, nanos: time.nanos };
}

/** So many seconds before a point of time (after it, if negative). */
export function before({ seconds, nanos }: Timed, since: number): Moment {
  const then = nanos - Math.round(since * 1e9);
  const whole = Math.floor(then / 1e9);
  return { seconds: seconds + whole, nanos: then - whole * 1e9 };
}
