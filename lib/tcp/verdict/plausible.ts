import { seqDiff } from '../../bytes/seq.ts';
import type { Segment } from '../../packet/segment.ts';
import { segmentSpan } from '../../packet/segment.ts';
import { type Flow, OFFERED_SCALE, OPTIONS_CUT, SYN_SEEN } from '../flow.ts';

/** The largest shift of a window (RFC 7323 2.3). */
const MAX_SCALE = 14;
/** How far beyond its window a segment may lie before it is taken for one that does not belong. */
const SLACK_BYTES = 65_536;

/** Both SYNs were seen, so it is known how (and whether) windows are scaled (RFC 7323 2.2). */
export function scaleKnown(flow: Flow, back: Flow): boolean {
  return (flow.options & back.options & SYN_SEEN) !== 0 && ((flow.options | back.options) & OPTIONS_CUT) === 0;
}

/** Shift of the windows that `flow`'s endpoint advertises, 0 where it is not known. */
export function scaleOf(flow: Flow, back: Flow): number {
  return (flow.options & back.options & OFFERED_SCALE) !== 0 ? Math.min(flow.windowScale, MAX_SCALE) : 0;
}

/** The most that the receiver of `flow` may have offered to take at once: its largest window, or what it may be unscaled. */
function mostWindow(flow: Flow, back: Flow): number {
  return scaleKnown(flow, back) ? back.maxWindow : (back.maxWindow + 1) * (1 << MAX_SCALE);
}

/**
 * The segment's numbers fit the connection: not beyond what the receiver offered to take, not so far below that the
 * receiver had long moved on, and no acknowledgment of what can't have been sent (RFC 9293 3.10.7.4). What does not fit is
 * forged, or of an earlier incarnation, and must move nothing. Without the receiver's voice nothing can be refused.
 */
export function fits(flow: Flow, back: Flow, segment: Segment): boolean {
  if (flow.started === 0) return true;
  const reach = mostWindow(flow, back) * 2 + SLACK_BYTES;
  if (flow.ackSeen === 1 && back.packets > 0) {
    const end = seqDiff(segment.seq, flow.next) + segmentSpan(segment);
    if (end > reach || end < -reach) return false;
  }
  return true;
}

/** The acknowledgment number fits: see `fits`; here `back` is the flow that it acknowledges. */
export function acknowledgmentFits(flow: Flow, back: Flow, segment: Segment): boolean {
  if (back.started === 0) return true;
  // The first answer to a SYN is of an older connection if it acknowledges less (RFC 9293 3.10.7.4, fourth check).
  if (flow.started === 0 && (back.options & SYN_SEEN) !== 0 && seqDiff(segment.ack, back.isn) <= 0) return false;
  const beyond = seqDiff(segment.ack, back.next);
  const reach = mostWindow(back, flow) * 2 + SLACK_BYTES;
  return beyond <= reach && beyond >= -reach;
}
