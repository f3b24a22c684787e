import type { Evidence } from '../facts/finding.ts';
import { duration, grouped, size, words } from './phrases.ts';

const EXAMPLES = 8;

/** A rule's numbers as words: `stallSeconds: 8.3, probes: 5` -> [`stall 8.3 s`, `probes 5`]. Units end the names. */
export function evidenceTexts(evidence: Evidence): string[] {
  // Of a fold, the sentence has counted them.
  const { findings, connections } = evidence;
  const isCounted = findings !== undefined && findings === connections;
  return Object.entries(evidence)
    .filter(([name]) => !isCounted || (name !== 'findings' && name !== 'connections'))
    .filter(([, value]) => value !== null && value !== false && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => evidenceText(name, value as Exclude<typeof value, null>));
}

function evidenceText(name: string, value: NonNullable<Evidence[string]>): string {
  if (value === true) {
    return words(name);
  }
  const [about, unit] = split(name);
  const subject = about === '' ? '' : `${about} `;
  if (typeof value === 'object') {
    const shown = value.slice(0, EXAMPLES).map((v) => quantity(v, unit));
    const rest = value.length - shown.length;
    return `${subject}${shown.join(', ')}${rest > 0 ? ` and ${grouped(rest)} more` : ''}`;
  }
  return `${subject}${quantity(value as number | string, unit)}`;
}

type Print = (n: number) => string;

/** Parts of names that tell a unit: they print behind the number, and are kept out of the name. */
const UNITS: readonly (readonly [RegExp, Print])[] = [
  [/Seconds$|^seconds(?=[A-Z])/, duration],
  [/(?:Ms|Milliseconds)$/, (n) => duration(n / 1000)],
  [/Share$|Ratio$/, (n) => percent(n * 100)],
  [/Percent$/, percent],
  [/PerSecond$/, (n) => `${plainNumber(n)}/s`],
  [/Bytes$|^bytes(?=[A-Z])/, size],
];

/** Names that are units, or mean one, by themselves. */
const WHOLE: { readonly [name: string]: readonly [subject: string, print: Print] } = {
  seconds: ['lasted', duration],
  bytes: ['', size],
  share: ['share', (n) => percent(n * 100)],
  waits: ['waits', duration],
};

function split(name: string): readonly [subject: string, print: Print] {
  const whole = WHOLE[name];
  if (whole !== undefined) {
    return whole;
  }
  if (/(?:Intervals?|After)$/.test(name)) {
    return [words(name), duration];
  }
  const [part, print] = UNITS.find(([ending]) => ending.test(name)) ?? [/^$/, plainNumber];
  return [words(name.replace(part, '')).trim(), print];
}

function percent(n: number): string {
  return `${Number(n.toPrecision(3))} %`;
}

function quantity(value: number | string, print: Print): string {
  if (typeof value === 'number') return print(value);
  return /^[a-z]+$/.test(value) ? words(value) : value;
}

function plainNumber(n: number): string {
  return Number.isInteger(n) ? (n < 0 ? String(n) : grouped(n)) : String(Number(n.toPrecision(4)));
}
