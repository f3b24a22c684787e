import { mix3 } from '../bytes/slots.ts';
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

/** Both addresses mixed, and the service's port: two pairs that fall together share their times. */
function keyOf(s: Segment): number {
  const client = mix3(s.srcA, s.srcB, s.srcC, s.srcD);
  return (mix3(client, s.dstA, s.dstB, mix3(s.dstC, s.dstD, 0, 0)) >>> 0) * 65_536 + s.dstPort;
}
