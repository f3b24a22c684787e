import { seqLt } from '../../bytes/seq.ts';
import { HOW_CAPTURE, HOW_UNKNOWN } from '../../facts/verdict.ts';
import { HEADER_CUT, type Segment } from '../../packet/segment.ts';
import { type Flow, OFFERED_SACK } from '../flow.ts';
import { elapsed } from '../timing/elapsed.ts';
import { isBeside, roundTripOf } from '../timing/vantage.ts';
import { isDuplicateReport } from './acknowledging.ts';
import type { Case } from './case.ts';
import { countTwins, findTwin, framesRemembered, type Twin } from './recent-acks.ts';
import { FRAME } from './record.ts';
import { counts, wasSeen } from './sending-order.ts';

/** A copy made by the capture itself follows within this time, unless it was taken at another place. Seconds. */
export const AT_ONCE = 0.005;

const twin: Twin = { frame: 0, lag: 0, sameLink: true };
/** What is known to have been seen, but is remembered no longer. */
const LONG_AGO: Readonly<Twin> = { frame: 0, lag: Number.POSITIVE_INFINITY, sameLink: true };

/** A network that doubles so large a share of a flow's packets does not exist: the capture does. */
const SYSTEMATIC = 1 / 3;
const FEW = 4;

/** Who made a copy: the capture, if it shows another link or TTL, or doubles all the time; else it can't be told yet. */
export function madeBy(flow: Flow, sameLink: boolean): number {
  const before = flow.detail?.duplicates ?? 0;
  const systematic = before >= FEW && before >= flow.packets * SYSTEMATIC;
  return sameLink && !systematic ? HOW_UNKNOWN : HOW_CAPTURE;
}

/**
 * The bare segment bears a number that has been seen, or it repeats, header for header, one seen a short while ago. Sent
 * twice or seen twice? Seen twice if
 * - it shows another link or TTL
 * - the stack counts its packets, or has never numbered two alike so far: each has its own IP ID
 * - a later acknowledgment has passed, or something was sent since: no receiver goes back, nor does its number
 * - it follows at once, and more data out of order would have changed its SACK blocks (where options are cut off, the
 *   checksum, which a host leaves unfinished near itself); TIME_WAIT answers without SACK, so it must not be the first
 * - it follows at once, the tap stands beside its sender, and nothing came in between that it could answer
 */
export function copyOf(it: Case): Readonly<Twin> | null {
  const { connection, flow, back, segment, memory } = it;
  if (!findTwin(memory.acks, flow, segment, twin)) return wasSeen(flow, segment) ? LONG_AGO : null;
  if (!twin.sameLink) return twin;
  if (segment.ipId > 0 && (counts(flow) || flow.ipIdJumps === 0)) return twin;
  if (twin.lag >= AT_ONCE || answersStale(it)) return null;
  if ((back.ackSeen === 1 && seqLt(segment.ack, back.acked)) || isBehind(flow, segment)) return twin;
  const beside = isBeside(connection, back);
  const doubled = (flow.detail?.duplicates ?? 0) > 0;
  const alive = back.finSent === 0 || doubled || segment.sackCount > 0;
  const withSack = (flow.options & back.options & OFFERED_SACK) !== 0 && alive;
  if (beside && isDuplicateReport(segment) && heardSince(back, segment, twin.lag)) return null;
  if (withSack && (!beside || (segment.troubles & HEADER_CUT) === 0)) return twin;
  return beside && !heardSince(back, segment, twin.lag) ? twin : null;
}

/** A round trip and some patience, for where none is known. Seconds. */
const SOME_TIME = 0.2;
const SOON = 1.5;

/** The other endpoint sent a bare segment that came too late to be news, which is answered so (then it is so no longer). */
function answersStale({ connection, flow, back, segment }: Case): boolean {
  const { detail } = back;
  if (detail === null || detail.stale === 0) return false;
  const waited = elapsed(segment, detail.staleSeconds, detail.staleNanos);
  detail.stale--;
  return waited < (roundTripOf(connection, flow, back) * SOON || SOME_TIME);
}

/**
 * A RST repeats another. Each segment that comes to a closed socket is answered by the same RST, so it counts as seen twice
 * only with another link or TTL, with an IP ID of a counting stack, or, nothing having come between, where other segments of
 * this sender were.
 */
export function copyOfReset(it: Case): Readonly<Twin> | null {
  const { flow, back, segment, memory } = it;
  if (!findTwin(memory.acks, flow, segment, twin)) return null;
  if (!twin.sameLink || (segment.ipId > 0 && counts(flow))) return twin;
  const doubled = (flow.detail?.duplicates ?? 0) > 0 && resetsSent(it) >= segmentsToReset(it);
  return twin.lag < AT_ONCE && doubled && !heardSince(back, segment, twin.lag) ? twin : null;
}

/** How often this RST was sent so far, as seen. */
function resetsSent({ flow, segment, memory }: Case): number {
  return countTwins(memory.acks, flow, segment);
}

/** How many bare segments the other endpoint sent since the last that its peer said alive: each is answered by a RST. */
function segmentsToReset({ flow, back, memory }: Case): number {
  const last = flow.tail < 0 ? 0 : memory.sent.get(flow.tail, FRAME);
  const since = framesRemembered(memory.acks, back).filter((frame) => frame > last).length;
  // The first may have been what closed it (RFC 9293 3.10.7.4, LAST-ACK).
  return flow.finSent === 1 && back.finSent === 1 && flow.acked === flow.next ? since - 1 : since;
}

/**
 * An acknowledgment bears the number that is to be sent next (RFC 9293 3.10.7.4), so this was sent before what has been sent
 * since. Some stacks go back with it while they send again.
 */
export function isBehind(flow: Flow, segment: Segment): boolean {
  return seqLt(segment.seq, flow.next) && (flow.detail === null || flow.detail.retransmissions === 0);
}

/** The other endpoint sent something within the last `lag` seconds. */
function heardSince(back: Flow, segment: Segment, lag: number): boolean {
  return elapsed(segment, back.seconds, back.nanos) <= lag;
}
