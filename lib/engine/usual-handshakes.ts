import type { Segment } from '../packet/segment.ts';
import type { Connection } from '../tcp/connection.ts';
import { RoundTrips } from '../tcp/timing/round-trips.ts';

/** Pairs of client and service whose times are kept; further ones have no usual time. */
const MOST_PAIRS = 4096;
/** Handshakes before there is a usual one. */
const LEAST = 5;

/** How long handshakes usually take between a client and a service: the times of their connections so far. */
export class UsualHandshakes {
  private readonly pairs = new Map<number, RoundTrips>();

  /** Counts the handshake of a connection that has ended; the median of those before it, in seconds, null for too few. */
  add(c: Connection, tuple: Segment): number | null {
    if (!isSeenWhole(c)) return null;
    const key = keyOf(tuple);
    let times = this.pairs.get(key);
    if (times === undefined) {
      if (this.pairs.size >= MOST_PAIRS) return null;
      times = new RoundTrips();
      this.pairs.set(key, times);
    }
    const usual = medianOf(times);
    times.add(c.clientHalfMicros + c.serverHalfMicros);
    return usual;
  }

  /** The same, without counting. */
  usual(c: Connection, tuple: Segment): number | null {
    const times = isSeenWhole(c) ? this.pairs.get(keyOf(tuple)) : undefined;
    return times === undefined ? null : medianOf(times);
  }
}

function isSeenWhole(c: Connection): boolean {
  return c.clientHalfMicros >= 0 && c.serverHalfMicros >= 0 && c.client.syns === 1;
}

function medianOf(times: RoundTrips): number | null {
  return times.samples < LEAST ? null : times.facts()!.p50;
}

/** Both addresses folded, and the service's port: two pairs that fall together share their times. */
function keyOf(s: Segment): number {
  const client = fold(s.srcA, s.srcB, s.srcC, s.srcD);
  return ((Math.imul(client, 31) ^ fold(s.dstA, s.dstB, s.dstC, s.dstD)) >>> 0) * 65_536 + s.dstPort;
}

function fold(a: number, b: number, c: number, d: number): number {
  return Math.imul(Math.imul(a ^ Math.imul(b, 31), 0x9e3779b1) ^ c, 0x85ebca6b) ^ d;
}
