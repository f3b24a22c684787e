import { describe, expect, it } from 'vitest';
import { Segment, SYN } from '../../../lib/packet/segment.ts';
import { WIDTH } from '../../../lib/tcp/entries/columns.ts';
import { type LoneSyn, LoneSyns } from '../../../lib/tcp/entries/lone.ts';

interface Put {
  readonly entry?: number;
  readonly number?: number;
  readonly stream?: number;
  readonly with?: Partial<Segment>;
}

function synOf(wanted: Partial<Segment> = {}): Segment {
  const usual = { ipVersion: 4, flags: SYN, ttl: 64, window: 64240, ipId: 7, seq: -5, seconds: 1_700_000_000 };
  return Object.assign(new Segment(), usual, { nanos: 999_999_999, frame: 10, tsVal: 3, mss: 1460 }, wanted);
}

/** What is put by, one after the other, and read back. */
function roundTrip(all: readonly Put[]): { readonly put: object[]; readonly read: object[] } {
  const lone = new LoneSyns();
  const columns = all.map(() => new Int32Array(WIDTH));
  const put = all.map(({ entry = 0, number = 4, stream = 4, with: wanted }, i) => {
    const s = synOf(wanted);
    expect(lone.put(columns[i]!, 0, entry, s, i % 2 === 0, number, stream)).toBe(true);
    return { number, stream, fromLow: i % 2 === 0, ...told(s) };
  });
  const read = all.map(({ entry = 0 }, i) => {
    const into: LoneSyn = { segment: new Segment(), number: 0, stream: 0, fromLow: false };
    lone.read(columns[i]!, 0, entry, into);
    const { number, stream, fromLow, segment } = into;
    return { number, stream, fromLow, ...told(segment) };
  });
  return { put, read };
}

function told({ seconds, nanos, frame, seq, tsVal, ttl, window, ipId, mss, ipVersion }: Segment): object {
  return { seconds, nanos, frame, seq, tsVal, ttl, window, ipId, mss, ipVersion };
}

describe('a lone SYN comes back as it was put', () => {
  it.each<[string, Put]>([
    ['right behind the first of its neighbours', { entry: 1, number: 5, stream: 5, with: { frame: 11 } }],
    ['as far behind as fits', { entry: 4095, stream: 65_539, number: 65_539, with: { frame: 65_545 } }],
    ['a frame farther', { entry: 4095, with: { frame: 65_546 } }],
    ['a stream farther', { entry: 2, stream: 65_540, number: 65_540 }],
    ['63 seconds later', { entry: 3, with: { seconds: 1_700_000_063 } }],
    ['64 seconds later', { entry: 3, with: { seconds: 1_700_000_064 } }],
    ['earlier, by a clock that stepped back', { entry: 3, with: { seconds: 1_699_999_999 } }],
    ['after 2038', { entry: 3, with: { seconds: 4_000_000_000 } }],
    ['with a stream ahead of its number by more than its neighbours', { entry: 3, number: 5, stream: 9 }],
    ['with a stream behind its number', { entry: 3, number: 9, stream: 5 }],
    ['with a fraction of a second that is none', { entry: 3, with: { nanos: 1_100_000_000 } }],
    ['with another TTL and window', { entry: 3, with: { ttl: 255, window: 65_535, ipId: 0xffff } }],
    ['over IPv6', { entry: 3, with: { ipVersion: 6, ipId: -1 } }],
    ['among other neighbours', { entry: 4096, number: 70_000, stream: 70_010, with: { seconds: 1, frame: 90_000 } }],
  ])('%s', (_, second) => {
    const { put, read } = roundTrip([{}, second, { entry: 7, number: 6, stream: 6, with: { frame: 12 } }]);
    expect(read).toEqual(put);
  });
});

it('is given up, and its neighbours keep what is theirs', () => {
  const lone = new LoneSyns();
  const columns = [0, 1, 2].map(() => new Int32Array(WIDTH));
  const into: LoneSyn = { segment: new Segment(), number: 0, stream: 0, fromLow: false };
  const empty = lone.bytes;
  const put = (entry: number, frame: number) => {
    expect(lone.put(columns[entry]!, 0, entry, synOf({ frame, tsVal: frame }), true, 4, 4)).toBe(true);
  };
  put(0, 10);
  put(1, 11);
  const near = lone.bytes;
  put(2, 900_000);
  expect(lone.bytes).toBeGreaterThan(near);
  lone.takeOut(columns[2]!, 0, 2);
  lone.takeOut(columns[0]!, 0, 0);
  expect(lone.bytes).toBe(near);
  lone.read(columns[1]!, 0, 1, into);
  expect(told(into.segment)).toEqual(told(synOf({ frame: 11, tsVal: 11 })));
  lone.takeOut(columns[1]!, 0, 1);
  expect(lone.bytes).toBe(empty);
  put(1, 950_000);
  lone.read(columns[1]!, 0, 1, into);
  expect(into.segment).toMatchObject({ frame: 950_000, tsVal: 950_000 });
});
