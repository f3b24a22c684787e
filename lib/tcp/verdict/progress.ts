import { seqDiff, seqLt } from '../../bytes/seq.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { cutAt, holeFrom, trim } from './history.ts';
import { END, FIRST_TS_VAL, HOLE, LATE, MARKS, NANOS, REPEATED, SECONDS, START, TS_VAL } from './record.ts';
import type { Records } from './records.ts';

/** The peer acknowledges up to `segment.ack`, which lies beyond `flow.acked` and not beyond `flow.next`. */
export function advance(pool: Records, flow: Flow, segment: Segment): void {
  const ack = segment.ack;
  let record = flow.una;
  let last = -1;
  let unclean = -1;
  while (record >= 0) {
    const chunk = pool.chunk(record);
    const at = pool.offset(record);
    if (((ack - chunk[at + END]!) | 0) < 0) break;
    const marks = chunk[at + MARKS]!;
    if (marks & (HOLE | REPEATED | LATE)) {
      if (unclean < 0) unclean = record;
      // Bytes that arrived though the tap never saw them: the capture lost them.
      if (marks & HOLE) flow.detail!.unseenBytes += seqDiff(chunk[at + END]!, chunk[at + START]!);
    }
    last = record;
    record = pool.next(record);
    flow.kept++;
  }
  flow.una = record;
  if (last >= 0) sample(pool, flow, segment, last, unclean);
  flow.acked = ack;
  flow.ackSeen = 1;
  flow.dupAcks = 0;
  flow.ackSeconds = segment.seconds;
  flow.ackNanos = segment.nanos;
  if (seqLt(flow.contiguous, ack)) passHole(pool, flow, ack);
  trim(pool, flow);
}

/** The acknowledgment lies beyond a hole, or within one: what it covers of it has arrived. */
function passHole(pool: Records, flow: Flow, ack: number): void {
  if (flow.una < 0) {
    flow.contiguous = flow.next;
    return;
  }
  if (pool.get(flow.una, MARKS) & HOLE) {
    flow.detail!.unseenBytes += Math.max(0, seqDiff(ack, pool.get(flow.una, START)));
    cutAt(pool, flow, flow.una, ack);
  }
  flow.contiguous = holeFrom(pool, flow, flow.una);
}

/**
 * A round trip, by Karn (RFC 6298 3): none from what was sent twice, unless the timestamp echoed tells which copy arrived
 * (RFC 7323 4). What filled a hole was answered at once, what waited behind it was not.
 */
function sample(pool: Records, flow: Flow, segment: Segment, last: number, unclean: number): void {
  let from = last;
  if (unclean >= 0) {
    const marks = pool.get(unclean, MARKS);
    if (marks & HOLE) return;
    if (marks & REPEATED) {
      const tsVal = pool.get(unclean, TS_VAL);
      if (!segment.hasTimestamps || segment.tsEcr !== tsVal || tsVal === pool.get(unclean, FIRST_TS_VAL)) return;
    }
    from = unclean;
  }
  const chunk = pool.chunk(from);
  const at = pool.offset(from);
  const micros = (segment.seconds - chunk[at + SECONDS]!) * 1e6 + (segment.nanos - chunk[at + NANOS]!) / 1000;
  if (micros < 0) return;
  flow.roundTrips.add(micros);
}
