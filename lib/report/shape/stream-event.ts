import { epoch } from '../../facts/moment.ts';
import type { StreamEvent } from '../../facts/stream.ts';
import { base64 } from '../follow/base64.ts';

/** What happened to a stream, as `follow` prints it: `payload` in base64, durations in seconds to the nanosecond. */
export function streamEventShape(event: StreamEvent): object {
  const { kind, of, from, offset } = event;
  const head = { kind, connection: of.connection, stream: of.stream, from, offset };
  switch (event.kind) {
    case 'bytes': {
      const { bytes, frame, time, waited } = event;
      return { ...head, length: bytes.length, frame, time: epoch(time), waited: nanos(waited), payload: base64(bytes) };
    }
    case 'hole':
      return { ...head, length: event.length, cause: event.cause };
    case 'difference': {
      const { length, differing, frame, time, bytes, before, kept } = event;
      const copy = { frame, time: epoch(time), payload: base64(bytes) };
      return {
        ...head,
        length,
        differing,
        ...copy,
        before: { frame: before.frame, payload: base64(before.bytes) },
        kept,
      };
    }
    case 'segment': {
      const { length, frame, time, push, fin, fresh, repeated, differing, uncompared, late, ahead, held, doubt } =
        event;
      const came = { length, frame, time: epoch(time), push, fin };
      return { ...head, ...came, fresh, repeated, differing, uncompared, late: nanos(late), ahead, held, doubt };
    }
    case 'end': {
      const { by, unacknowledged, missing, repeated, uncompared } = event;
      return { ...head, by, unacknowledged, missing, repeated, uncompared };
    }
  }
}

function nanos(seconds: number): number {
  return Math.round(seconds * 1e9) / 1e9;
}
