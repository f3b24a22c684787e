import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { AnalyzerOptions } from '../../lib/engine/options.ts';
import { MOST } from '../../lib/engine/receiving/layout.ts';
import { Relay } from '../../lib/engine/receiving/relay.ts';
import { RelayedReceiver } from '../../lib/engine/receiving/relayed.ts';
import type { ConnectionFacts } from '../../lib/facts/connection.ts';
import { feed } from './analysis.ts';
import type { Random } from './random.ts';

/** The ways that a segment may go through the analyzer, which must come to the same. Each says what differs, or null. */

/** What was told, each as JSON; connections by number. */
interface Facts {
  readonly capture: string;
  readonly connections: readonly string[];
}

function facts(options: AnalyzerOptions, write: (analyzer: Analyzer) => void, receiver?: RelayedReceiver): Facts {
  const connections: ConnectionFacts[] = [];
  const analyzer = new Analyzer({ ...options, onConnection: (each) => connections.push(each) }, receiver);
  write(analyzer);
  const capture = JSON.stringify(analyzer.end());
  connections.sort((a, b) => a.connection - b.connection);
  return { capture, connections: connections.map((each) => JSON.stringify(each)) };
}

function differ(where: string, one: Facts, other: Facts): string | null {
  if (one.capture !== other.capture) return `${where} the capture is ${difference(one.capture, other.capture)}`;
  if (one.connections.length !== other.connections.length) return `${where} there are other connections`;
  for (const [i, each] of one.connections.entries()) {
    if (each !== other.connections[i]) return `${where} a connection is ${difference(each, other.connections[i]!)}`;
  }
  return null;
}

/**
 * With nothing asked but facts, connections rest while they can; with rows, none does; received on another thread, a capture
 * comes in blocks of records.
 */
export function roadsDiffer(file: Uint8Array, random: Random): string | null {
  const write = (analyzer: Analyzer): void => analyzer.write(file);
  const resting = facts({}, write);
  const awake = facts({ onPacket: () => {} }, write);
  return differ('at rest', resting, awake) ?? differ('relayed', relayed(file, random), resting);
}

function relayed(file: Uint8Array, random: Random): Facts {
  const chunkBytes = random.oneIn(2) ? file.length : 1 + random.below(file.length + 1);
  const blockWords = MOST + random.below(2000);
  const write = (analyzer: Analyzer): void => {
    const blocks = [new Int32Array(blockWords), new Int32Array(blockWords)];
    const relay = new Relay(undefined, (words) => {
      const [block] = blocks as [Int32Array];
      if (words > 0) analyzer.write(new Uint8Array(block.buffer, 0, 4 * words));
      // What is still looked at when its time is over is garbage.
      block.fill(-1);
      blocks.reverse();
      return blocks[0]!;
    });
    feed(file, relay, chunkBytes);
    relay.end();
  };
  return facts({}, write, new RelayedReceiver());
}

/** With hardly any memory much is forgotten, but the same in chunks of any size, and no more is told than there is. */
export function littleMemoryDiffers(file: Uint8Array, random: Random): string | null {
  const options: AnalyzerOptions = { maxMemory: 1 << random.below(22), wake: random.oneIn(2) ? -1 : 0x3fff_ffff };
  const whole = facts(options, (analyzer) => analyzer.write(file));
  const chunkBytes = 1 + random.below(file.length + 1);
  return differ(
    'in little memory, by chunks,',
    facts(options, (analyzer) => feed(file, analyzer, chunkBytes)),
    whole,
  );
}

/** Where two texts part. */
export function difference(one: string, other: string): string {
  let at = 0;
  while (one[at] === other[at]) at++;
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 60);
  return `${around(one)} instead of ${around(other)}`;
}
