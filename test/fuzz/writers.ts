import { Frame } from '../../lib/capture/frame.ts';
import { createReader } from '../../lib/capture/open.ts';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import type { PacketRow } from '../../lib/facts/packet-row.ts';
import { trace } from '../../lib/packet/trace.ts';
import { Copier, CopyError } from '../../lib/rewrite/copy.ts';
import { EvidenceFinder } from '../../lib/rewrite/evidence.ts';
import { findingComments } from '../../lib/rewrite/finding-comments.ts';
import type { Run } from './analysis.ts';
import { joined } from './pieces.ts';
import type { Random } from './random.ts';
import { difference } from './roads.ts';

/** Not a secret one: cases must come out alike every time. */
function hash(input: Uint8Array): Uint8Array {
  const output = new Uint8Array(32);
  let state = 0x811c9dc5;
  for (const byte of input) state = Math.imul(state ^ byte, 0x01000193);
  for (let i = 0; i < 32; i++) {
    state = Math.imul(state ^ i, 0x01000193);
    output[i] = state >>> 24;
  }
  return output;
}

/**
 * What writes captures: whatever it read, what it writes is whole and holds the same frames; and where all of them were
 * meant, analysis of them says the same. Says what is wrong, or null.
 */
export function rewritten({ findings, capture }: Run, file: Uint8Array, random: Random): string | null {
  const meant = random.below(4);
  const finder = new EvidenceFinder(({ connection }) => connection % 4 === meant);
  finder.write(file);
  const frames = random.oneIn(3) ? finder.end() : undefined;
  const { byFrame, ofFile } = findingComments(findings);
  const anonymous = random.oneIn(2);
  const format = random.oneIn(4) ? 'pcap' : 'pcapng';
  const parts: Uint8Array[] = [];
  const copier = new Copier((bytes) => parts.push(bytes.slice()), {
    format,
    application: 'fuzz',
    ...(frames === undefined ? {} : { frames }),
    ...(random.oneIn(2) ? { comments: byFrame, fileComments: ofFile } : {}),
    ...(anonymous ? { anonymize: hash } : {}),
  });
  try {
    copier.write(file);
    copier.end();
  } catch (error) {
    if (error instanceof CopyError) return null;
    throw error;
  }
  const copy = joined(parts);
  const reader = createReader();
  const frame = new Frame();
  let count = 0;
  const readOn = () => {
    while (reader.next(frame)) {
      count++;
      trace(frame);
    }
  };
  reader.write(copy);
  readOn();
  reader.end();
  readOn();
  if (reader.info.problems.length > 0) return `the copy is damaged: ${reader.info.problems[0]!.reason}`;
  if (count !== copier.written) return `the copy holds ${count} frames of ${copier.written}`;
  if (frames === undefined && count !== capture.packets) return `${count} frames were copied of ${capture.packets}`;
  if (frames !== undefined || copier.cut > 0) return null;
  // Frames are numbered by blocks that are not copied, too; and a pcap knows no interfaces, and not when it ended.
  if (lastFrame(file) !== count) return null;
  const { interfaces, endSeconds } = copier.info;
  if (format === 'pcap' && (interfaces.length > 1 || endSeconds !== null)) return null;
  const [before, after] = [told(file, anonymous), told(copy, anonymous)];
  return before === after ? null : `the ${anonymous ? 'anonymous ' : ''}copy says ${difference(after, before)}`;
}

function lastFrame(file: Uint8Array): number {
  const reader = createReader();
  const frame = new Frame();
  let last = 0;
  reader.write(file);
  while (reader.next(frame)) last = frame.number;
  return last;
}

/** What analysis says of every segment and connection; of an anonymous one, but for who it was. */
function told(file: Uint8Array, anonymous: boolean): string {
  const rows: PacketRow[] = [];
  const connections: unknown[] = [];
  const analyzer = new Analyzer({
    onPacket: (row) => rows.push(row),
    onConnection: (facts) => connections.push(anonymous ? nameless(facts) : facts),
    labels: true,
    zeek: true,
  });
  analyzer.write(file);
  analyzer.end();
  return JSON.stringify([rows, connections]);
}

/** Addresses left out, wherever they stand. */
function nameless(facts: ConnectionFacts): unknown {
  return JSON.parse(JSON.stringify(facts, (key, value) => (key === 'address' ? undefined : value)));
}
