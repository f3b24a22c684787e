import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LABEL_NAMES } from '../../../lib/tcp/wireshark/labels.ts';
import { writeContainer } from '../../scripts/container.ts';
import { concat, fields, ipPacket, LINKS, linkFrame, PROTOCOL, tcpSegment } from '../../scripts/wire.ts';
import { conversation, randomFrom } from './conversations.ts';
import { follow, type Line } from './trace.ts';

// Optional: where a tshark of the version that the labels follow is installed, it is asked what it makes of
// conversations in which anything may happen.

const CONVERSATIONS = 150;
const LENGTH = 40;

function installed(): boolean {
  try {
    return execFileSync('tshark', ['--version'], { encoding: 'utf8', stdio: 'pipe' }).startsWith(
      'TShark (Wireshark) 4.0.',
    );
  } catch {
    return false;
  }
}

interface Printed {
  readonly stream: number;
  readonly completeness: number;
  readonly labels: string;
}

/** What tshark prints in two passes, by frame. */
function ask(capture: Uint8Array): Map<number, Printed> {
  const folder = mkdtempSync(join(tmpdir(), 'tcplint-oracle-'));
  try {
    const path = join(folder, 'conversations.pcap');
    writeFileSync(path, capture);
    const columns = ['frame.number', 'tcp.stream', 'tcp.completeness', ...LABEL_NAMES.map((l) => `tcp.analysis.${l}`)];
    const args = ['-r', path, '-2', '-T', 'fields', ...columns.flatMap((column) => ['-e', column])];
    const text = execFileSync('tshark', args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 28 });
    const printed = new Map<number, Printed>();
    for (const line of text.split('\n').filter((row) => row !== '')) {
      const [frame, stream, completeness, ...labels] = line.split('\t');
      printed.set(Number(frame), {
        stream: Number(stream),
        completeness: Number(completeness),
        labels: LABEL_NAMES.filter((_, bit) => (labels[bit] ?? '') !== '').join(' '),
      });
    }
    return printed;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function frameOf(line: Line, pair: number): Uint8Array {
  const ends = [`10.0.${pair >> 8}.${pair & 255}`, '10.1.0.1'] as const;
  const ip = {
    src: ends[line.fromLow ? 0 : 1],
    dst: ends[line.fromLow ? 1 : 0],
    protocol: PROTOCOL.tcp,
    ttl: 64,
    id: 0,
    ecn: 0,
  };
  const options = line.windowScale < 0 ? [] : [3, 3, line.windowScale, 1];
  const tcp = tcpSegment(ip, {
    srcPort: line.fromLow ? 40000 : 9,
    dstPort: line.fromLow ? 9 : 40000,
    seq: line.seq,
    ack: line.ack,
    flags: line.flags,
    window: line.window,
    urgent: 0,
    options: Uint8Array.from(options),
    payload: new Uint8Array(line.length).fill(0x78),
  });
  const packet = ipPacket(ip, tcp);
  if (!line.quoted) return linkFrame('ethernet', packet, 1, 0);
  const router = { src: '192.0.2.1', dst: ip.src, protocol: 1, ttl: 64, id: 0, ecn: 0 };
  const unreachable = concat(fields([3, 1], [1, 1], [0, 2], [0, 4]), packet);
  return linkFrame('ethernet', ipPacket(router, unreachable), 1, 0);
}

describe.skipIf(!installed())('tshark 4.0, where it is installed', () => {
  it('prints the same for conversations in which anything may happen', { timeout: 120_000 }, () => {
    const random = randomFrom(4017);
    const all = Array.from({ length: CONVERSATIONS }, () => conversation(random, LENGTH));
    const packets = all.flatMap((lines, pair) =>
      lines.map((line) => {
        const bytes = frameOf(line, pair);
        return { ns: Math.round(line.milliseconds * 1e6), bytes, original: bytes.length, interface: 0 };
      }),
    );
    const container = {
      format: 'pcap',
      linkType: LINKS.ethernet,
      snapLength: 65535,
      end: null,
      dropped: null,
    } as const;
    const printed = ask(writeContainer(container, packets));

    let frame = 0;
    let firstStream = 0;
    for (const [pair, lines] of all.entries()) {
      const ours = follow(lines);
      const theirs = lines.map((_, index) => printed.get(frame + index + 1)!);
      const name = `conversation ${pair}, frames ${frame + 1} to ${frame + lines.length}`;
      expect(
        theirs.map(({ stream }) => stream - firstStream),
        name,
      ).toEqual(ours.streams);
      const labels = theirs.map((row, index) => (lines[index]!.quoted ? '' : row.labels));
      expect(labels, name).toEqual(ours.labels);
      const completeness = ours.completeness.map(
        (_, stream) => theirs.findLast((row) => row.stream - firstStream === stream)!.completeness,
      );
      expect(completeness, name).toEqual(ours.completeness);
      frame += lines.length;
      firstStream += ours.completeness.length;
    }
  });
});
