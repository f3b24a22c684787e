import type { Difference } from './listener.ts';
import { type Piece, type Pieces, part, SURE } from './piece.ts';

/** What laying one piece over others has shown, in bytes. */
export interface Tally {
  fresh: number;
  repeated: number;
  differing: number;
  uncompared: number;
}

/** Whose bytes stay where two copies overlap. */
type Keeps = (before: Piece, now: Piece) => boolean;

/** A doubtful copy gives way to a sure one, and one that the capture has cut to one that it has not; else the first stays. */
export const keepsFirst: Keeps = (before, now) =>
  isBetter(before, now) || (!isBetter(now, before) && (before.bytes !== null || now.bytes === null));

/** The same, but else the last stays. */
export const keepsLast: Keeps = (before, now) =>
  isBetter(before, now) || (!isBetter(now, before) && now.bytes === null);

function isBetter(one: Piece, other: Piece): boolean {
  return one.doubt === SURE && other.doubt !== SURE;
}

/** Lays `piece` over what waits already: fills the holes, and where bytes are there `keeps` decides. */
export function overlay(
  waiting: Pieces,
  piece: Piece,
  keeps: Keeps,
  tally: Tally,
  differs: (difference: Difference) => void,
): void {
  const from = waiting.indexAt(piece.start);
  const laid: Piece[] = [];
  let at = piece.start;
  let count = 0;
  for (let old = waiting.at(from); old !== undefined && old.start < piece.end; old = waiting.at(from + count)) {
    if (old.start < at) laid.push(part(old, old.start, at));
    if (old.start > at) {
      tally.fresh += old.start - at;
      laid.push(part(piece, at, old.start));
      at = old.start;
    }
    const end = Math.min(old.end, piece.end);
    const kept = keeps(old, piece);
    if (isBetter(piece, old)) tally.fresh += end - at;
    else compare(old, piece, at, end, kept, tally, differs);
    laid.push(part(kept ? old : piece, at, end));
    if (end < old.end) laid.push(part(old, end, old.end));
    at = end;
    count++;
  }
  if (at < piece.end) {
    tally.fresh += piece.end - at;
    laid.push(part(piece, at, piece.end));
  }
  waiting.replace(from, count, laid);
}

/** Holds `piece` against bytes that have been handed out: they stay whatever comes. */
export function compareWith(kept: Pieces, piece: Piece, tally: Tally, differs: (difference: Difference) => void): void {
  let at = piece.start;
  for (let i = kept.indexAt(at); at < piece.end; i++) {
    const old = kept.at(i);
    const start = Math.min(piece.end, old === undefined ? piece.end : Math.max(at, old.start));
    tally.repeated += start - at;
    tally.uncompared += start - at;
    if (old === undefined) return;
    at = Math.min(piece.end, old.end);
    if (at > start) compare(old, piece, start, at, true, tally, differs);
  }
}

function compare(
  before: Piece,
  now: Piece,
  start: number,
  end: number,
  keptBefore: boolean,
  tally: Tally,
  differs: (difference: Difference) => void,
): void {
  tally.repeated += end - start;
  if (before.bytes === null || now.bytes === null || before.doubt !== SURE || now.doubt !== SURE) {
    tally.uncompared += end - start;
    return;
  }
  const ours = before.bytes.subarray(start - before.start, end - before.start);
  const theirs = now.bytes.subarray(start - now.start, end - now.start);
  let first = 0;
  while (first < ours.length && ours[first] === theirs[first]) first++;
  if (first === ours.length) return;
  let last = first;
  let differing = 0;
  for (let i = first; i < ours.length; i++) {
    if (ours[i] === theirs[i]) continue;
    differing++;
    last = i;
  }
  tally.differing += differing;
  differs({
    offset: start + first,
    length: last - first + 1,
    differing,
    now: theirs.subarray(first),
    before: ours.subarray(first),
    beforeFrame: before.frame,
    keptBefore,
  });
}
