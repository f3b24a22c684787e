import { BULK } from '../../facts/notes.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import type { Flow } from '../flow.ts';
import { Limits } from '../window/limits.ts';

/** A transfer of so much is watched for what limits it (facts/notes.ts: BULK). */
export const BULK_BYTES = 131_072;

/** Counts the payload of a segment that is part of the stream, once `flow.next` has passed it. */
export function countPayload(connection: Connection, flow: Flow, back: Flow, segment: Segment, isNew: boolean): void {
  const { length } = segment;
  if (flow.bytes === 0) {
    flow.firstDataFrame = segment.frame;
    flow.firstDataSeconds = segment.seconds;
    flow.firstDataNanos = segment.nanos;
  }
  if (isNew) {
    flow.lastDataFrame = segment.frame;
    flow.lastDataSeconds = segment.seconds;
    flow.lastDataNanos = segment.nanos;
  }
  flow.bytes += length;
  flow.dataSegments++;
  if (length > flow.largestSegment) flow.largestSegment = length;
  if (flow.bytes >= BULK_BYTES) {
    connection.notes |= BULK;
    flow.limits ??= new Limits();
    if (isNew) flow.limits.add(connection, flow, back, segment);
  }
}
