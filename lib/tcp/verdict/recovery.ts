import type { Int32Columns } from '../../bytes/columns.ts';
import { seqGe } from '../../bytes/seq.ts';
import { HOW_FAST, HOW_FIN, HOW_RTO, HOW_TAIL_LOSS } from '../../facts/verdict.ts';
import { FIN, type Segment, segmentSpan } from '../../packet/segment.ts';
import type { Connection } from '../connection.ts';
import { type Flow, OFFERED_SACK } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { atReceiver, roundTripOf } from '../timing/vantage.ts';
import { NOT_RECOVERING, RECOVERING_FAST, RECOVERING_TIMEOUT } from './detail.ts';

/** No stack that is known of waits less for a timeout (Linux 200 ms; RFC 6298 2.4 asks for 1 s). Seconds. */
const LEAST_TIMEOUT = 0.19;

/** What made the sender send again. `record` holds what it repeats, -1 if that is not kept. */
export function howRetransmitted(
  connection: Connection,
  flow: Flow,
  back: Flow,
  segment: Segment,
  record: number,
  pool: Int32Columns,
): number {
  void pool;
  void record;
  if (segment.flags & FIN && segment.length === 0) return HOW_FIN;
  const detail = flow.detail!;
  const roundTrip = roundTripOf(connection, flow, back);
  const end = (segment.seq + segmentSpan(segment)) | 0;
  const heard = Math.min(elapsed(segment, back.seconds, back.nanos), elapsed(segment, flow.seconds, flow.nanos));
  const silent = heard >= Math.max(LEAST_TIMEOUT, roundTrip);
  if (detail.recovery !== NOT_RECOVERING && !silent) {
    return detail.recovery === RECOVERING_FAST ? HOW_FAST : HOW_RTO;
  }
  const reported = flow.dupAcks >= 3 || detail.sacked.anyAbove(segment.seq);
  if (reported && !silent) {
    detail.recovery = RECOVERING_FAST;
    detail.recoverTo = flow.next;
    return HOW_FAST;
  }
  const last = seqGe(end, flow.next);
  if (last && !reported && detail.tailProbed !== flow.next && (flow.options & back.options & OFFERED_SACK) !== 0) {
    detail.tailProbed = flow.next;
    return HOW_TAIL_LOSS;
  }
  detail.recovery = RECOVERING_TIMEOUT;
  detail.recoverTo = flow.next;
  return HOW_RTO;
}

/** Everything in [start, end) had reached the receiver when this copy was sent, as far as it shows by now. */
export function wasArrived(
  connection: Connection,
  flow: Flow,
  back: Flow,
  segment: Segment,
  start: number,
  end: number,
): boolean {
  if (flow.ackSeen === 1 && seqGe(flow.acked, end)) return true;
  if (flow.detail?.sacked.covers(start, end)) return true;
  void segment;
  return atReceiver(connection, flow, back) && seqGe(flow.contiguous, end);
}
