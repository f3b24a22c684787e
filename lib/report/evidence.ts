import type { Evidence } from '../facts/finding.ts';
import { duration, grouped, size, words } from './phrases.ts';

const EXAMPLES = 8;

/** A rule's numbers as words: `stallSeconds: 8.3, probes: 5` -> [`stall 8.3 s`, `probes 5`]. Units end the names. */
export function evidenceTexts(evidence: Evidence): string[] {
  return Object.entries(evidence)
    .filter(([, value]) => value !== null && value !== false && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => evidenceText(name, value as Exclude<typeof value, null>));
}

function evidenceText(name: string, value: NonNullable<Evidence[string]>): string {
  const [subject, unit] = split(name);
  if (value === true) {
    return words(name);
  }
  if (typeof value === 'object') {
    const shown = value.slice(0, EXAMPLES).map((v) => quantity(v, unit));
    const rest = value.length - shown.length;
    return `${subject} ${shown.join(', ')}${rest > 0 ? ` and ${grouped(rest)} more` : ''}`;
  }
  return `${subject} ${quantity(value as number | string, unit)}`;
}

type Print = (n: number) => string;

/** Endings of names that tell a unit. The last three are printed behind the number and kept out of the name. */
const UNITS: readonly (readonly [RegExp, Print])[] = [
  [/Seconds$/, duration],
  [/(?:Ms|Milliseconds)$/, (n) => duration(n / 1000)],
  [/Share$|Ratio$/, (n) => `${Number((n * 100).toPrecision(3))} %`],
  [/Percent$/, (n) => `${Number(n.toPrecision(3))} %`],
  [/PerSecond$/, (n) => `${plainNumber(n)}/s`],
];
const BYTES = /(?:^bytes|Bytes$|^bytes[A-Z].*)/;

function split(name: string): [string, Print] {
  for (const [ending, print] of UNITS) {
    if (ending.test(name) && name.replace(ending, '') !== '') {
      return [words(name.replace(ending, '')), print];
    }
  }
  return BYTES.test(name) ? [words(name.replace(/Bytes$/, '') || name), size] : [words(name), plainNumber];
}

function quantity(value: number | string, print: Print): string {
  return typeof value === 'number' ? print(value) : value;
}

function plainNumber(n: number): string {
  return Number.isInteger(n) ? (n < 0 ? String(n) : grouped(n)) : String(Number(n.toPrecision(4)));
}
