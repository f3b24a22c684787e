/** Header fields that should not change, or not be there: TTL, timestamps, the urgent pointer. */
import { seqDiff } from '../../bytes/seq.ts';
import { MALFORMED } from '../../facts/notes.ts';
import { RST, type Segment } from '../../packet/segment.ts';
import type { Connection, Endpoint } from '../connection.ts';
import { oddOf } from './endpoint.ts';
import { Seen } from './seen.ts';

/** Another TTL than this endpoint's usual one. A reset is weighed on its own (facts/connection.ts: ResetFacts). */
export function noteTtl(c: Connection, e: Endpoint, s: Segment): void {
  if ((s.flags & RST) !== 0) return;
  c.notes |= MALFORMED;
  const odd = oddOf(c, e);
  if (odd.ttlChanges === null && e.flow.packets === 2) {
    // Of two that differ the first is the odd one: a SYN cookie, or a proxy's answer.
    odd.ttlChanges = new Seen({ usual: s.ttl, other: e.ttl });
    odd.ttlChanges.add(s);
    e.ttl = s.ttl;
    return;
  }
  odd.ttlChanges ??= new Seen({ usual: e.ttl, other: s.ttl });
  const told = odd.ttlChanges.add(s);
  if (Math.abs(s.ttl - told.usual) > Math.abs(told.other - told.usual)) told.other = s.ttl;
}

/** A timestamp below the one before, on a segment that is next in order: nothing was overtaken. */
export function noteRegression(c: Connection, e: Endpoint, s: Segment, verdict: number): void {
  if ((s.flags & RST) !== 0 || verdict !== 0 || s.length === 0) return;
  if (seqDiff(s.seq + s.length, e.flow.next) < 0) return;
  c.notes |= MALFORMED;
  const odd = oddOf(c, e);
  odd.timestampRegressions ??= new Seen({ worst: 0 });
  const told = odd.timestampRegressions.add(s);
  told.worst = Math.max(told.worst, seqDiff(e.tsVal, s.tsVal));
  e.tsVal = s.tsVal;
}

/** URG without data is a probe's, or a scanner's. */
export function noteUrgent(c: Connection, e: Endpoint, s: Segment): void {
  if (s.length === 0) return;
  c.notes |= MALFORMED;
  const odd = oddOf(c, e);
  odd.urgent ??= new Seen({});
  odd.urgent.add(s);
}
