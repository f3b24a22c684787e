import type { LossBin } from '../facts/capture.ts';
import { keepLowest } from './lowest.ts';
import type { AddressText } from './summary.ts';

/** Connections that make a tenth of a second worth telling of. */
const TOGETHER = 3;
const MOST_FRAMES = 16;
/** Losses kept, one for each connection and tenth; when there are more, the tenths with the fewest are forgotten. */
const MOST_KEPT = 65_536;
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

/** What one connection lost within one tenth of a second. */
interface Loss {
  readonly tenth: number;
  readonly connection: number;
  /** A copy of the first. */
  readonly resent: Resent;
  segments: number;
}

/** Who lost something when: connections by tenth of a second. */
export class Losses {
  private tenths = new Map<number, Map<number, Loss>>();
  private kept = 0;
  private forgotten = 0;
  private readonly recent = new Map<number, Loss>();
  /** By connection: the transmission repeated last, and its latest repeat. Further repeats of it are no further loss. */
  private readonly repeated = new Map<number, { of: number; frame: number }>();

  /** Losses in all, a connection counted once a tenth. */
  get count(): number {
    return this.kept + this.forgotten;
  }

  /** A retransmission, of frame `of` (0 if that is not known). */
  add(connection: number, tenth: number, of: number, resent: Resent): void {
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
      const { ipVersion, srcA, srcB, srcC, srcD, dstA, dstB, dstC, dstD } = resent;
      const copy = { frame, ipVersion, srcA, srcB, srcC, srcD, dstA, dstB, dstC, dstD };
      loss = { tenth, connection, resent: copy, segments: 0 };
      losses.set(connection, loss);
      this.kept++;
    }
    loss.segments++;
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
    if (losses?.get(loss.connection) !== loss) return;
    losses.delete(loss.connection);
    this.kept--;
  }

  /** Tenths in which several connections lost something, in order. */
  bins(text: AddressText): LossBin[] {
    const together = [...this.tenths].filter(([, losses]) => losses.size >= TOGETHER).sort(([a], [b]) => a - b);
    return together.map(([tenth, losses]) => {
      const frames: number[] = [];
      for (const { resent } of losses.values()) keepLowest(frames, resent.frame, MOST_FRAMES);
      const connections = [...losses.keys()].sort((a, b) => a - b);
      return { tenth, connections, sharedHosts: sharedHosts([...losses.values()], text), frames };
    });
  }

  private forget(): void {
    const byConnections = [...this.tenths].sort(([, a], [, b]) => b.size - a.size);
    this.tenths = new Map();
    const before = this.kept;
    this.kept = 0;
    for (const [tenth, losses] of byConnections) {
      if (this.kept + losses.size > MOST_KEPT / 2) break;
      this.tenths.set(tenth, losses);
      this.kept += losses.size;
    }
    this.forgotten += before - this.kept;
  }
}

function sharedHosts(losses: readonly Loss[], text: AddressText): string[] {
  let shared: string[] | null = null;
  for (const { resent: r } of losses) {
    const ends = [text(r.ipVersion, r.srcA, r.srcB, r.srcC, r.srcD), text(r.ipVersion, r.dstA, r.dstB, r.dstC, r.dstD)];
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
