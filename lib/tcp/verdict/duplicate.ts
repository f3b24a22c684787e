import { seqLt } from '../../bytes/seq.ts';
import { HOW_CAPTURE, HOW_UNKNOWN } from '../../facts/verdict.ts';
import { HEADER_CUT } from '../../packet/segment.ts';
import { OFFERED_SACK } from '../flow.ts';
import type { Case } from './case.ts';
import { findTwin, type Twin } from './recent-acks.ts';
import { counts } from './sending-order.ts';

/** A copy made by the capture itself follows within this time, unless it was taken at another place. Seconds. */
export const AT_ONCE = 0.005;

const twin: Twin = { frame: 0, lag: 0, sameLink: true };

/** Who made a copy: the capture, if it shows another link or TTL; else it can't be told yet. */
export function madeBy(sameLink: boolean): number {
  return sameLink ? HOW_UNKNOWN : HOW_CAPTURE;
}

/**
 * The bare segment repeats, header for header, one seen a short while ago. Sent twice or seen twice? Seen twice if
 * - it shows another link or TTL
 * - the stack counts its packets: each has its own IP ID
 * - a later acknowledgment has passed: no receiver goes back
 * - and it follows at once, while nothing could have made the receiver say the same again: with SACK more data out of order
 *   would change the blocks, and where all data is acknowledged there is none
 */
export function copyOf({ flow, back, segment, memory }: Case): Readonly<Twin> | null {
  if (!findTwin(memory.acks, flow, segment, twin)) return null;
  if (!twin.sameLink) return twin;
  if (segment.ipId > 0 && counts(flow)) return twin;
  if (segment.troubles & HEADER_CUT || twin.lag >= AT_ONCE) return null;
  if (back.ackSeen === 1 && seqLt(segment.ack, back.acked)) return twin;
  const withSack = (flow.options & back.options & OFFERED_SACK) !== 0;
  return withSack || segment.ack === back.next ? twin : null;
}
