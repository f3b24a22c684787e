import { describe, expect, it } from 'vitest';
import { addressText, parseAddress, printAddress } from '../../lib/facts/address.ts';
import fc from '../properties.ts';

function canonical(text: string): string | null {
  const bytes = parseAddress(text);
  return bytes && printAddress(bytes);
}

describe('addresses as text', () => {
  it.each([
    ['192.0.2.255', '192.0.2.255'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['fe80:0:0:0:0:0:0:0', 'fe80::'],
    ['0:0:0:0:0:ffff:c000:201', '::ffff:192.0.2.1'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('%s is %s (RFC 5952 4)', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.256',
    '1.2.3.4.5',
    'a.b.c.d',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::1.2.3',
    '1.2.3.4::',
    'example',
    ':1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:',
  ])('%j is no address', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  it('gives back what it was given', () => {
    const word = fc.oneof(fc.constant(0), fc.constant(1), fc.constant(0xffff), fc.integer());
    fc.assert(
      fc.property(fc.constantFrom(4, 6), fc.tuple(word, word, word, word), (ipVersion, [a, b, c, d]) => {
        const text = addressText(ipVersion, a, b, c, d);
        const bytes = (ipVersion === 4 ? [d] : [a, b, c, d]).flatMap(bytesOf);
        expect(parseAddress(text)).toEqual(bytes);
        expect(printAddress(bytes)).toBe(text);
      }),
    );
  });
});

function bytesOf(word: number): number[] {
  return [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
}
