import { readdirSync, readFileSync } from 'node:fs';
import { Analyzer } from '../lib/engine/analyzer.ts';
import type { AnalyzerOptions } from '../lib/engine/options.ts';
import type { CaptureFacts } from '../lib/facts/capture.ts';
import type { ConnectionFacts } from '../lib/facts/connection.ts';
import type { PacketRow } from '../lib/facts/packet-row.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);

/** Every capture of the fixtures, by its path. */
export const CAPTURES: readonly string[] = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.pcap(ng)?$/.test(path))
  .sort();

/** The bytes of one of them. */
export function fixture(path: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(path, FIXTURES)));
}

/** What the analyzer tells of a capture that it is given in one piece: connections in the order in which they began. */
export function analysed(
  bytes: Uint8Array,
  options: AnalyzerOptions = {},
): { readonly connections: readonly ConnectionFacts[]; readonly capture: CaptureFacts } {
  const connections: ConnectionFacts[] = [];
  const analyzer = new Analyzer({ ...options, onConnection: (facts) => connections.push(facts) });
  analyzer.write(bytes);
  const capture = analyzer.end();
  return { connections: connections.sort((a, b) => a.connection - b.connection), capture };
}

/** The rows of its packets, Wireshark's labels among them. */
export function rowsOf(capture: Uint8Array): PacketRow[] {
  const rows: PacketRow[] = [];
  const analyzer = new Analyzer({ labels: true, onPacket: (row) => rows.push(row) });
  analyzer.write(capture);
  analyzer.end();
  return rows;
}
