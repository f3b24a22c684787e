import { describe, expect, it } from 'vitest';
import { AddressMap } from '../../lib/rewrite/anonymize/addresses.ts';
import { ipv4Address, ipv6Address } from '../packet/build.ts';
import fc from '../properties.ts';
import { keyed } from './keyed.ts';

const map = new AddressMap(keyed('a key'));
const word = (address: string) => new DataView(ipv4Address(address).buffer).getInt32(0);
const common = (a: number, b: number) => Math.clz32(a ^ b);

function commonBits(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? 128 : at * 8 + Math.clz32(a[at]! ^ b[at]!) - 24;
}

describe('IPv4 addresses', () => {
  it('share as many bits as they did', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 31 }), fc.integer(), (address, bits, noise) => {
        const other = address ^ (noise & (0xffffffff >>> bits));
        expect(common(map.ipv4(address), map.ipv4(other))).toBe(common(address, other));
      }),
    );
  });

  it.each(['0.0.0.0', '127.0.0.1', '224.0.0.251', '255.255.255.255'])('%s stays', (address) => {
    expect(map.ipv4(word(address))).toBe(word(address));
  });

  it('stay private, and become nothing special', () => {
    fc.assert(
      fc.property(fc.integer(), (address) => {
        const first = (mapped: number) => mapped >>> 24;
        const to = map.ipv4(address);
        expect(first(to) === 10).toBe(first(address) === 10);
        expect(to >>> 20 === 0xac1).toBe(address >>> 20 === 0xac1);
        expect(to >>> 16 === 0xc0a8).toBe(address >>> 16 === 0xc0a8);
        expect(first(to) >= 224).toBe(first(address) >= 224);
        expect(first(to) === 127).toBe(first(address) === 127);
      }),
    );
  });

  it('map alike under one key, and otherwise under another', () => {
    const address = word('203.0.113.77');
    expect(new AddressMap(keyed('a key')).ipv4(address)).toBe(map.ipv4(address));
    expect(new AddressMap(keyed('another')).ipv4(address)).not.toBe(map.ipv4(address));
    expect(map.ipv4(address)).not.toBe(address);
  });
});

describe('IPv6 addresses', () => {
  it('share as many bits as they did', () => {
    const address = fc.uint8Array({ minLength: 14, maxLength: 14 }).map((rest) => Uint8Array.of(0x2a, 0x02, ...rest));
    fc.assert(
      fc.property(address, fc.integer({ min: 16, max: 127 }), (one, bit) => {
        const other = one.slice();
        other[bit >>> 3]! ^= 0x80 >>> (bit & 7);
        expect(commonBits(map.ipv6(one), map.ipv6(other))).toBe(bit);
      }),
    );
  });

  it.each(['::1', 'ff02::1', 'ff02::fb'])('%s stays', (address) => {
    expect(map.ipv6(ipv6Address(address))).toEqual(ipv6Address(address));
  });

  it('hold the IPv4 address that they held', () => {
    const mapped = map.ipv6(ipv6Address('::ffff:cb00:714d'));
    expect(mapped.subarray(0, 12)).toEqual(ipv6Address('::ffff:0:0').subarray(0, 12));
    expect(new DataView(mapped.buffer).getInt32(12)).toBe(map.ipv4(word('203.0.113.77')));
  });

  it('are not told by the group of their solicited node', () => {
    const group = ipv6Address('ff02::1:ff12:3456');
    const mapped = map.ipv6(group);
    expect(mapped.subarray(0, 13)).toEqual(group.subarray(0, 13));
    expect(mapped.subarray(13)).not.toEqual(group.subarray(13));
  });
});

describe('MAC addresses', () => {
  it('become local ones, the same for the same', () => {
    const card = Uint8Array.of(0x00, 0x1b, 0x21, 1, 2, 3);
    expect(map.mac(card)[0]! & 3).toBe(2);
    expect(map.mac(card)).toEqual(map.mac(card.slice()));
    expect(map.mac(card)).not.toEqual(map.mac(Uint8Array.of(0x00, 0x1b, 0x21, 1, 2, 4)));
  });

  it('stay groups where they are, but for those that end like an address', () => {
    const all = new Uint8Array(6).fill(0xff);
    expect(map.mac(all)).toEqual(all);
    const solicited = Uint8Array.of(0x33, 0x33, 0xff, 1, 2, 3);
    expect(map.mac(solicited).subarray(0, 3)).toEqual(solicited.subarray(0, 3));
    expect(map.mac(solicited)).not.toEqual(solicited);
  });
});
