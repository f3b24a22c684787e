import { seqLt } from '../../bytes/seq.ts';
import { HEADER_CUT, type Segment, SYN } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { NEARLY, roundTripOf } from '../timing/vantage.ts';
import type { Case } from './case.ts';
import { AT_ONCE } from './duplicate.ts';
import {
  END,
  FIRST_MARKS,
  FIRST_TS_VAL,
  HOLE,
  IP_ID_MASK,
  LATE,
  MARKS,
  NANOS,
  REPEATED,
  RESENT,
  SECONDS,
  START,
  TS_VAL,
} from './record.ts';
import { counts } from './sending-order.ts';

/**
 * The segment is a copy of a transmission in the history, rather than another transmission of the same bytes:
 * - the very same bytes, with the same timestamp and the same IP ID
 * - and the IP ID counts, or never came twice so far, or the sender's clock has moved on since: sent again now, it would bear
 *   another
 * - or else it comes so soon that the sender had no reason to send it again; without timestamps what it repeats must also
 *   have come in its order, and if it was a retransmission, nobody can have asked for another since
 */
export function isCopy(it: Case, record: number, until: number): boolean {
  const { connection, flow, back, segment, memory } = it;
  const pool = memory.sent;
  if (pool.get(record, START) !== segment.seq || pool.get(record, END) !== until) return false;
  const marks = pool.get(record, MARKS);
  if (marks & HOLE) return false;
  const latest = sameMarks(flow, segment, pool.get(record, TS_VAL), marks);
  if (latest === SURE) return true;
  if (marks & REPEATED) {
    if (sameMarks(flow, segment, pool.get(record, FIRST_TS_VAL), pool.get(record, FIRST_MARKS)) === SURE) return true;
  }
  if (latest === NO || segment.troubles & HEADER_CUT) return false;
  const lag = elapsed(segment, pool.get(record, SECONDS), pool.get(record, NANOS));
  if (segment.hasTimestamps || (marks & (LATE | REPEATED)) === 0) return lag < AT_ONCE;
  // A SYN-ACK is asked for by each SYN, and by a timer besides.
  if (segment.flags & SYN || marks & RESENT) return false;
  if (marks & LATE) return comesUnasked(it, record);
  return lag < Math.min(AT_ONCE, roundTripOf(connection, flow, back) * NEARLY);
}

/** What it repeats was late, and nobody can have asked for another since what had overtaken it showed the hole. */
function comesUnasked({ connection, flow, back, segment, memory }: Case, record: number): boolean {
  const { sent } = memory;
  const overtaker = sent.next(record);
  if (overtaker < 0 || sent.get(overtaker, MARKS) & (HOLE | LATE | REPEATED)) return false;
  const shown = elapsed(segment, sent.get(overtaker, SECONDS), sent.get(overtaker, NANOS));
  return shown < roundTripOf(connection, flow, back) * NEARLY;
}

const NO = 0;
const PERHAPS = 1;
const SURE = 2;

function sameMarks(flow: Flow, segment: Segment, tsVal: number, marks: number): number {
  if (segment.ipId >= 0 && segment.ipId !== (marks & IP_ID_MASK)) return NO;
  if (segment.hasTimestamps && segment.tsVal !== tsVal) return NO;
  if (segment.ipId > 0 && (counts(flow) || flow.ipIdJumps === 0)) return SURE;
  return segment.hasTimestamps && seqLt(tsVal, flow.tsVal) ? SURE : PERHAPS;
}
