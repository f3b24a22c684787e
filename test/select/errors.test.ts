import { describe, expect, test } from 'vitest';
import { WhereError } from '../../lib/select/error.ts';
import { parseWhere } from '../../lib/select/where.ts';

function errorOf(text: string, rules?: readonly string[]): WhereError {
  try {
    parseWhere(text, rules);
  } catch (error) {
    if (error instanceof WhereError) return error;
    throw error;
  }
  throw new Error(`no error: ${text}`);
}

describe('an expression that cannot be read says where and what was expected', () => {
  test.each([
    ['', 0, 'the expression is empty'],
    ['prot 443', 0, 'did you mean "port"?'],
    ['client prot 443', 7, 'expected a condition such as "client port 443", found "prot" (did you mean "port"?)'],
    ['port https', 5, 'expected a port'],
    ['port 65536', 5, 'the highest is 65535'],
    ['port 80-90', 5, 'write the range as "80..90"'],
    ['port 90..80', 5, 'ends before it begins'],
    ['port ..', 7, 'expected a port'],
    ['port', 4, 'expected a port (N, N..M, N.. or ..M), found the end'],
    ['port 80 or 443', 11, 'expected a condition such as "port 443", found "443"'],
    ['port 80 port 443', 8, 'expected "and" or "or", found "port"'],
    ['port 80 and', 11, 'found the end'],
    ['(port 80', 8, 'expected ")" for the "(" at 1, found the end'],
    ['port 80)', 7, '")" closes nothing'],
    ['host 10.0.0', 5, '"10.0.0" is not an address'],
    ['host 10.0.0.256', 5, 'is not an address'],
    ['host 10.0.0.0/8', 5, 'write "net 10.0.0.0/8"'],
    ['host 1::2::3', 5, 'is not an address'],
    ['net 10.0.0.0', 4, 'expected a network'],
    ['net 10.0.0.0/33', 4, 'expected a network'],
    ['state CLOSEWAIT', 6, '"CLOSEWAIT" is not a state (did you mean "CLOSE_WAIT"?)'],
    ['state BUSY', 6, 'one of CLOSED LISTEN'],
    ['client stream 5', 0, '"stream" has no sides: leave out "client"'],
    ['from host', 5, 'is not a side'],
    ['time 10s', 8, 'expected ".."'],
    ['time abc..', 5, 'expected a time'],
    ['after 10parsecs', 6, 'expected a time'],
    ['duration 1s', 9, 'expected one of < <= = != >= >, found "1s"'],
    ['duration > fast', 11, 'expected an amount (1.5s, 200ms, 10m)'],
    ['bytes > 1parsec', 8, 'expected an amount'],
    ['bytes > 1__proto__', 8, 'expected an amount'],
    ['finding NOPE', 8, 'expected a rule'],
    ['host "abc', 5, 'a quoted name does not end'],
    ['port 80 ; port', 8, 'unexpected character ";"'],
    ['constructor 1', 0, 'expected a condition'],
    ['not', 3, 'found the end'],
    ['port = 443', 5, 'leave out "=": expected a port'],
    ['port == 443', 5, 'leave out "=": expected a port'],
    ['stream eq 4', 7, 'leave out "eq": expected a number'],
    ['tcp.stream eq 4', 0, '"tcp.stream" is Wireshark\'s: write "stream 4"'],
    ['client tcp.dstport 443', 7, 'write "port 443"'],
    ['tcp.flags.syn == 1', 0, 'write "flag SYN"'],
  ])('%s', (text, position, message) => {
    const error = errorOf(text);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
    expect(error.position).toBe(position);
  });

  test('an unknown rule, when the rules are known', () => {
    expect(errorOf('finding half-closed', ['half-close', 'blackhole']).message).toBe(
      'there is no rule "half-closed" (did you mean "half-close"?)',
    );
    expect(() => parseWhere('finding any', [])).not.toThrow();
    expect(() => parseWhere('finding whatever')).not.toThrow();
  });

  test('nesting is bounded', () => {
    for (const text of ['('.repeat(100_000), 'not '.repeat(100_000)]) {
      expect(errorOf(text).message).toContain('nested more than 100 deep');
    }
    const deep = `${'('.repeat(100)}port 1${')'.repeat(100)}`;
    expect(parseWhere(deep).text).toBe('port 1');
  });

  test('the caret stands under the trouble, on one line without control characters', () => {
    expect(errorOf('client prot 443').pointer.split('\n').slice(0, 2)).toEqual(['client prot 443', '       ^']);
    const hostile = errorOf(`port 80 \u001b[31mred ${'x'.repeat(500)}`);
    expect(hostile.pointer.split('\n')).toHaveLength(3);
    for (const line of hostile.pointer.split('\n')) {
      expect(line).toMatch(/^[\x20-\x7e]*$/);
      expect(line.length).toBeLessThan(200);
    }
    const far = errorOf(`${'port 80 or '.repeat(50)}prot 443`);
    const [shown, caret] = far.pointer.split('\n') as [string, string];
    expect(shown.slice(caret.indexOf('^'))).toBe('prot 443');
  });
});
