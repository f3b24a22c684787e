import type { Moment } from '../facts/moment.ts';
import { CliError } from './exit.ts';

/** Values of options: text -> value, or a one-line reason. */

const UNITS: { readonly [unit: string]: number } = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  '': 1,
  m: 60,
  min: 60,
  h: 3600,
  d: 86_400,
};

/** `60s`, `500ms`, `4min`, `1.5h`; a bare number is seconds. */
export function parseDuration(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([a-zµ]*)$/.exec(text) ?? [];
  const scale = UNITS[unit ?? '?'];
  if (digits === undefined || scale === undefined) {
    throw new CliError(`not a duration: '${text}' (write 500ms, 60s, 4min or 1h)`);
  }
  return Number(digits) * scale;
}

/** Epoch seconds (up to nine decimals), an ISO 8601 date and time, or `now`. `last`: the last of what may be written. */
export function parseTime(text: string, last = 'now'): Moment {
  if (text === 'now') {
    return fromMilliseconds(Date.now());
  }
  const [, seconds, fraction = ''] = /^(\d+)(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (seconds !== undefined) {
    return { seconds: Number(seconds), nanos: Number(fraction.padEnd(9, '0')) };
  }
  const milliseconds = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new CliError(`not a time: '${text}' (write epoch seconds, 2026-01-31T10:00:00Z, or ${last})`);
  }
  return fromMilliseconds(milliseconds);
}

function fromMilliseconds(milliseconds: number): Moment {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanos: Math.round(milliseconds - seconds * 1000) * 1_000_000 };
}

export function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new CliError(`not a whole number: '${text}'`);
  }
  if (!Number.isSafeInteger(Number(text))) {
    throw new CliError(`too large: '${text}'`);
  }
  return Number(text);
}

/** The same, but not 0. */
export function parsePositive(text: string): number {
  const count = parseCount(text);
  if (count === 0) {
    throw new CliError('must be at least 1');
  }
  return count;
}

const SIZES = ['', 'K', 'M', 'G', 'T'];

/** `512M`, `1.5G`, `2 GiB`: bytes, by powers of 1024. */
export function parseSize(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  if (digits === undefined) {
    throw new CliError(`not a size: '${text}' (write 512M or 2G)`);
  }
  return Math.round(Number(digits) * 1024 ** SIZES.indexOf(unit.toUpperCase()));
}

/** One of some words. */
export function parseWord<const W extends string>(words: readonly W[]): (text: string) => W {
  return (text) => {
    if (!words.includes(text as W)) {
      throw new CliError(`'${text}' is none of ${words.join(', ')}`);
    }
    return text as W;
  };
}

/** `json`, `sarif=out.sarif`: a format and where it goes (null: standard output). */
export interface FormatChoice {
  readonly name: string;
  readonly file: string | null;
}

export function parseFormat(known: readonly string[]): (text: string) => FormatChoice {
  const word = parseWord(known);
  return (text) => {
    const equals = text.indexOf('=');
    const name = word(equals < 0 ? text : text.slice(0, equals));
    const file = equals < 0 ? null : text.slice(equals + 1);
    if (file === '') {
      throw new CliError(`no file name behind '${text}'`);
    }
    return { name, file: file === '-' ? null : file };
  };
}
