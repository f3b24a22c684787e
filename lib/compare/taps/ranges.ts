import { seqDiff } from '../../bytes/seq.ts';
import type { Sighting } from './sighting.ts';

/** Payload that the other tap has not shown yet: pairs of offsets into the segment. */
export function openOf(s: Sighting): number[] {
  return s.open ?? [0, s.length];
}

export function openBytes(s: Sighting): number {
  const open = openOf(s);
  let bytes = 0;
  for (let i = 0; i < open.length; i += 2) bytes += open[i + 1]! - open[i]!;
  return bytes;
}

/** Both may hold the same bytes of one transmission: the sender's clock says nothing else. */
export function mayShare(a: Sighting, b: Sighting): boolean {
  if (a.hasTimestamps && b.hasTimestamps && a.tsVal !== b.tsVal) return false;
  const distance = seqDiff(b.seq, a.seq);
  return distance < a.length && distance > -b.length;
}

/**
 * The segments were cut differently on the way (offload, coalescing): takes the bytes that both hold, and that neither
 * has shown yet, from both. Returns how many.
 */
export function share(a: Sighting, b: Sighting): number {
  const distance = seqDiff(b.seq, a.seq);
  let shared = 0;
  const mine = openOf(a);
  const theirs = openOf(b);
  for (let i = 0; i < mine.length; i += 2) {
    for (let j = 0; j < theirs.length; j += 2) {
      const from = Math.max(mine[i]!, theirs[j]! + distance);
      const to = Math.min(mine[i + 1]!, theirs[j + 1]! + distance);
      if (from >= to) continue;
      shared += to - from;
      a.open = without(openOf(a), from, to);
      b.open = without(openOf(b), from - distance, to - distance);
    }
  }
  if (shared > 0) {
    a.pieces = [...(a.pieces ?? []), b.frame];
    b.pieces = [...(b.pieces ?? []), a.frame];
  }
  return shared;
}

function without(open: readonly number[], from: number, to: number): number[] {
  const left: number[] = [];
  for (let i = 0; i < open.length; i += 2) {
    const [start, end] = [open[i]!, open[i + 1]!];
    if (start < Math.min(end, from)) left.push(start, Math.min(end, from));
    if (Math.max(start, to) < end) left.push(Math.max(start, to), end);
  }
  return left;
}
