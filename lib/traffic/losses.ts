import type { LossBin } from '../facts/capture.ts';
import { keepLowest } from './lowest.ts';
import type { AddressText } from './summary.ts';

/** Connections that make a tenth of a second worth telling of. */
const TOGETHER = 3;
const MOST_FRAMES = 16;
/** Losses kept, one for each connection and tenth; when there are more, the tenths with the fewest are forgotten. */
const MOST_KEPT = 16_384;
/** Losses that may still be taken back. */
const MOST_RECENT = 4096;

/** A segment sent again: where, and between whom. */
export interface Resent {
  readonly frame: number;
  readonly ipVersion: number;
  readonly srcA: number;
  readonly srcB: number;
  readonly srcC: number;
  readonly srcD: number;
  readonly dstA: number;
  readonly dstB: number;
  readonly dstC: number;
  readonly dstD: number;
}

/** What one connection lost within one tenth of a second, with the first segment of it that was sent again. */
interface Loss extends Resent {
  readonly connection: number;
  readonly tenth: number;
  segments: number;
  /** Milliseconds into the tenth: the first loss, and the last one. */
  readonly first: number;
  last: number;
}

/** Milliseconds of a window, wherever in a tenth it begins: as many as a tenth has, so that it reaches into the next. */
const WINDOW = 100;

/** Who lost something when: connections by tenth of a second. */
export class Losses {
  /** By tenth, then by connection. */
  private tenths = new Map<number, Map<number, Loss>>();
  private kept = 0;
  private forgotten = 0;
  /** By frame: what may still be taken back. */
  private readonly recent = new Map<number, Loss>();
  /** By connection: the transmission repeated last, and its latest repeat. Further repeats of it are no further loss. */
  private readonly repeated = new Map<number, { of: number; frame: number }>();

  /** Losses in all, a connection counted once a tenth. */
  get count(): number {
    return this.kept + this.forgotten;
  }

  /** A retransmission so many seconds into the capture, of frame `of` (0 if that is not known). */
  add(connection: number, seconds: number, of: number, resent: Resent): void {
    const millis = Math.floor(seconds * 1e3);
    const tenth = Math.floor(millis / WINDOW);
    const within = millis - tenth * WINDOW;
    const { frame } = resent;
    const before = this.repeated.get(connection);
    const again = before !== undefined && of !== 0 && (of === before.of || of === before.frame);
    bounded(this.repeated, connection, { of: again ? before.of : of, frame });
    if (again) return;
    let losses = this.tenths.get(tenth);
    if (losses === undefined) {
      losses = new Map();
      this.tenths.set(tenth, losses);
    }
    let loss = losses.get(connection);
    if (loss === undefined) {
      loss = begun(connection, tenth, within, resent);
      losses.set(connection, loss);
      this.kept++;
    }
    loss.segments++;
    loss.last = Math.max(loss.last, within);
    bounded(this.recent, frame, loss);
    if (this.kept > MOST_KEPT) this.forget();
  }

  /** The retransmission in this frame was not needed: nothing had been lost. */
  takeBack(frame: number): void {
    const loss = this.recent.get(frame);
    if (loss === undefined) return;
    this.recent.delete(frame);
    if (--loss.segments > 0) return;
    const losses = this.tenths.get(loss.tenth);
    // It may have been forgotten meanwhile.
    if (losses?.get(loss.connection) !== loss) return;
    losses.delete(loss.connection);
    if (losses.size === 0) this.tenths.delete(loss.tenth);
    this.kept--;
  }

  /**
   * Windows of 100 ms in which several connections lost something, in order: of those that begin in one tenth the one with
   * the most. Two of them may overlap.
   */
  bins(text: AddressText): LossBin[] {
    return [...this.tenths]
      .sort(([a], [b]) => a - b)
      .flatMap(([tenth, losses]) => {
        const later = [...(this.tenths.get(tenth + 1)?.values() ?? [])];
        const begin = fullest(losses, later);
        const inside = [
          ...[...losses.values()].filter(({ last }) => last >= begin),
          ...later.filter(({ first }) => first < begin),
        ];
        const connections = [...new Set(inside.map(({ connection }) => connection))];
        if (connections.length < TOGETHER) return [];
        const frames: number[] = [];
        for (const { frame } of inside) keepLowest(frames, frame, MOST_FRAMES);
        return {
          start: (tenth * WINDOW + begin) / 1e3,
          connections: connections.sort((a, b) => a - b),
          sharedHosts: sharedHosts(inside, text),
          frames,
        };
      });
  }

  /** Keeps the tenths with the most, half of what there is room for. */
  private forget(): void {
    const byConnections = [...this.tenths].sort(([, a], [, b]) => b.size - a.size);
    const before = this.kept;
    this.tenths = new Map();
    this.kept = 0;
    for (const [tenth, losses] of byConnections) {
      if (this.kept + losses.size > MOST_KEPT / 2) break;
      this.tenths.set(tenth, losses);
      this.kept += losses.size;
    }
    this.forgotten += before - this.kept;
  }
}

function begun(connection: number, tenth: number, within: number, resent: Resent): Loss {
  const { frame, ipVersion, srcA, srcB, srcC, srcD, dstA, dstB, dstC, dstD } = resent;
  const ends = { ipVersion, srcA, srcB, srcC, srcD, dstA, dstB, dstC, dstD };
  return { connection, tenth, segments: 0, first: within, last: within, frame, ...ends };
}

/** How many milliseconds into a tenth a window holds most connections: with `losses` here, and `later` in the next tenth. */
function fullest(losses: ReadonlyMap<number, Loss>, later: readonly Loss[]): number {
  // What a window holds changes by so many where it begins a millisecond later.
  const changes = new Int32Array(WINDOW + 1);
  for (const { last } of losses.values()) changes[last + 1]!--;
  for (const { connection, first } of later) {
    // A connection that lost something in both counts once.
    const last = losses.get(connection)?.last ?? -1;
    changes[Math.max(first, last) + 1]!++;
  }
  let best = 0;
  let most = 0;
  for (let begin = 0, held = losses.size; begin < WINDOW; begin++) {
    held += changes[begin]!;
    if (held <= most) continue;
    most = held;
    best = begin;
  }
  return best;
}

/** Hosts that are an end of all of them. */
function sharedHosts(losses: readonly Loss[], text: AddressText): string[] {
  let shared: string[] | null = null;
  for (const { ipVersion, srcA, srcB, srcC, srcD, dstA, dstB, dstC, dstD } of losses) {
    const ends = [text(ipVersion, srcA, srcB, srcC, srcD), text(ipVersion, dstA, dstB, dstC, dstD)];
    shared = shared === null ? ends : shared.filter((host) => ends.includes(host));
    if (shared.length === 0) break;
  }
  return [...new Set(shared ?? [])].sort();
}

/** Sets, and forgets the oldest beyond the bound. */
function bounded<K, V>(map: Map<K, V>, key: K, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MOST_RECENT) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
