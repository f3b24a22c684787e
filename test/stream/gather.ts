import { Analyzer } from '../../lib/engine/analyzer.ts';
import type { PayloadOptions } from '../../lib/engine/options.ts';
import type { Side } from '../../lib/facts/connection.ts';
import type {
  StreamBytes,
  StreamConnection,
  StreamDifference,
  StreamEnd,
  StreamEvent,
  StreamHole,
} from '../../lib/facts/stream.ts';

/** One direction of a connection, gathered whole. */
export interface Gathered {
  readonly of: StreamConnection;
  readonly from: Side;
  readonly parts: readonly StreamBytes[];
  /** All parts, holes left out. */
  readonly bytes: Uint8Array;
  readonly holes: readonly StreamHole[];
  readonly differences: readonly StreamDifference[];
  readonly end: StreamEnd;
}

/** Every direction that carried something, in the order in which they ended. Checks that offsets follow on each other. `every`: gets all. */
export function gather(
  capture: Uint8Array,
  options: PayloadOptions = {},
  chunkBytes: number = capture.length,
  every: StreamEvent[] = [],
): Gathered[] {
  const open = new Map<string, StreamEvent[]>();
  const done: Gathered[] = [];
  const onEvent = (event: StreamEvent): void => {
    every.push(event);
    const key = `${event.of.connection} ${event.from}`;
    const events = open.get(key) ?? [];
    open.set(key, events);
    events.push(event);
    if (event.kind !== 'end') return;
    open.delete(key);
    done.push(gathered(events, event));
  };
  const analyzer = new Analyzer({ wake: 0, payload: { ...options, onEvent } });
  for (let at = 0; at < capture.length; at += chunkBytes) analyzer.write(capture.subarray(at, at + chunkBytes));
  analyzer.end();
  if (open.size > 0) throw new Error(`not ended: ${[...open.keys()]}`);
  return done;
}

function gathered(events: readonly StreamEvent[], end: StreamEnd): Gathered {
  const parts: StreamBytes[] = [];
  const holes: StreamHole[] = [];
  let next = 0;
  for (const event of events) {
    if (event.kind === 'bytes' || event.kind === 'hole') {
      if (event.offset !== next) throw new Error(`${event.kind} at ${event.offset} instead of ${next}`);
      next += event.kind === 'hole' ? event.length : event.bytes.length;
    }
    if (event.kind === 'bytes') parts.push(event);
    if (event.kind === 'hole') holes.push(event);
  }
  if (end.offset !== next) throw new Error(`ended at ${end.offset} instead of ${next}`);
  const differences = events.filter((event) => event.kind === 'difference');
  const bytes = concatenated(parts.map((part) => part.bytes));
  return { of: end.of, from: end.from, parts, bytes, holes, differences, end };
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
