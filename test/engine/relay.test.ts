import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { AnalyzerOptions } from '../../lib/engine/options.ts';
import { MOST } from '../../lib/engine/receiving/layout.ts';
import { Relay } from '../../lib/engine/receiving/relay.ts';
import { RelayedReceiver } from '../../lib/engine/receiving/relayed.ts';

/** Every capture of the fixtures, by its path. */
const CAPTURES = readdirSync('fixtures', { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.pcap(ng)?$/.test(path))
  .sort();

type Write = (analyzer: Analyzer, told: unknown[]) => void;

/** Everything that an analysis tells, in the order of telling. */
function told(options: AnalyzerOptions, receiver: RelayedReceiver | undefined, write: Write): string {
  const said: unknown[] = [];
  const analyzer = new Analyzer(
    {
      wake: 0x3fffffff,
      ...options,
      onConnection: (facts) => said.push(facts, [...analyzer.names]),
      onComment: (text, frame) => said.push([text, frame]),
    },
    receiver,
  );
  write(analyzer, said);
  return JSON.stringify([said, analyzer.end(), [...analyzer.names]]);
}

/** In one piece. */
function straight(capture: Uint8Array, options: AnalyzerOptions = {}): string {
  return told(options, undefined, (analyzer) => analyzer.write(capture));
}

/** Over a relay that is fed `chunkBytes` at a time, and hands over two blocks in turn; both are wiped when they are free. */
function relayed(capture: Uint8Array, chunkBytes: number, blockWords: number, options: AnalyzerOptions = {}): string {
  return told(options, new RelayedReceiver(), (analyzer) => {
    const blocks = [new Int32Array(blockWords), new Int32Array(blockWords)];
    const relay = new Relay(options.limit, (words) => {
      const [block] = blocks as [Int32Array];
      if (words > 0) analyzer.write(new Uint8Array(block.buffer, 0, 4 * words));
      block.fill(-1);
      blocks.reverse();
      return blocks[0]!;
    });
    for (let at = 0; at < capture.length; at += chunkBytes) relay.write(capture.subarray(at, at + chunkBytes));
    relay.end();
  });
}

describe('a capture received on another thread', () => {
  it.each(CAPTURES)('%s: nothing is told differently', (path) => {
    const capture = new Uint8Array(readFileSync(`fixtures/${path}`));
    const whole = straight(capture);
    for (const [chunkBytes, blockWords] of [
      [65_536, MOST],
      [1000, 777],
      [4096, 65_536],
    ] as const) {
      expect(relayed(capture, chunkBytes, blockWords) === whole, `${chunkBytes} bytes, ${blockWords} words`).toBe(true);
    }
  });
});
