import { describe, expect, test } from 'vitest';
import {
  annotation,
  annotationProperty,
  csv,
  json,
  markdown,
  markdownCode,
  markdownProse,
  markup,
  markupProse,
  plain,
} from '../../lib/report/escape.ts';
import fc from '../properties.ts';

const HOSTILE = [
  ['an escape sequence', '\u001b[31mred', '\\x1b[31mred'],
  ['a line break', 'a\r\nb', 'a\\x0d\\x0ab'],
  ['a C1 control', '\u009b31m', '\\x9b31m'],
  ['text turned around', 'exe.\u202egpj', 'exe.\\u{202e}gpj'],
  ['an isolate', '\u2066x\u2069', '\\u{2066}x\\u{2069}'],
  ['a zero-width space', 'a\u200bb', 'a\\u{200b}b'],
  ['a byte-order mark', '\ufeffa', '\\u{feff}a'],
  ['a soft hyphen', 'a\u00adb', 'a\\xadb'],
  ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
  ['a tag character', 'a\u{e0041}', 'a\\u{e0041}'],
  ['a variation selector', 'a\ufe0f', 'a\\u{fe0f}'],
  ['a lone surrogate', 'a\ud800', 'a\\u{d800}'],
] as const;

describe('plain', () => {
  test.each(HOSTILE)('makes %s visible', (_, text, shown) => {
    expect(plain(text)).toBe(shown);
  });

  test('leaves names in any script alone', () => {
    for (const name of ['server-1', 'café', 'сервер', '服务器', 'mañana → 10 µs']) {
      expect(plain(name)).toBe(name);
    }
  });

  test('lets nothing through that controls a terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => !/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u.test(plain(text))),
    );
  });
});

describe('json', () => {
  test('stays the same value, without hidden characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = json({ text });
        expect(JSON.parse(written)).toEqual({ text });
        expect(written).not.toMatch(/\p{Cc}|[\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

describe('markup', () => {
  test('leaves no tag, entity or quote', () => {
    expect(markup(`<img src=x onerror="alert('1')">&amp;`)).toBe(
      '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;amp;',
    );
  });
});

describe('markdown', () => {
  test('leaves no formatting, link, mention or tag', () => {
    expect(markdown('[x](http://a) *b* `c` <d> @e #1 |')).toBe(
      '\\[x\\](http&#58;//a) \\*b\\* \\`c\\` &lt;d&gt; @&#8203;e #&#8203;1 \\|',
    );
    expect(markdown('- no item')).toBe('\\- no item');
    expect(markdown('1. no item')).toBe('1\\. no item');
  });

  test('code between backticks stays code', () => {
    expect(markdownProse('run `ss -tan` <now>')).toBe('run `ss -tan` &lt;now&gt;');
    expect(markupProse('run `a<b` & see')).toBe('run <code>a&lt;b</code> &amp; see');
  });

  test('a code span outlasts the backticks in it', () => {
    expect(markdownCode('a``b')).toBe('```a``b```');
    expect(markdownCode('`a')).toBe('`` `a ``');
  });
});

describe('annotations', () => {
  test('neither end nor split a workflow command', () => {
    expect(annotation('100% \n::error::x')).toBe('100%25 \\x0a::error::x');
    expect(annotationProperty('a:b,c')).toBe('a%3Ab%2Cc');
  });
});

describe('csv', () => {
  test.each([
    ['a,b', '"a,b"'],
    ['say "x"', '"say ""x"""'],
    ['=HYPERLINK("x")', `"'=HYPERLINK(""x"")"`],
    ['plain', 'plain'],
    [null, ''],
    [-1.5, '-1.5'],
  ] as const)('%s', (value, field) => {
    expect(csv(value)).toBe(field);
  });
});
