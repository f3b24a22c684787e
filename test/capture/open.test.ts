import { describe, expect, it } from 'vitest';
import { UNKNOWN_FORMAT } from '../../lib/capture/info.ts';
import { join, text } from './make.ts';
import { readAll } from './read.ts';

const followed = (start: readonly number[] | string) =>
  join([typeof start === 'string' ? text(start) : Uint8Array.from(start), new Uint8Array(200)]);

describe('what is no capture', () => {
  it.each<readonly [string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'empty: 0 bytes, no capture'],
    [
      'text',
      text('12:00:00.1 IP 192.0.2.1.80 > 192.0.2.2.1024: Flags [S]\n'.repeat(9)),
      'text, not a capture (tcpdump -w and tshark -w write captures)',
    ],
    ['one letter', text('a'), 'text, not a capture (tcpdump -w and tshark -w write captures)'],
    ['gzip in gzip', followed([0x1f, 0x8b, 8, 0]), 'gzip, not a capture: unpack it first'],
    ['xz', followed([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), 'xz, not a capture: unpack it first'],
    ['compress', followed([0x1f, 0x9d, 0x90]), 'compress (.Z), not a capture: unpack it first'],
    [
      'a pointer of Git LFS',
      text(`version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`),
      'a Git LFS pointer, not the file it stands for: git lfs pull',
    ],
    ['snoop', followed('snoop\0\0\0'), 'a snoop (Solaris) capture, convert it by: editcap -F pcap IN OUT'],
    ...(
      [
        ['an Observer', 'ObserverPktBuffer', 'a Network Instruments Observer'],
        ['a K12 text', '+---------+---------------+----------+\n', 'a K12 text'],
        ['a LANalyzer', [0x01, 0x10, 0x4c, 0x00], 'a Novell LANalyzer'],
        ['a nettl', 'TR\0d', 'an HP-UX nettl'],
        ['a 5Views', [0xaa, 0xaa, 0xaa, 0xaa], 'an Accellent 5Views'],
        ['a Network Monitor', 'GMBU', 'a Microsoft Network Monitor 2'],
        ['a RADCOM', [0x42, 0xd2, 0x00, 0x34, 0x12, 0x66, 0x22, 0x88], 'a RADCOM'],
        ['a Capsa', 'cpse', 'a Colasoft Capsa'],
        ['an Aethra', 'V0208', 'an Aethra'],
        ['a Sniffer', 'XCP\0', 'a NetXRay or Sniffer for Windows'],
      ] as const
    ).map(
      ([what, start, name]) =>
        [`${what} capture`, followed(start), `${name} capture, convert it by: editcap -F pcap IN OUT`] as const,
    ),
    [
      'anything else',
      followed([1, 2, 3, 4]),
      'not a capture: neither pcap nor pcapng begins with 01 02 03 04 (editcap -F pcap IN OUT may know it)',
    ],
    [
      'half a magic',
      Uint8Array.of(0xd4, 0xc3),
      'not a capture: neither pcap nor pcapng begins with d4 c3 (editcap -F pcap IN OUT may know it)',
    ],
  ])('is told: %s', (_name, bytes, reason) => {
    for (const chunkBytes of [1, 7, 1000]) {
      const { frames, info } = readAll(bytes, chunkBytes);
      expect(frames).toEqual([]);
      expect(info.format).toBe(UNKNOWN_FORMAT);
      expect(info.problems).toEqual([{ kind: 'damaged', offset: 0, reason }]);
    }
  });
});
