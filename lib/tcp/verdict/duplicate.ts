import type { Int32Columns } from '../../bytes/columns.ts';
import { HOW_CAPTURE, HOW_UNKNOWN } from '../../facts/verdict.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { OFFERED_SACK } from '../flow.ts';
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
 * The bare segment repeats, header for header, one seen a short while ago. Whether it was sent twice or seen twice:
 * - a stack that counts its packets gives each its own IP ID, so an equal one means the same transmission;
 * - with SACK a second identical ACK is not caused by more data out of order, which would change the blocks.
 */
export function copyOf(pool: Int32Columns, flow: Flow, segment: Segment): Readonly<Twin> | null {
  if (!findTwin(pool, flow, segment, twin)) return null;
  if (!twin.sameLink) return twin;
  if (segment.ipId > 0 && counts(flow)) return twin;
  if (segment.hasTimestamps && flow.options & OFFERED_SACK && twin.lag < AT_ONCE) return twin;
  return null;
}
