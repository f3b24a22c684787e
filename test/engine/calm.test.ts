import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { AnalyzerOptions } from '../../lib/engine/options.ts';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';

/** Every capture of the fixtures, by its path. */
const CAPTURES = readdirSync('fixtures', { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.pcap(ng)?$/.test(path))
  .sort();

function analyse(bytes: Uint8Array, options: AnalyzerOptions) {
  const connections: ConnectionFacts[] = [];
  const analyzer = new Analyzer({ ...options, onConnection: (facts) => connections.push(facts) });
  analyzer.write(bytes);
  return { capture: analyzer.end(), connections: connections.sort((a, b) => a.connection - b.connection) };
}

// Whoever wants every segment keeps all connections awake: both ways must come to the same.
describe('connections at rest', () => {
  for (const path of CAPTURES) {
    it(`${path}: nothing is told differently`, () => {
      const bytes = new Uint8Array(readFileSync(`fixtures/${path}`));
      const resting = analyse(bytes, {});
      const awake = analyse(bytes, { onPacket: () => {} });
      expect(resting.connections).toEqual(awake.connections);
      expect(resting.capture).toEqual(awake.capture);
    });
  }
});
