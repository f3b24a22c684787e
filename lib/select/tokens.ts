import { WhereError } from './error.ts';
import { didYouMean } from './nearest.ts';

export interface Token {
  /** `word` and `string` carry a value; any other kind is the sign itself (`(`, `>=`, `..`); `end` closes the list. */
  readonly kind: string;
  readonly text: string;
  readonly position: number;
}

/** Other spellings of the connectives. */
const SPELLINGS: ReadonlyMap<string, string> = new Map([
  ['&&', 'and'],
  ['||', 'or'],
  ['!', 'not'],
  ['==', '='],
]);

const SIGN = /\.\.|&&|\|\||[<>=!]=|[()<>=!]/y;
/** Dots belong to words, two dots together do not. */
const WORD = /(?:[A-Za-z0-9_:/@%+-]|\.(?!\.))+/y;
const QUOTED = /"([^"]*)"/y;
const SPACE = /\s*/y;

export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = skip(SPACE, text, 0);
  while (position < text.length) {
    const token = readToken(text, position);
    tokens.push(token.token);
    position = skip(SPACE, text, token.end);
  }
  tokens.push({ kind: 'end', text: '', position });
  return tokens;
}

function readToken(text: string, position: number): { token: Token; end: number } {
  const sign = match(SIGN, text, position);
  if (sign !== null) {
    const meaning = SPELLINGS.get(sign[0]) ?? sign[0];
    const kind = /^[a-z]/.test(meaning) ? 'word' : meaning;
    return { token: { kind, text: meaning, position }, end: position + sign[0].length };
  }
  const quoted = match(QUOTED, text, position);
  if (quoted !== null) {
    return { token: { kind: 'string', text: quoted[1]!, position }, end: position + quoted[0].length };
  }
  const word = match(WORD, text, position);
  if (word !== null) return { token: { kind: 'word', text: word[0], position }, end: position + word[0].length };
  if (text[position] === '"') throw new WhereError('a quoted name does not end', text, position);
  const character = String.fromCodePoint(text.codePointAt(position)!);
  throw new WhereError(`unexpected character ${JSON.stringify(character)}`, text, position);
}

function match(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

function skip(pattern: RegExp, text: string, position: number): number {
  return position + match(pattern, text, position)![0].length;
}

/** The tokens of one expression, read from left to right. */
export class TokenReader {
  private readonly text: string;
  private readonly tokens: readonly Token[];
  private readonly rules: readonly string[] | null;
  private index = 0;

  /** `rules`: ids of the rules there are, null when any may be named. */
  constructor(text: string, rules: readonly string[] | null = null) {
    this.text = text;
    this.tokens = tokenize(text);
    this.rules = rules;
  }

  get next(): Token {
    return this.tokens[this.index]!;
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.index++;
    return token;
  }

  /** Takes the next token if it is this sign, or this word in any case. */
  accept(text: string): boolean {
    const { kind, text: found } = this.next;
    const matches = kind === 'word' ? found.toLowerCase() === text : kind === text;
    if (matches) this.index++;
    return matches;
  }

  /** Takes a word or a quoted string. */
  takeValue(expected: string): Token {
    const { kind, text } = this.next;
    if (kind === '=' || (kind === 'word' && text === 'eq'))
      this.fail(`leave out ${this.found()}: expected ${expected}`);
    if (kind !== 'word' && kind !== 'string') this.fail(`expected ${expected}, found ${this.found()}`);
    return this.take();
  }

  knowsRule(token: Token): void {
    if (this.rules === null || token.text === 'any' || this.rules.includes(token.text)) return;
    this.fail(`there is no rule ${this.found(token)}${didYouMean(token.text, this.rules)}`, token);
  }

  /** What stands here, for messages. */
  found(token: Token = this.next): string {
    if (token.kind === 'end') return 'the end';
    return JSON.stringify(token.text.length > LONGEST_SHOWN ? `${token.text.slice(0, LONGEST_SHOWN)}...` : token.text);
  }

  fail(message: string, token: Token = this.next): never {
    throw new WhereError(message, this.text, token.position);
  }
}

const LONGEST_SHOWN = 40;
