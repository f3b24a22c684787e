import type { StreamEvent } from '../../lib/facts/stream.ts';

/** Each direction is told from its first byte to its end, without a gap, once. Says what is wrong, or null. */
export function streamsHold(events: readonly StreamEvent[]): string | null {
  const open = new Map<object, { client: number; server: number }>();
  for (const event of events) {
    const offsets = open.get(event.of) ?? { client: 0, server: 0 };
    open.set(event.of, offsets);
    const next = offsets[event.from];
    if (next < 0) return `${event.kind} after the end of a stream`;
    switch (event.kind) {
      case 'bytes':
      case 'hole': {
        if (event.offset !== next) return `${event.kind} at ${event.offset} instead of ${next}`;
        const length = event.kind === 'hole' ? event.length : event.bytes.length;
        if (!(length > 0)) return `${event.kind} of ${length} bytes`;
        offsets[event.from] = next + length;
        break;
      }
      case 'end':
        if (event.offset !== next) return `the end at ${event.offset} instead of ${next}`;
        offsets[event.from] = -1;
        break;
      case 'difference':
        if (!(event.differing > 0 && event.differing <= event.length)) return `${event.differing} of ${event.length}`;
    }
  }
  for (const { client, server } of open.values()) if (client > 0 || server > 0) return 'a stream without an end';
  return null;
}
