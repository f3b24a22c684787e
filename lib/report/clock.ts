import { epoch, type Moment } from '../facts/moment.ts';

export const TIME_FORMATS = ['relative', 'local', 'utc', 'epoch'] as const;
/** How people are shown times: since the capture's first packet, by the clock here, by UTC, or as epoch seconds. */
export type TimeFormat = (typeof TIME_FORMATS)[number];

/** A moment as text. Relative times have six decimals (capture clocks seldom have more), the others what they need. */
export function clock(format: TimeFormat, moment: Moment, origin: Moment | null): string {
  if (format === 'epoch' || (format === 'relative' && origin === null)) {
    return epoch(moment);
  }
  if (format === 'relative') {
    return relative(moment, origin!);
  }
  return calendar(moment, format === 'utc');
}

/** The same inside a sentence: with its unit. */
export function when(format: TimeFormat, moment: Moment, origin: Moment | null): string {
  return clock(format, moment, origin) + (format === 'relative' ? ' s' : '');
}

/** Integers all the way: a double would lose the microseconds of captures years apart. */
function relative(moment: Moment, origin: Moment): string {
  const micros =
    (BigInt(moment.seconds - origin.seconds) * 1_000_000_000n + BigInt(moment.nanos - origin.nanos)) / 1000n;
  const sign = micros < 0n ? '-' : '';
  const digits = String(micros < 0n ? -micros : micros).padStart(7, '0');
  return `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function calendar(moment: Moment, utc: boolean): string {
  const date = new Date(moment.seconds * 1000);
  if (Number.isNaN(date.getTime())) {
    return epoch(moment);
  }
  const offset = utc ? 0 : date.getTimezoneOffset();
  const shifted = new Date(date.getTime() - offset * 60_000);
  const text = shifted.toISOString().slice(0, -5).replace('T', ' ');
  return `${text}.${String(Math.floor(moment.nanos / 1000)).padStart(6, '0')}${utc ? 'Z' : ''}`;
}
