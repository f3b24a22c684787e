import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import { fixture } from '../fixtures.ts';

/** Everything that an analysis tells, fed in chunks of `size` bytes. */
function analysed(capture: Uint8Array, size: number): string {
  const told: unknown[] = [];
  const analyzer = new Analyzer({
    onConnection: (facts) => told.push(facts),
    onPacket: (row) => told.push(row),
    labels: true,
    zeek: true,
  });
  for (let at = 0; at < capture.length; at += size) analyzer.write(capture.subarray(at, at + size));
  told.push(analyzer.end());
  return JSON.stringify(told);
}

/** The same when only findings are wanted: another road for lone SYNs and for connections that are over. */
function judged(capture: Uint8Array, size: number): string {
  const told: unknown[] = [];
  const analyzer = new Analyzer({ wake: 0x3fffffff, onConnection: (facts) => told.push(facts) });
  for (let at = 0; at < capture.length; at += size) analyzer.write(capture.subarray(at, at + size));
  told.push(analyzer.end());
  return JSON.stringify(told);
}

describe('where the chunks are cut changes nothing', () => {
  it.each([
    'kernel/client_closes.client.pcap',
    'kernel/refused_icmp.pcap',
    'kernel/reset_data_after_close.server.pcap',
  ])('%s, every size', (name) => {
    const capture = fixture(name);
    const whole = analysed(capture, capture.length);
    expect(whole.length).toBeGreaterThan(1000);
    for (let size = 1; size < capture.length; size += size < 100 ? 1 : 97) {
      expect(analysed(capture, size) === whole, `chunks of ${size}`).toBe(true);
    }
  });

  it.each([1, 13, 1000, 4096, 65_536])('the incident, %i bytes at a time', (size) => {
    const capture = fixture('incident.pcapng');
    expect(judged(capture, size) === judged(capture, capture.length)).toBe(true);
  });
});
