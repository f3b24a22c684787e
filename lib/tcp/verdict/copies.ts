import type { Int32Columns } from '../../bytes/columns.ts';
import { HEADER_CUT, type Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { AT_ONCE } from './duplicate.ts';
import {
  END,
  FIRST_MARKS,
  FIRST_NANOS,
  FIRST_SECONDS,
  FIRST_TS_VAL,
  HOLE,
  IP_ID_MASK,
  MARKS,
  NANOS,
  REPEATED,
  SECONDS,
  START,
  TS_VAL,
} from './history.ts';
import { counts } from './sending-order.ts';

/**
 * The segment is a copy of a transmission in the history, rather than another transmission of the same bytes:
 * - the very same bytes
 * - with the same timestamp and the same IP ID
 * - and if neither tells transmissions apart, so soon that the sender had no reason to send it again
 */
export function isCopy(
  pool: Int32Columns,
  flow: Flow,
  record: number,
  segment: Segment,
  start: number,
  until: number,
): boolean {
  if (pool.get(record, START) !== start || pool.get(record, END) !== until) return false;
  const marks = pool.get(record, MARKS);
  if (marks & HOLE) return false;
  if (matches(flow, segment, pool.get(record, TS_VAL), marks, pool.get(record, SECONDS), pool.get(record, NANOS)))
    return true;
  return (
    (marks & REPEATED) !== 0 &&
    matches(
      flow,
      segment,
      pool.get(record, FIRST_TS_VAL),
      pool.get(record, FIRST_MARKS),
      pool.get(record, FIRST_SECONDS),
      pool.get(record, FIRST_NANOS),
    )
  );
}

function matches(flow: Flow, segment: Segment, tsVal: number, marks: number, seconds: number, nanos: number): boolean {
  if (segment.hasTimestamps && segment.tsVal !== tsVal) return false;
  const counting = segment.ipId > 0 && counts(flow);
  if (segment.ipId >= 0 && segment.ipId !== (marks & IP_ID_MASK)) return false;
  if (counting) return true;
  if (segment.troubles & HEADER_CUT) return false;
  const lag = elapsed(segment, seconds, nanos);
  return lag < AT_ONCE;
}
