import { describe, expect, it } from 'vitest';
import { findRotations, type Span } from '../../lib/engine/sources/rotation.ts';

const at = (seconds: number) => ({ seconds: Math.floor(seconds), nanos: Math.round((seconds % 1) * 1e9) });

const span = (path: string, start: number, end: number, packets = 1000): Span => ({
  path,
  packets,
  start: at(start),
  end: at(end),
});

describe('findRotations', () => {
  it('finds the order of a ring, whatever the order of its files', () => {
    const ring = [span('d/ring.pcap2', 200, 299.9), span('d/ring.pcap', 0, 99.9), span('d/ring.pcap1', 100, 199.9)];
    expect(findRotations(ring)).toEqual([
      { before: 'd/ring.pcap1', after: null },
      { before: null, after: 'd/ring.pcap1' },
      { before: 'd/ring.pcap', after: 'd/ring.pcap2' },
    ]);
  });

  it.each([
    ['tcpdump -W', 'trace.pcap00', 'trace.pcap01'],
    ['tcpdump -G', 'trace-20231121-0900.pcap', 'trace-20231121-1000.pcap'],
    ['dumpcap -b', 'x_00001_20231121090000.pcapng', 'x_00002_20231121100000.pcapng'],
  ])('knows names of %s', (_tool, first, second) => {
    const found = findRotations([span(first, 0, 99), span(second, 99.5, 200)]);
    expect(found.map((rotation) => rotation?.after ?? null)).toEqual([second, null]);
  });

  it('takes a pause for a seam that is usual on a quiet link, not a longer one', () => {
    const quiet = (pause: number) => findRotations([span('q1', 0, 3600, 37), span('q2', 3600 + pause, 7200, 37)]);
    expect(quiet(1500)).not.toContain(null);
    expect(quiet(2500)).toEqual([null, null]);
  });

  it('leaves alone what overlaps, has another name, lies elsewhere, or is empty', () => {
    const alone = (...captures: Span[]) => expect(findRotations(captures)).toEqual(captures.map(() => null));
    alone(span('host1.pcap', 0, 100), span('host2.pcap', 50, 150));
    alone(span('client.pcap', 0, 100), span('server.pcap', 100, 150));
    alone(span('a/1.pcap', 0, 100), span('b/2.pcap', 100, 150));
    alone(span('1.pcap', 0, 100), { path: '2.pcap', packets: 0, start: null, end: null });
  });

  it('allows a seam where packets were recorded slightly out of order', () => {
    expect(findRotations([span('1.pcap', 0, 100.002), span('2.pcap', 100, 200)])).not.toContain(null);
  });
});
