import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Frame } from '../../lib/capture/frame.ts';
import { PcapngWriter } from '../../lib/capture/writer.ts';
import { Decoder, TCP } from '../../lib/packet/decoder.ts';
import { frameOf, ipv4, ipv6, tcp } from './build.ts';
import { AGGREGATIONS, ENCAPSULATIONS, ONLY_IPV4, ONLY_IPV6 } from './encapsulations.ts';

/** Every encapsulation in the eyes of Wireshark: only where tshark is installed. */
const there = spawnSync('tshark', ['--version']).status === 0;

/** In what tshark 4.0.17 sees no TCP: what it does not decode, or not without being told to, or not without sums. */
const NOT_FOR_TSHARK: readonly (string | RegExp)[] = [
  // It knows a pseudowire's frame by makers' addresses.
  /^Ethernet pseudowire/,
  'ARCNET, RFC 1201 with exception',
  'SLIP',
  'classical IP over ATM',
  /^DOCSIS/,
  'PPP of Linux, with direction',
  'Cisco HDLC, with direction',
  'frame relay, with direction',
  'Linux cooked, IEEE 802.11',
  'netfilter log, big-endian',
  /^netANALYZER/,
  'EPON',
  'mPacket',
  /^(Broadcom|Marvell) switch/,
  /^Infiniband with a /,
  'VXLAN at the port of Linux',
  /^L2TPv3/,
  // It takes the flow for the L2TP that it was.
  'AYIYA',
  'CAPWAP, 802.11',
];

interface Wrapped {
  readonly name: string;
  readonly frame: Frame;
}

/** Both versions of IP in each. */
function wrapped(): Wrapped[] {
  const all: Wrapped[] = [];
  for (const { name, linkType, wrap } of ENCAPSULATIONS) {
    for (const version of [4, 6]) {
      if ((version === 4 ? ONLY_IPV6 : ONLY_IPV4).has(name)) continue;
      const segment = tcp({ seq: 0x89abcdef, payload: 'twelve bytes' });
      all.push({ name, frame: frameOf(wrap(version === 4 ? ipv4(segment) : ipv6(segment)), { linkType }) });
    }
  }
  return all;
}

/** The sequence number that tshark finds in each frame; empty without. */
function tshark(frames: readonly Frame[]): string[] {
  const linkTypes = [...new Set(frames.map(({ linkType }) => linkType))];
  const interfaces = linkTypes.map((linkType) => ({ linkType, snapLength: 0, name: null }));
  const parts: Uint8Array[] = [];
  const writer = new PcapngWriter((bytes) => parts.push(bytes.slice()), { interfaces });
  for (const frame of frames) {
    frame.interface = linkTypes.indexOf(frame.linkType);
    writer.frame(frame);
  }
  writer.end();
  const folder = mkdtempSync(join(tmpdir(), 'tcplint-'));
  try {
    const file = join(folder, 'all.pcapng');
    writeFileSync(file, Buffer.concat(parts));
    const argv = ['-r', file, '-T', 'fields', '-e', 'frame.number', '-e', 'tcp.seq_raw'];
    const { stdout } = spawnSync('tshark', argv, { encoding: 'utf8', maxBuffer: 1 << 26 });
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t')[1] ?? '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

it.skipIf(!there)('tshark sees the same segment in each', { timeout: 120_000 }, () => {
  const all = wrapped();
  const seen = tshark(all.map(({ frame }) => frame));
  expect(seen).toHaveLength(all.length);
  const differences = new Set<string>();
  all.forEach(({ name, frame }, i) => {
    expect(new Decoder().decode(frame)).toBe(TCP);
    const known = NOT_FOR_TSHARK.some((what) => (typeof what === 'string' ? what === name : what.test(name)));
    const same = seen[i]!.split(',').includes(String(0x89abcdef));
    if (!same && !known) differences.add(`${name}: ${seen[i]}`);
  });
  expect([...differences]).toEqual([]);
});

it.skipIf(!there)('tshark sees the same segments where a frame holds several', { timeout: 120_000 }, () => {
  const packets = [1, 2, 3].map((seq) => ipv4(tcp({ seq, srcPort: 1000 + seq, payload: 'twelve bytes' })));
  const seen = tshark(AGGREGATIONS.map(({ linkType, wrap }) => frameOf(wrap(...packets), { linkType })));
  expect(AGGREGATIONS.map(({ name }, i) => `${name}: ${seen[i]}`)).toEqual(
    AGGREGATIONS.map(({ name }) => `${name}: 1,2,3`),
  );
});
