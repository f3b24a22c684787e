/**
 * A point in time: whole seconds since the epoch, and nanoseconds within that second (0 .. 999,999,999). Two integers
 * keep any span exact, merged captures years apart included; a difference is a double of seconds.
 */
export interface Moment {
  readonly seconds: number;
  readonly nanos: number;
}

/** That of something that has a time among others: a segment, say. */
export function momentOf({ seconds, nanos }: Moment): Moment {
  return { seconds, nanos };
}

/**
 * Seconds from `from` to `to`; negative when `to` is earlier. Whole nanoseconds are divided, so that what lasted 0.2 s is
 * the number 0.2, wherever in a second it began, and thresholds are met exactly.
 */
export function secondsBetween(from: Moment, to: Moment): number {
  return ((to.seconds - from.seconds) * 1e9 + (to.nanos - from.nanos)) / 1e9;
}

/** How long something lasted, seconds: nothing, where the clock was set back meanwhile. */
export function lasting(start: Moment, end: Moment): number {
  return Math.max(0, secondsBetween(start, end));
}

/** `a` is earlier than `b`. */
export function isBefore(a: Moment, b: Moment): boolean {
  return a.seconds < b.seconds || (a.seconds === b.seconds && a.nanos < b.nanos);
}

/** `moment` moved by a number of seconds (may be fractional or negative), to the nearest nanosecond. */
export function after(moment: Moment, seconds: number): Moment {
  const whole = Math.floor(seconds);
  let nanos = moment.nanos + Math.round((seconds - whole) * 1e9);
  let carry = 0;
  if (nanos >= 1e9) {
    nanos -= 1e9;
    carry = 1;
  }
  return { seconds: moment.seconds + whole + carry, nanos };
}

/** Epoch seconds with nine decimals, the form of every time in machine-readable output: `"1628000000.123456789"`. */
export function epoch(moment: Moment): string {
  if (moment.seconds < 0 && moment.nanos > 0) {
    const nanos = String(1e9 - moment.nanos).padStart(9, '0');
    const whole = moment.seconds + 1;
    return `${whole === 0 ? '-0' : whole}.${nanos}`;
  }
  return `${moment.seconds}.${String(moment.nanos).padStart(9, '0')}`;
}
