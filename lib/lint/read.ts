/** Words that the readers of configuration share. `problems` collects what is wrong, a line each. */
import type { Rule } from '../rules/rule.ts';
import { WhereError } from '../select/error.ts';
import { closest } from '../select/nearest.ts';
import { parseWhere, type Selection } from '../select/where.ts';

export function unknown(what: string, given: unknown, known: readonly string[]): string {
  const text = typeof given === 'string' ? given : shown(given);
  const near = closest(text, known);
  const hint = near === null ? (known.length <= 8 ? `; known: ${known.join(', ')}` : '') : `; did you mean "${near}"?`;
  return `unknown ${what} "${text}"${hint}`;
}

/** A configuration may be a program's, and hold what JSON has no words for. */
function shown(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

export function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isOneOf<const T extends string>(words: readonly T[], value: unknown): value is T {
  return words.includes(value as T);
}

export function idsOf(rules: readonly Rule[]): string[] {
  return rules.map(({ meta }) => meta.id);
}

/** `where`: whose keys they are, as in `overrides[0]: `. */
export function noOtherKeys(value: object, known: readonly string[], where: string, problems: string[]): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) problems.push(where + unknown('key', key, known));
  }
}

export function word<const T extends string>(
  value: unknown,
  what: string,
  known: readonly T[],
  problems: string[],
): T | undefined {
  if (isOneOf(known, value)) return value;
  problems.push(unknown(what, value, known));
  return undefined;
}

export function text(value: unknown, what: string, problems: string[]): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  problems.push(`${what} must be text`);
  return undefined;
}

/** An expression of the language of `--where`. */
export function selection(value: unknown, rules: readonly Rule[], where: string, problems: string[]): Selection | null {
  if (typeof value !== 'string') {
    problems.push(`${where}where must be text`);
    return null;
  }
  try {
    return parseWhere(value, idsOf(rules));
  } catch (error) {
    if (!(error instanceof WhereError)) throw error;
    problems.push(`${where}where: ${error.message}`);
    return null;
  }
}

export function aboutPackets(condition: string): string {
  return `where describes connections: "${condition}" speaks of single packets`;
}
