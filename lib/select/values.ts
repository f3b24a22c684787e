import { networkOf, parseAddress, printAddress } from '../facts/address.ts';
import { epoch, type Moment } from '../facts/moment.ts';
import { STATE_NAMES, type StateName } from '../facts/state.ts';
import { didYouMean } from './nearest.ts';
import type { TokenReader } from './tokens.ts';

/** A kind of value: how it is read and written. What `print` writes, `parse` reads back as the same value. */
export interface Kind<V> {
  /** For messages and help: `a port (443, 8000..8999)`. */
  readonly expects: string;
  parse(tokens: TokenReader): V;
  print(value: V): string;
}

export type HostValue = { readonly address: readonly number[] } | { readonly name: string };

export const HOST: Kind<HostValue> = {
  expects: 'an address or a name',
  parse(tokens) {
    const token = tokens.takeValue(HOST.expects);
    if (token.kind === 'string') return { name: token.text };
    const address = parseAddress(token.text);
    if (address !== null) return { address };
    if (token.text.includes('/')) tokens.fail(`a host is one address; write "net ${token.text}"`, token);
    if (/^[\d.]+$|:/.test(token.text)) tokens.fail(`${tokens.found(token)} is not an address`, token);
    return { name: token.text };
  },
  print: (value) => ('address' in value ? printAddress(value.address) : `"${value.name}"`),
};

export interface NetworkValue {
  readonly address: readonly number[];
  readonly bits: number;
}

export const NETWORK: Kind<NetworkValue> = {
  expects: 'a network (10.0.0.0/8, 2001:db8::/32)',
  parse(tokens) {
    const token = tokens.takeValue(NETWORK.expects);
    const match = /^([^/]+)\/(\d{1,3})$/.exec(token.text);
    const address = match === null ? null : parseAddress(match[1]!);
    const bits = match === null ? 0 : Number(match[2]);
    if (address === null || bits > 8 * address.length) {
      return tokens.fail(`expected ${NETWORK.expects}, found ${tokens.found(token)}`, token);
    }
    return { address: networkOf(address, bits), bits };
  },
  print: (value) => `${printAddress(value.address)}/${value.bits}`,
};

/** Whole numbers from `from` to `to`, both included. */
export interface RangeValue {
  readonly from: number;
  readonly to: number;
}

function range(what: string, most: number): Kind<RangeValue> {
  const expects = `${what} (N, N..M, N.. or ..M)`;
  const one = (tokens: TokenReader): number => {
    const token = tokens.takeValue(expects);
    if (/^\d+-\d+$/.test(token.text)) tokens.fail(`write the range as "${token.text.replace('-', '..')}"`, token);
    const value = Number(token.text);
    if (!/^\d+$/.test(token.text) || !Number.isSafeInteger(value)) {
      tokens.fail(`expected ${expects}, found ${tokens.found(token)}`, token);
    }
    if (value > most) tokens.fail(`${value} is too large: the highest is ${most}`, token);
    return value;
  };
  return {
    expects,
    parse(tokens) {
      const start = tokens.next;
      const from = tokens.next.kind === '..' ? 0 : one(tokens);
      if (!tokens.accept('..')) return { from, to: from };
      const isOpen = !startsNumber(tokens);
      if (isOpen && start.kind === '..') tokens.fail(`expected ${expects}, found ${tokens.found()}`);
      const to = isOpen ? most : one(tokens);
      if (to < from) tokens.fail(`the range ends before it begins`, start);
      return { from, to };
    },
    print: ({ from, to }) => (from === to ? `${from}` : `${from}..${to === most ? '' : to}`),
  };
}

function startsNumber(tokens: TokenReader): boolean {
  return tokens.next.kind === 'word' && /^[\d@]/.test(tokens.next.text);
}

export const PORT: Kind<RangeValue> = range('a port', 65_535);
export const NUMBER: Kind<RangeValue> = range('a number', Number.MAX_SAFE_INTEGER);

/** One of a list of words, read in any case and with `-` for `_`. */
export function choice<W extends string>(what: string, words: readonly W[]): Kind<W> {
  const plain = (word: string) => word.toLowerCase().replaceAll('-', '_');
  const byPlain = new Map(words.map((word) => [plain(word), word]));
  const expects = `${what} (${words.join(' ')})`;
  return {
    expects,
    parse(tokens) {
      const token = tokens.takeValue(expects);
      const word = byPlain.get(plain(token.text));
      if (word !== undefined) return word;
      const hint = didYouMean(plain(token.text), words) || `; one of ${words.join(' ')}`;
      return tokens.fail(`${tokens.found(token)} is not ${what}${hint}`, token);
    },
    print: (value) => value,
  };
}

export const STATE: Kind<StateName> = choice('a state', STATE_NAMES);

/** Id of a rule, or `any`. Whether the rule exists is the caller's to know. */
export const RULE: Kind<string> = {
  expects: 'a rule, or any',
  parse(tokens) {
    const token = tokens.takeValue(RULE.expects);
    if (!/^[a-z][a-z0-9-]*$/.test(token.text))
      tokens.fail(`expected ${RULE.expects}, found ${tokens.found(token)}`, token);
    tokens.knowsRule(token);
    return token.text;
  },
  print: (value) => value,
};

