import { seqDiff, seqLt } from '../../bytes/seq.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Flow } from '../flow.ts';
import type { Case } from './case.ts';
import { FlowDetail } from './detail.ts';
import { appendHole } from './history.ts';
import { numbersBetween } from './sending-order.ts';

/** The first segment of a flow seen in mid-connection: what it begins with, and what its peer's ACKs had told already. */
export function begin(flow: Flow, segment: Segment): void {
  const next = flow.ackSeen === 1 && seqLt(segment.seq, flow.acked) ? flow.acked : segment.seq;
  flow.started = 1;
  flow.isn = segment.seq;
  flow.next = next;
  flow.contiguous = next;
}

/** The segment begins beyond what was seen so far: what lies between is a hole, until something fills it. */
export function leaveGap({ flow, segment, memory }: Case): void {
  flow.detail ??= new FlowDetail();
  const size = Math.max(1, flow.largestSegment, segment.length);
  if (Math.ceil(seqDiff(segment.seq, flow.next) / size) === numbersBetween(flow, segment)) flow.detail.countedGaps++;
  appendHole(memory.sent, flow, segment.seq, segment);
  flow.next = segment.seq;
}
