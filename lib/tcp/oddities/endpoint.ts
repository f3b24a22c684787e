import type { Occurrences } from '../../facts/connection.ts';
import type { Connection, Endpoint } from '../connection.ts';
import type { EcnWatch } from './ecn.ts';
import type { Seen } from './seen.ts';

/** An acknowledgment of bytes that the tap had not seen: they may turn up yet. */
export interface Ahead {
  readonly from: number;
  readonly to: number;
  readonly frame: number;
  readonly seconds: number;
  readonly nanos: number;
}

/** The rare things that one endpoint sent (facts/connection.ts, by these names); null where there were none. */
export class EndpointOddities {
  duplicateAcks: Seen<{ densest: number }> | null = null;
  /** Seconds at which the last duplicate ACKs came, after the first; those before `oldest` are too long ago. */
  readonly recentDuplicates: number[] = [];
  oldest = 0;
  windowShrinks: Seen<{ bytes: number }> | null = null;
  /** Right edge of the window last advertised left of the highest, and which was the highest then. */
  shrunkTo = 0;
  shrunkBelow = 0;
  /** The run that goes on, and the longest so far. */
  tinyWindows: Seen<object> | null = null;
  sillyWindows: Occurrences | null = null;
  tinySegments: Seen<object> | null = null;
  sillySegments: Occurrences | null = null;
  nagleWaits: Seen<{ seconds: number }> | null = null;
  ahead: Ahead | null = null;
  ackedUnsent: Seen<{ bytes: number }> | null = null;
  outOfWindow: Seen<object> | null = null;
  timestampRegressions: Seen<{ worst: number }> | null = null;
  ttlChanges: Seen<{ usual: number; other: number }> | null = null;
  urgent: Seen<object> | null = null;
  ecn: EcnWatch | null = null;
  /** Set by whoever compares payload. */
  differing: Seen<{ bytes: number }> | null = null;
}

/** Those of `e`, made at the first occasion. */
export function oddOf(c: Connection, e: Endpoint): EndpointOddities {
  const odd = c.odd();
  if (e === c.client) {
    odd.client ??= new EndpointOddities();
    return odd.client;
  }
  odd.server ??= new EndpointOddities();
  return odd.server;
}

/** The longer of the longest run so far and the one that goes on. */
export function longest(before: Occurrences | null, now: Seen<object> | null): Occurrences | undefined {
  if (now !== null && now.times > (before?.count ?? 0)) return now.facts();
  return before ?? undefined;
}