/** A moment on the wall clock, or seconds since the capture's first packet. */
export type TimeValue = { readonly moment: Moment } | { readonly relative: number };

export interface TimesValue {
  readonly from: TimeValue | null;
  readonly to: TimeValue | null;
}

const TIME_EXPECTS = 'a time (10s, 1.5m, @1628000000.25, 2024-05-01T12:00:00Z)';

/** A bare number as large as this is taken for seconds since the epoch: three years into a capture, or 1973. */
const EARLIEST_EPOCH = 1e8;

export const TIME: Kind<TimeValue> = {
  expects: TIME_EXPECTS,
  parse(tokens) {
    const token = tokens.takeValue(TIME_EXPECTS);
    const moment = parseEpoch(token.text) ?? parseIso(token.text);
    if (moment !== null) return { moment };
    const relative = parseAmount(token.text, SECONDS);
    if (relative === null) return tokens.fail(`expected ${TIME_EXPECTS}, found ${tokens.found(token)}`, token);
    return { relative };
  },
  print: (value) => ('moment' in value ? `@${epoch(value.moment)}` : `${value.relative}s`),
};

function parseEpoch(text: string): Moment | null {
  const match = /^(@?)(\d{1,15})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null || (match[1] === '' && Number(match[2]) < EARLIEST_EPOCH)) return null;
  return { seconds: Number(match[2]), nanos: Number((match[3] ?? '').padEnd(9, '0')) };
}

function parseIso(text: string): Moment | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/i.exec(text);
  const milliseconds = match === null ? Number.NaN : Date.parse(match[1]! + match[3]!.toUpperCase());
  if (match === null || Number.isNaN(milliseconds) || milliseconds < 0) return null;
  return { seconds: milliseconds / 1000, nanos: Number((match[2] ?? '').padEnd(9, '0')) };
}

export const TIMES: Kind<TimesValue> = {
  expects: `${TIME_EXPECTS.replace('a time', 'two times')} with .. between`,
  parse(tokens) {
    const from = tokens.next.kind === '..' ? null : TIME.parse(tokens);
    if (!tokens.accept('..')) tokens.fail(`expected "..", as in "time 0s..10s", found ${tokens.found()}`);
    const isOpen = from !== null && !startsNumber(tokens);
    return { from, to: isOpen ? null : TIME.parse(tokens) };
  },
  print: ({ from, to }) => `${from === null ? '' : TIME.print(from)}..${to === null ? '' : TIME.print(to)}`,
};

/** Units: what one of them is worth in the base unit, or what divides it where that is exact. */
export interface Units {
  readonly base: string;
  readonly example: string;
  readonly worth: { readonly [unit: string]: number };
  readonly fraction: { readonly [unit: string]: number };
}

export const SECONDS: Units = {
  base: 's',
  example: '1.5s, 200ms, 10m',
  worth: { '': 1, s: 1, m: 60, min: 60, h: 3_600, d: 86_400 },
  fraction: { ms: 1e3, us: 1e6, ns: 1e9 },
};

export const BYTES: Units = {
  base: '',
  example: '1500, 64kB, 1MB, 4MiB',
  worth: { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30, tib: 2 ** 40 },
  fraction: {},
};

export const COUNT: Units = { base: '', example: '5, 10k, 1M', worth: { '': 1, k: 1e3, m: 1e6 }, fraction: {} };

function parseAmount(text: string, units: Units): number | null {
  const match = /^(\d+(?:\.\d+)?(?:e[+-]?\d+)?)([a-z]*)$/i.exec(text);
  if (match === null) return null;
  const number = Number(match[1]);
  const unit = match[2]!.toLowerCase();
  const worth = Object.hasOwn(units.worth, unit) ? units.worth[unit] : undefined;
  const fraction = Object.hasOwn(units.fraction, unit) ? units.fraction[unit] : undefined;
  const amount = worth !== undefined ? number * worth : fraction !== undefined ? number / fraction : Number.NaN;
  return Number.isFinite(amount) ? amount : null;
}

export const OPERATORS = ['<', '<=', '=', '!=', '>=', '>'] as const;
export type Operator = (typeof OPERATORS)[number];

export interface ComparisonValue {
  readonly operator: Operator;
  readonly amount: number;
}

export function comparison(units: Units): Kind<ComparisonValue> {
  return {
    expects: `> >= < <= = or !=, and an amount (${units.example})`,
    parse(tokens) {
      const operator = OPERATORS.find((candidate) => candidate === tokens.next.kind);
      if (operator === undefined) return tokens.fail(`expected one of ${OPERATORS.join(' ')}, found ${tokens.found()}`);
      tokens.take();
      const expected = `an amount (${units.example})`;
      const token = tokens.takeValue(expected);
      const amount = parseAmount(token.text, units);
      if (amount === null) return tokens.fail(`expected ${expected}, found ${tokens.found(token)}`, token);
      return { operator, amount };
    },
    print: ({ operator, amount }) => `${operator} ${amount}${units.base}`,
  };
}

export function compares(actual: number, { operator, amount }: ComparisonValue): boolean {
  switch (operator) {
    case '<':
      return actual < amount;
    case '<=':
      return actual <= amount;
    case '=':
      return actual === amount;
    case '!=':
      return actual !== amount;
    case '>=':
      return actual >= amount;
    case '>':
      return actual > amount;
  }
}
