import { seqDiff } from '../../bytes/seq.ts';
import type { Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { elapsed } from './elapsed.ts';

/** Ticks of timestamps in a second, with nearly all stacks. */
const TICKS = 1000;
/** Other clocks tick at half of that or less, or twice. */
const LEAST_SHARE = 0.55;
/** Two hosts' clocks part by less than that; connections that last long say nothing finer. */
const DRIFT = 5e-4;
/** Less than this is the usual variation of a path. Seconds. */
export const NOTICEABLE = 0.02;

/**
 * Seconds that a segment took longer to the tap than its sender's SYN or SYN-ACK: more time has passed at the tap than by the
 * sender's own clock (RFC 7323 3). 0 where that is not noticeable, or nothing says how long it was.
 */
export function heldUp(c: Connection, e: Endpoint, s: Segment): number {
  const passed = sinceOpening(c, e, s);
  const held = longerThanOpening(c, e, s);
  return passed - held > passed * LEAST_SHARE && isNoticeable(held, passed) ? held : 0;
}

/** The same the other way round: seconds that its sender's SYN or SYN-ACK took longer to the tap than the segment. */
export function openingHeldUp(c: Connection, e: Endpoint, s: Segment): number {
  const passed = sinceOpening(c, e, s);
  const held = -longerThanOpening(c, e, s);
  return passed > (passed + held) * LEAST_SHARE && isNoticeable(held, passed) ? held : 0;
}

function isNoticeable(held: number, passed: number): boolean {
  return held >= NOTICEABLE + passed * DRIFT;
}

/** What has passed at the tap since the SYN or SYN-ACK of `e`, less what has by its clock: seconds, NaN where that tells nothing. */
export function longerThanOpening(c: Connection, e: Endpoint, s: Segment): number {
  const tsVal = e === c.client ? c.synTsVal : c.synAckTsVal;
  if (tsVal === 0 || !s.hasTimestamps || c.oddities?.simultaneous) return Number.NaN;
  return sinceOpening(c, e, s) - seqDiff(s.tsVal, tsVal) / TICKS;
}

function sinceOpening(c: Connection, e: Endpoint, s: Segment): number {
  return e === c.client ? elapsed(s, c.synSeconds, c.synNanos) : elapsed(s, c.synAckSeconds, c.synAckNanos);
}
