import type { Side } from '../facts/connection.ts';
import type { Node } from './ast.ts';
import { FIELDS } from './fields.ts';
import { didYouMean } from './nearest.ts';
import { type Token, TokenReader } from './tokens.ts';

/** Parentheses and `not` may be nested this deep. */
const DEEPEST = 100;

/** `or` binds less than `and`, `and` less than `not`. */
export function parseExpression(text: string, rules: readonly string[] | null): Node {
  const tokens = new TokenReader(text, rules);
  if (tokens.next.kind === 'end') tokens.fail('expected a condition such as "port 443"; the expression is empty');
  const node = parseOr(tokens, 0);
  if (tokens.next.kind !== 'end') {
    const expected =
      tokens.next.kind === ')' ? '")" closes nothing' : `expected "and" or "or", found ${tokens.found()}`;
    tokens.fail(expected);
  }
  return node;
}

function parseOr(tokens: TokenReader, depth: number): Node {
  return parseList(tokens, 'or', () => parseList(tokens, 'and', () => parseNot(tokens, depth)));
}

function parseList(tokens: TokenReader, kind: 'and' | 'or', parseNext: () => Node): Node {
  const nodes = [parseNext()];
  while (tokens.accept(kind)) nodes.push(parseNext());
  return nodes.length === 1 ? nodes[0]! : { kind, nodes };
}

function parseNot(tokens: TokenReader, depth: number): Node {
  const start = tokens.next;
  if (depth > DEEPEST) tokens.fail(`nested more than ${DEEPEST} deep`, start);
  if (tokens.accept('not')) return { kind: 'not', node: parseNot(tokens, depth + 1) };
  if (!tokens.accept('(')) return parseTerm(tokens);
  const inner = parseOr(tokens, depth + 1);
  if (!tokens.accept(')')) tokens.fail(`expected ")" for the "(" at ${start.position + 1}, found ${tokens.found()}`);
  return inner;
}

function parseTerm(tokens: TokenReader): Node {
  const first = tokens.next;
  const side = parseSide(tokens);
  const word = tokens.next;
  const field = word.kind === 'word' ? FIELDS.get(word.text.toLowerCase()) : undefined;
  if (field === undefined) return tokens.fail(unknownField(tokens, word, side), word);
  tokens.take();
  if (side !== null && !field.sided) tokens.fail(`"${field.name}" has no sides: leave out "${side}"`, first);
  return { kind: 'term', side, field: field.name, value: field.kind.parse(tokens) };
}

function parseSide(tokens: TokenReader): Side | null {
  if (tokens.accept('client')) return 'client';
  return tokens.accept('server') ? 'server' : null;
}

/** What is meant by those who write a display filter. */
const WIRESHARK: readonly (readonly [RegExp, string])[] = [
  [/^tcp\.stream$/i, 'stream 4'],
  [/^tcp\.(src|dst)?port$/i, 'port 443'],
  [/^ip(v6)?\.(addr|src|dst)$/i, 'host 10.0.0.7'],
  [/^frame\.number$/i, 'frame 100..200'],
  [/^tcp\.flags\b/i, 'flag SYN'],
  [/^tcp\.analysis\b/i, 'verdict retransmission'],
  [/^tcp\.len$/i, 'length > 0'],
];

function unknownField(tokens: TokenReader, word: Token, side: Side | null): string {
  const example = side === null ? 'a condition such as "port 443"' : `a condition such as "${side} port 443"`;
  if (word.kind !== 'word') return `expected ${example}, found ${tokens.found(word)}`;
  const [, ours] = WIRESHARK.find(([pattern]) => pattern.test(word.text)) ?? [];
  if (ours !== undefined) return `${tokens.found(word)} is Wireshark's: write "${ours}"`;
  const names = [...FIELDS.values()].map((field) => field.name);
  return `expected ${example}, found ${tokens.found(word)}${didYouMean(word.text, [...names, 'client', 'server', 'not'])}`;
}
