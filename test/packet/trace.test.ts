import { describe, expect, it } from 'vitest';
import { Decoder, ICMP_ERROR, NOT_TCP, TCP } from '../../lib/packet/decoder.ts';
import { ipv4 as ipv4Layer } from '../../lib/packet/ip/ip.ts';
import { trace } from '../../lib/packet/trace.ts';
import { bytes, ethernet, frameOf, ipv4, tcp, udp, vlan } from './build.ts';
import { ENCAPSULATIONS, ONLY_IPV6 } from './encapsulations.ts';

describe('the trace of a frame', () => {
  it('names every header and where it stands', () => {
    const frame = vlan(
      ethernet(ipv4(udp(bytes('08 00 00 00 00 00 01 00', ethernet(ipv4(tcp()))), 4789), { protocol: 17 })),
      5,
    );
    const { steps, outcome } = trace(frameOf(frame));
    expect(steps.map(({ name, start }) => `${name} at ${start}`)).toEqual([
      'link type 1 at 0',
      'ethertype 0x8100 at 14',
      'ethertype 0x0800 at 18',
      'IP protocol 17 at 38',
      'link type 1 at 54',
      'ethertype 0x0800 at 68',
      'IP protocol 6 at 88',
    ]);
    expect(steps.filter(({ layer }) => layer === ipv4Layer).map(({ start }) => start)).toEqual([18, 68]);
    expect(outcome).toBe('TCP');
  });

  it('says why it ends', () => {
    expect(trace(frameOf(bytes(1, 2, 3), { linkType: 999 })).outcome).toBe('link type 999');
    expect(trace(frameOf(ethernet(ipv4(tcp(), { protocol: 89 })))).outcome).toBe('not TCP');
    expect(trace(frameOf(ethernet(ipv4(tcp())), { captured: 20 })).outcome).toBe('cut before TCP header');
    expect(trace(frameOf(ethernet(ipv4(tcp(), { moreFragments: true })))).outcome).toBe('IP fragment');
  });

  it('agrees with the decoder', () => {
    for (const { name, linkType, wrap } of ENCAPSULATIONS) {
      if (ONLY_IPV6.has(name)) continue;
      const frame = frameOf(wrap(ipv4(tcp())), { linkType });
      const { steps, outcome } = trace(frame);
      const decoder = new Decoder();
      expect(decoder.decode(frame)).toBe(outcome === 'TCP' ? TCP : NOT_TCP);
      expect(steps.at(-1)!.start).toBe(decoder.segment.headerStart - frame.start);
    }
    const error = frameOf(ethernet(ipv4(bytes('03 03 00 00 00 00 00 00', ipv4(tcp())), { protocol: 1 })));
    expect(new Decoder().decode(error)).toBe(ICMP_ERROR);
    expect(trace(error).steps.at(-1)!.start).toBe(14 + 20 + 8 + 20);
  });
});
