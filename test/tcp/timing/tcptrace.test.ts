import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { Frame } from '../../../lib/capture/frame.ts';
import { createReader } from '../../../lib/capture/open.ts';
import type { FlowMetrics } from '../../../lib/facts/flow-metrics.ts';
import { Decoder, TCP } from '../../../lib/packet/decoder.ts';
import { Connection } from '../../../lib/tcp/connection.ts';
import { flowFacts } from '../../../lib/tcp/flow-facts.ts';
import { type FlowFacts, FlowView } from '../../../lib/tcp/flow-view.ts';
import { Metrics } from '../../../lib/tcp/timing/metrics.ts';
import { judge } from '../../../lib/tcp/verdict/judge.ts';
import { Judgement } from '../../../lib/tcp/verdict/judgement.ts';
import { Memory } from '../../../lib/tcp/verdict/memory.ts';

/** Recorded captures of one connection each, which begin with its SYN. */
const CAPTURES = [
  'loss2.server',
  'loss2.client',
  'zero_window_stall.server',
  'half_close_stream.client',
  'isn_at_the_end.client',
  'loss3_bare.middle',
  'both_ways_bulk.server',
];

interface Side {
  readonly facts: FlowFacts;
  readonly metrics: FlowMetrics;
}

const pathOf = (name: string) => fileURLToPath(new URL(`../../../fixtures/kernel/${name}.pcap`, import.meta.url));

function analyse(name: string): Side[] {
  const reader = createReader();
  const frame = new Frame();
  const decoder = new Decoder();
  const connection = new Connection();
  const { client, server } = connection;
  const memory = new Memory();
  const metrics = new Metrics();
  const out = new Judgement();
  let clientPort = -1;
  reader.write(readFileSync(pathOf(name)));
  while (reader.next(frame)) {
    if (decoder.decode(frame) !== TCP) continue;
    const { segment } = decoder;
    if (clientPort < 0) clientPort = segment.srcPort;
    const fromClient = segment.srcPort === clientPort;
    const [sender, receiver] = fromClient ? [client, server] : [server, client];
    judge(connection, sender, receiver, segment, out, memory, { revise: () => {} });
    metrics.step(connection, fromClient, segment, out);
  }
  const until = { seconds: frame.seconds, nanos: frame.nanos };
  const taken = metrics.take(connection)!;
  return (['client', 'server'] as const).map((side) => ({
    facts: flowFacts(new FlowView().look(connection, side, until)),
    metrics: taken[side],
  }));
}

/** `label: value` of both columns of a long listing. */
function listing(name: string): Map<string, [string, string]> {
  const { stdout } = spawnSync('tcptrace', ['-l', '-r', '-n', pathOf(name)], { encoding: 'utf8' });
  const rows = new Map<string, [string, string]>();
  for (const line of stdout.split('\n')) {
    const found = /^\s+(\S[^:]*):\s+(\S+)(?: \S+)?\s+\1:\s+(\S+)/.exec(line);
    if (found && !rows.has(found[1]!)) rows.set(found[1]!, [found[2]!, found[3]!]);
  }
  return rows;
}

/** What is counted alike. */
const ALIKE: readonly [string, (side: Side) => number][] = [
  ['total packets', ({ facts }) => facts.packets],
  ['unique bytes sent', ({ facts }) => facts.uniqueBytes],
  ['actual data pkts', ({ facts }) => facts.dataSegments],
  ['actual data bytes', ({ facts }) => facts.bytes],
  ['ack pkts sent', ({ metrics }) => metrics.acks],
  ['pure acks sent', ({ metrics }) => metrics.pureAcks],
  ['sack pkts sent', ({ metrics }) => metrics.sackSegments],
  ['max sack blks/ack', ({ metrics }) => metrics.maxSackBlocks],
  ['pushed data pkts', ({ metrics }) => metrics.pushed],
  ['mss requested', ({ facts }) => facts.mss ?? 0],
  ['adv wind scale', ({ facts }) => facts.windowScale ?? 0],
  ['max segm size', ({ metrics }) => metrics.segmentBytes?.max ?? 0],
  ['min segm size', ({ metrics }) => metrics.segmentBytes?.min ?? 0],
  ['ttl stream length', ({ metrics }) => metrics.streamBytes ?? 0],
  ['missed data', ({ metrics }) => metrics.missedBytes ?? 0],
];

const installed = spawnSync('tcptrace', ['--version']).error === undefined;

describe.skipIf(!installed)('beside tcptrace, where it is installed (optional)', () => {
  it.each(CAPTURES)('%s', (name) => {
    const theirs = listing(name);
    expect(theirs.size).toBeGreaterThan(20);
    const ours = analyse(name);
    const rows = ALIKE.map(([label, value]) => [label, ...ours.map(value).map(String)]);
    expect(rows).toEqual(ALIKE.map(([label]) => [label, ...theirs.get(label)!]));
  });
});
