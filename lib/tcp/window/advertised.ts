import { seqGt } from '../../bytes/seq.ts';
import { ACK, type Segment, SYN } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import { scaleOf } from '../verdict/plausible.ts';

/**
 * The window that a segment advertises (RFC 9293 3.10.7.4, fifth check). A SYN's is never scaled (RFC 7323 2.2), and without
 * an acknowledgment it has no right edge.
 */
export function updateWindow(flow: Flow, back: Flow, segment: Segment): void {
  flow.window = segment.window;
  if ((segment.flags & ACK) === 0) return;
  const bytes = segment.flags & SYN ? segment.window : segment.window << scaleOf(flow, back);
  const edge = (segment.ack + bytes) | 0;
  if (flow.maxWindow === 0 || seqGt(edge, flow.edge)) flow.edge = edge;
  if (bytes > flow.maxWindow) flow.maxWindow = bytes;
}
