import { describe, expect, it } from 'vitest';
import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import { ExplainingAnalyzer } from '../../lib/engine/explain/analyzer.ts';
import { Overview } from '../../lib/engine/incident/overview.ts';
import { PlotReader } from '../../lib/engine/incident/plots.ts';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import type { PacketRow } from '../../lib/facts/packet-row.ts';
import { PLAIN_PAGE } from '../../lib/report/page.ts';
import { open as ladder } from '../../lib/report/timeline/ladder.ts';
import { EvidenceFinder } from '../../lib/rewrite/evidence.ts';
import { join, LITTLE, pcapHeader, pcapRecord } from '../capture/make.ts';
import { fixture, rowsOf } from '../fixtures.ts';
import { type Bytes, ipv4, tcp, udp } from '../packet/build.ts';
import { AGGREGATIONS, tecmpOf } from '../packet/encapsulations.ts';

interface Record {
  readonly frame: Bytes;
  readonly seconds: number;
  readonly micros: number;
}

function recordsOf(path: string): Record[] {
  const [reader, frame, records] = [createReader(), new Frame(), [] as Record[]];
  reader.write(fixture(path));
  while (reader.next(frame)) {
    const { bytes, start, captured, seconds, nanos } = frame;
    records.push({ frame: bytes.slice(start, start + captured), seconds, micros: Math.floor(nanos / 1000) });
  }
  return records;
}

/** A capture whose frames each hold so many frames of Ethernet, with the time of the first. */
function captureOf(groups: readonly (readonly Record[])[]): Uint8Array {
  const records = groups.map((group) => {
    const [{ seconds, micros }] = group as [Record];
    return pcapRecord(LITTLE, { seconds, fraction: micros, bytes: tecmpOf(...group.map(({ frame }) => frame)) });
  });
  return join([pcapHeader(LITTLE), ...records]);
}

describe('segments that share a frame', () => {
  it.each([
    ['kernel/chat_loss.middle.pcap', 2],
    ['kernel/chat_loss_v6.server.pcap', 3],
    ['kernel/content_reordered.client.pcap', 2],
    ['kernel/simultaneous_close_fin_lost.server.pcap', 2],
    ['kernel/content_damaged_v6.middle.pcap', 3],
    ['kernel/accept_queue_drained.middle.pcap', 2],
    ['kernel/time_wait_refuses.client.pcap', 3],
  ])('mean what they mean in frames of their own: %s, %i in each', (path, size) => {
    const records = recordsOf(path);
    const groups = records.flatMap((first, i) => {
      if (i % size !== 0) return [];
      return [records.slice(i, i + size).map(({ frame }) => ({ ...first, frame }))];
    });
    const place = (frame: number) => Math.floor((frame - 1) / size) + 1;
    const apart = rowsOf(captureOf(groups.flatMap((group) => group.map((one) => [one]))));
    const expected = apart.map(({ verdict, ...row }) => ({
      ...row,
      frame: place(row.frame),
      verdict: verdict?.of === undefined ? verdict : { ...verdict, of: place(verdict.of) },
    }));
    expect(apart.some(({ verdict }) => verdict !== null)).toBe(true);
    expect(rowsOf(captureOf(groups))).toEqual(expected);
  });

  const { wrap, linkType } = AGGREGATIONS.find(({ name }) => name === 'A-MSDU')!;
  const segments = [1, 2].map((port) => ipv4(tcp({ srcPort: port, flags: 2, seq: port })));
  const datagram = ipv4(udp(new Uint8Array(4), 9), { protocol: 17 });
  const frames = [wrap(datagram, ...segments), wrap(datagram), wrap(segments[0]!)];
  const capture = join([
    pcapHeader(LITTLE, { network: linkType }),
    ...frames.map((bytes) => pcapRecord(LITTLE, { bytes })),
  ]);

  it('are explained one after another', () => {
    const analyzer = new ExplainingAnalyzer({}, 1);
    analyzer.write(capture);
    analyzer.end();
    const { stages } = analyzer.explanation()!;
    const each = ['segment', 'connection', 'verdict', 'states', 'timing', 'windows', 'labels'];
    expect(stages.map(({ stage }) => stage)).toEqual(['frame', 'layers', ...each, ...each]);
    const verdicts = stages.filter(({ stage }) => stage === 'connection').map(({ entries }) => entries[0]!.text);
    expect(verdicts).toEqual([expect.stringMatching(/^0, begins/), expect.stringMatching(/^1, begins/)]);
  });

  it('are found by either', () => {
    for (const [stream, found] of [
      [0, [1, 3]],
      [1, [1]],
    ] as const) {
      const finder = new EvidenceFinder((row) => row.stream === stream);
      finder.write(capture);
      const evidence = finder.end();
      expect([1, 2, 3].filter((frame) => evidence.has(frame))).toEqual(found);
    }
  });

  it('are drawn for the connection that they are of, also where two begin in one frame', () => {
    const overview = new Overview(() => null);
    const first = new Analyzer({ wake: -1, onConnection: (facts) => overview.add(facts) });
    first.write(capture);
    first.end();
    const reader = new PlotReader({ seconds: 0, nanos: 0 }, [overview.find(0)!, overview.find(1)!], 100);
    reader.write(capture);
    reader.end();
    const drawn = reader
      .drawn()
      .pages.map(({ facts, plot }) => [facts.connection, facts.client.port, plot.points.map(({ frame }) => frame)]);
    expect(drawn).toEqual([
      [0, 1, [1, 3]],
      [1, 2, [1]],
    ]);
  });

  it('share what their frame made of the connection', () => {
    const packets: PacketRow[] = [];
    const told: ConnectionFacts[] = [];
    const closing = [0x18, 0x11].map((flags, i) => ipv4(tcp({ flags, seq: 1 + i, payload: '.' })));
    const analyzer = new Analyzer({
      wake: -1,
      onPacket: (row) => packets.push(row),
      onConnection: (facts) => told.push(facts),
    });
    analyzer.write(join([pcapHeader(LITTLE, { network: linkType }), pcapRecord(LITTLE, { bytes: wrap(...closing) })]));
    analyzer.end();
    const origin = { path: 'x', start: null, several: false };
    const text = ladder(PLAIN_PAGE).row({ facts: told[0]!, packets, findings: [] }, origin);
    expect(text.match(/FIN_WAIT_1/g)).toHaveLength(1);
    expect(text).toMatch(/FIN.*\n?.*FIN_WAIT_1|FIN_WAIT_1.*FIN/);
  });

  it('are packets of one frame', () => {
    const analyzer = new Analyzer();
    analyzer.write(capture);
    expect(analyzer.end()).toMatchObject({ packets: 3, segments: 3, skipped: [{ frames: 1, firstFrame: 2 }] });
  });
});
