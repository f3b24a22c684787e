import { describe, expect, it } from 'vitest';
import { addressText } from '../../lib/facts/address.ts';
import { Decoder, NOT_TCP, TCP } from '../../lib/packet/decoder.ts';
import { bytes, ethernet, frameOf, ipv4, ipv6, tcp, vlan } from './build.ts';
import { ENCAPSULATIONS, ONLY_IPV4, ONLY_IPV6 } from './encapsulations.ts';

const segment = tcp({ seq: 0x89abcdef, ack: 0x01234567, srcPort: 1234, dstPort: 4321, payload: 'twelve bytes' });
const packets = { IPv4: ipv4(segment), IPv6: ipv6(segment) };

for (const [version, packet] of Object.entries(packets)) {
  const others = version === 'IPv4' ? ONLY_IPV6 : ONLY_IPV4;
  const encapsulations = ENCAPSULATIONS.filter(({ name }) => !others.has(name));
  describe(`TCP over ${version}`, () => {
    it.each(encapsulations)('is found in $name', ({ linkType, wrap, tunnel }) => {
      const decoder = new Decoder();
      const found = decoder.segment;
      expect(decoder.decode(frameOf(wrap(packet), { linkType }))).toBe(TCP);
      expect(addressText(found.ipVersion, found.srcA, found.srcB, found.srcC, found.srcD)).toBe(
        version === 'IPv4' ? '10.0.0.1' : '2001:db8::1',
      );
      expect(found.seq >>> 0).toBe(0x89abcdef);
      expect(found.ack).toBe(0x01234567);
      expect([found.srcPort, found.dstPort]).toEqual([1234, 4321]);
      expect(found.length).toBe(12);
      expect(found.troubles).toBe(0);
      const payload = found.bytes.subarray(found.payloadStart, found.payloadStart + found.payloadCaptured);
      expect(new TextDecoder().decode(payload)).toBe('twelve bytes');
      expect(decoder.describeTunnel()).toBe(tunnel ?? null);
      expect(found.tunnel === 0).toBe(tunnel === undefined);
      expect(decoder.tunnelText(found.tunnel)).toBe(tunnel ?? null);
    });

    it.each(encapsulations)('is cut, never wrong, at every byte of $name', ({ linkType, wrap }) => {
      const whole = wrap(packet);
      const decoder = new Decoder();
      for (let captured = 0; captured < whole.length; captured++) {
        const frame = frameOf(whole, { linkType, captured, original: whole.length });
        const result = decoder.decode(frame);
        const found = decoder.segment;
        if (result === NOT_TCP) continue;
        expect(result).toBe(TCP);
        expect(found.seq >>> 0).toBe(0x89abcdef);
        expect(found.length).toBe(12);
        expect(found.payloadStart + found.payloadCaptured).toBeLessThanOrEqual(frame.start + captured);
      }
      const { skipped } = decoder;
      const reasons = [...skipped.keys()].filter(
        (reason) => reason !== 'cut before TCP header' && reason !== 'not TCP',
      );
      expect(reasons).toEqual([]);
    });
  });
}

describe('tunnel ids', () => {
  const packet = packets.IPv4;

  it('keep their text after the frame is gone', () => {
    const decoder = new Decoder();
    const tunnels = [7, 9, 7].map((id) => {
      decoder.decode(frameOf(vlan(ethernet(packet), id)));
      return decoder.segment.tunnel;
    });
    decoder.decode(frameOf(ethernet(packet)));
    expect(tunnels.map((tunnel) => decoder.tunnelText(tunnel))).toEqual(['VLAN 7', 'VLAN 9', 'VLAN 7']);
  });

  const tunnelOf = (linkType: number, frame: Uint8Array) => {
    const decoder = new Decoder();
    expect(decoder.decode(frameOf(frame, { linkType }))).toBe(TCP);
    return decoder.segment.tunnel;
  };

  it('tell two networks apart, and are the same for both ways through one tunnel', () => {
    const gre = (source: string, destination: string, key: number) =>
      tunnelOf(101, ipv4(bytes('20 00 08 00 00 00 00', key, packet), { source, destination, protocol: 47 }));
    const there = gre('192.0.2.1', '192.0.2.2', 1);
    expect(gre('192.0.2.2', '192.0.2.1', 1)).toBe(there);
    expect(gre('192.0.2.1', '192.0.2.2', 2)).not.toBe(there);
    expect(gre('192.0.2.1', '192.0.2.3', 1)).not.toBe(there);
  });
});
