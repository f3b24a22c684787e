import type { CaptureFacts } from '../../facts/capture.ts';
import { epoch } from '../../facts/moment.ts';

/** One entry of `captures` (docs/schema/lint.json). */
export function captureShape(capture: CaptureFacts): object {
  return {
    path: capture.path,
    format: capture.format,
    compression: capture.compression,
    packets: capture.packets,
    segments: capture.segments,
    connections: capture.connections,
    start: capture.start && epoch(capture.start),
    end: capture.end && epoch(capture.end),
    vantage: capture.vantage,
    problems: capture.problems.map(({ kind, offset, reason }) => ({ kind, offset, reason })),
    ...(capture.forgotten === undefined ? {} : { forgotten: capture.forgotten }),
  };
}
