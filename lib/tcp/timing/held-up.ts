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
  const isClient = e === c.client;
  const tsVal = isClient ? c.synTsVal : c.synAckTsVal;
  if (tsVal === 0 || !s.hasTimestamps || c.oddities?.simultaneous) return 0;
  const passed = isClient ? elapsed(s, c.synSeconds, c.synNanos) : elapsed(s, c.synAckSeconds, c.synAckNanos);
  const ticked = seqDiff(s.tsVal, tsVal) / TICKS;
  const held = passed - ticked;
  return ticked > passed * LEAST_SHARE && held >= NOTICEABLE + passed * DRIFT ? held : 0;
}
