import { describe, expect, it } from 'vitest';
import { Decoder, NOT_TCP, TCP } from '../../lib/packet/decoder.ts';
import { trace } from '../../lib/packet/trace.ts';
import { type Bytes, ethernet, type FrameParts, frameOf, ipv4, ipv6, tcp, text, udp } from './build.ts';
import { AGGREGATIONS } from './encapsulations.ts';

/** Five packets: what is not TCP stands first, between and last. */
const PACKETS: readonly Bytes[] = [
  ipv4(udp(text('nothing'), 9999), { protocol: 17 }),
  ipv4(tcp({ seq: 1, srcPort: 1001, payload: 'one' })),
  ipv6(tcp({ seq: 2, srcPort: 1002, payload: 'second' })),
  ipv4(udp(text('nothing'), 9999), { protocol: 17 }),
  ipv4(tcp({ seq: 3, srcPort: 1003, payload: 'the third of them' })),
  ipv6(udp(text('nothing'), 9999), { nextHeader: 17 }),
];

interface Seen {
  readonly seq: number;
  readonly payload: string;
  readonly frame: number;
  readonly time: number;
  readonly tunnel: string | null;
}

function decodeAll(packet: Bytes, parts: FrameParts, decoder = new Decoder()): Seen[] {
  const frame = frameOf(packet, parts);
  const seen: Seen[] = [];
  for (let kind = decoder.decode(frame); kind !== NOT_TCP; kind = decoder.decodeMore(frame)) {
    expect(kind).toBe(TCP);
    const { segment: s } = decoder;
    expect(s.troubles).toBe(0);
    seen.push({
      seq: s.seq,
      payload: new TextDecoder().decode(s.bytes.subarray(s.payloadStart, s.payloadStart + s.payloadCaptured)),
      frame: s.frame,
      time: s.seconds,
      tunnel: decoder.describeTunnel(),
    });
  }
  expect(decoder.more).toBe(false);
  return seen;
}

describe.each(AGGREGATIONS)('several packets in one frame: $name', ({ linkType, wrap }) => {
  it('come out one by one, with the frame’s number and time', () => {
    const seen = decodeAll(wrap(...PACKETS), { linkType, number: 7, time: 1234 });
    const tunnel = seen[0]!.tunnel;
    expect(seen).toEqual([
      { seq: 1, payload: 'one', frame: 7, time: 1234, tunnel },
      { seq: 2, payload: 'second', frame: 7, time: 1234, tunnel },
      { seq: 3, payload: 'the third of them', frame: 7, time: 1234, tunnel },
    ]);
  });

  it('leave nothing to the frame after', () => {
    const decoder = new Decoder();
    // Only the first is asked for.
    decoder.decode(frameOf(wrap(...PACKETS), { linkType }));
    expect(decodeAll(wrap(PACKETS[1]!), { linkType }, decoder).map(({ seq }) => seq)).toEqual([1]);
  });

  it('count once where none is TCP, and not where one is', () => {
    const decoder = new Decoder();
    decodeAll(wrap(...PACKETS), { linkType, number: 1 }, decoder);
    expect(decoder.skipped).toEqual(new Map());
    decodeAll(wrap(PACKETS[0]!, PACKETS[3]!), { linkType, number: 2 }, decoder);
    expect([...decoder.skipped.values()]).toEqual([{ frames: 1, firstFrame: 2 }]);
  });

  it('are told in the trace of the frame', () => {
    const { steps, outcome } = trace(frameOf(wrap(...PACKETS), { linkType }));
    expect(outcome).toBe('TCP');
    expect(steps.filter(({ name }) => name === 'IP protocol 6')).toHaveLength(3);
    expect(trace(frameOf(wrap(PACKETS[0]!, PACKETS[3]!), { linkType })).outcome).toBe('not TCP');
  });

  it('come out as far as the frame was captured', () => {
    const whole = wrap(...PACKETS);
    const wanted = [1, 2, 3];
    for (let captured = 0; captured <= whole.length; captured++) {
      const decoder = new Decoder();
      const frame = frameOf(whole, { linkType, captured, original: whole.length });
      const seen: number[] = [];
      for (let kind = decoder.decode(frame); kind !== NOT_TCP; kind = decoder.decodeMore(frame)) {
        seen.push(decoder.segment.seq);
      }
      expect(seen).toEqual(wanted.slice(0, seen.length));
    }
  });
});

it('a frame that is usual follows one that was left in the middle', () => {
  const decoder = new Decoder();
  decoder.decode(frameOf(AGGREGATIONS[0]!.wrap(...PACKETS), { linkType: AGGREGATIONS[0]!.linkType }));
  expect(decoder.decode(frameOf(ethernet(PACKETS[4]!)))).toBe(TCP);
  expect(decoder.segment.seq).toBe(3);
});

it('packets within packets within packets are bounded', () => {
  const { wrap, linkType } = AGGREGATIONS.find(({ name }) => name === 'A-MSDU in TZSP')!;
  let packet = PACKETS[1]!;
  for (let depth = 0; depth < 20; depth++) packet = wrap(packet, PACKETS[4]!).subarray(14);
  const seen = decodeAll(ethernet(packet), { linkType });
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.every(({ seq }) => seq === 3)).toBe(true);
});
