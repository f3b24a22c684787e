import type { Moment } from '../../facts/moment.ts';

/** `secondsBetween` (facts/moment.ts), of an earlier point of time spelled out. */
export function elapsed(now: Moment, seconds: number, nanos: number): number {
  return ((now.seconds - seconds) * 1e9 + (now.nanos - nanos)) / 1e9;
}
