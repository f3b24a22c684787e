import { Int32Columns } from '../bytes/columns.ts';
import { mix3, RECORD_MASK, Slots } from '../bytes/slots.ts';
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

// Columns of what one connection lost within one tenth of a second: how many segments (0: all was taken back), and the first
// of them that was sent again, with the last word of its addresses; the six before are a record in `rest`, -1 over IPv4.
const TENTH = 0;
const TENTH_HIGH = 1;
const CONNECTION = 2;
const SEGMENTS = 3;
const FRAME = 4;
const SOURCE = 5;
const TARGET = 6;
const REST = 7;
/** Milliseconds into the tenth: the first loss, and the last one. */
const FIRST = 8;
const LAST = 9;
const WIDTH = 10;
const REST_WIDTH = 6;

/** Milliseconds of a window, wherever in a tenth it begins: as many as a tenth has, so that it reaches into the next. */
const WINDOW = 100;

const HIGH = 2 ** 32;

/** Who lost something when: connections by tenth of a second. */
export class Losses {
  private records = new Int32Columns(WIDTH);
  private readonly rest = new Int32Columns(REST_WIDTH);
  private readonly owner = {
    hashOf: (record: number) => hashOf(this.records.get(record, CONNECTION), this.tenthOf(record)),
  };
  private index = new Slots(this.owner);
  private kept = 0;
  private forgotten = 0;
  /** The records of frames whose loss may still be taken back. */
  private recent = new Map<number, number>();
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
    const record = this.find(connection, tenth);
    const m = this.records.chunk(record);
    const o = this.records.offset(record);
    if (m[o + SEGMENTS]!++ === 0) {
      this.kept++;
      m[o + FRAME] = frame;
      m[o + SOURCE] = resent.srcD;
      m[o + TARGET] = resent.dstD;
      m[o + FIRST] = within;
      m[o + LAST] = within;
      if (resent.ipVersion === 6) m[o + REST] = this.keepRest(m[o + REST]!, resent);
    }
    m[o + LAST] = Math.max(m[o + LAST]!, within);
    bounded(this.recent, frame, record);
    if (this.kept > MOST_KEPT) this.forget(MOST_KEPT / 2);
    else if (this.records.length > 2 * MOST_KEPT) this.forget(MOST_KEPT);
  }

  /** The retransmission in this frame was not needed: nothing had been lost. */
  takeBack(frame: number): void {
    const record = this.recent.get(frame);
    if (record === undefined) return;
    this.recent.delete(frame);
    const left = this.records.get(record, SEGMENTS) - 1;
    this.records.set(record, SEGMENTS, left);
    if (left === 0) this.kept--;
  }

  /**
   * Windows of 100 ms in which several connections lost something, in order: of those that begin in one tenth the one with
   * the most. Two of them may overlap.
   */
  bins(text: AddressText): LossBin[] {
    const tenths = new Map(this.byTenth());
    return [...tenths]
      .sort(([a], [b]) => a - b)
      .flatMap(([tenth, losses]) => {
        const begin = this.fullest(losses, tenths.get(tenth + 1) ?? []);
        const inside = [
          ...losses.filter((record) => this.records.get(record, LAST) >= begin),
          ...(tenths.get(tenth + 1) ?? []).filter((record) => this.records.get(record, FIRST) < begin),
        ];
        const connections = [...new Set(inside.map((record) => this.records.get(record, CONNECTION)))];
        if (connections.length < TOGETHER) return [];
        const frames: number[] = [];
        for (const record of inside) keepLowest(frames, this.records.get(record, FRAME), MOST_FRAMES);
        return {
          start: (tenth * WINDOW + begin) / 1e3,
          connections: connections.sort((a, b) => a - b),
          sharedHosts: this.sharedHosts(inside, text),
          frames,
        };
      });
  }

  /** How many milliseconds into a tenth a window holds most connections: with `losses` here, and `later` in the next tenth. */
  private fullest(losses: readonly number[], later: readonly number[]): number {
    // What a window holds changes by so many where it begins a millisecond later.
    const changes = new Int32Array(WINDOW + 1);
    const lasts = new Map<number, number>();
    for (const record of losses) {
      const last = this.records.get(record, LAST);
      lasts.set(this.records.get(record, CONNECTION), last);
      changes[last + 1]!--;
    }
    for (const record of later) {
      // A connection that lost something in both counts once.
      const last = lasts.get(this.records.get(record, CONNECTION)) ?? -1;
      changes[Math.max(this.records.get(record, FIRST), last) + 1]!++;
    }
    let best = 0;
    let most = 0;
    for (let begin = 0, held = losses.length; begin < WINDOW; begin++) {
      held += changes[begin]!;
      if (held <= most) continue;
      most = held;
      best = begin;
    }
    return best;
  }

  /** The record of what a connection lost in a tenth, a fresh one if there is none. */
  private find(connection: number, tenth: number): number {
    const hash = hashOf(connection, tenth);
    const slots = this.index.shard(hash);
    const mask = slots.length - 1;
    for (let i = hash & mask; ; i = (i + 1) & mask) {
      const slot = slots[i]!;
      if (slot < 0) break;
      const record = slot & RECORD_MASK;
      if (this.records.get(record, CONNECTION) === connection && this.tenthOf(record) === tenth) return record;
    }
    const record = this.records.allocate();
    this.records.set(record, CONNECTION, connection);
    this.records.set(record, REST, -1);
    this.records.set(record, TENTH, tenth | 0);
    this.records.set(record, TENTH_HIGH, Math.floor(tenth / HIGH));
    this.index.insert(hash, record);
    return record;
  }

  /** Clocks that were never set, and then are, make distances beyond 32 bits. */
  private tenthOf(record: number): number {
    return this.records.get(record, TENTH_HIGH) * HIGH + (this.records.get(record, TENTH) >>> 0);
  }

  private byTenth(): [number, number[]][] {
    const tenths = new Map<number, number[]>();
    for (let record = 0; record < this.records.length; record++) {
      if (this.records.get(record, SEGMENTS) === 0) continue;
      const tenth = this.tenthOf(record);
      const losses = tenths.get(tenth);
      if (losses === undefined) tenths.set(tenth, [record]);
      else losses.push(record);
    }
    return [...tenths];
  }

  /** Keeps the tenths with the most, in new columns, so many losses at most. */
  private forget(most: number): void {
    const byConnections = this.byTenth().sort(([, a], [, b]) => b.length - a.length);
    const { records: old, kept: before } = this;
    this.records = new Int32Columns(WIDTH);
    this.index = new Slots(this.owner);
    this.kept = 0;
    const moved = new Map<number, number>();
    for (const [tenth, losses] of byConnections) {
      if (this.kept + losses.length > most) break;
      for (const record of losses) {
        const copy = this.find(old.get(record, CONNECTION), tenth);
        const from = old.offset(record);
        this.records.chunk(copy).set(old.chunk(record).subarray(from, from + WIDTH), this.records.offset(copy));
        moved.set(record, copy);
      }
      this.kept += losses.length;
    }
    for (let record = 0; record < old.length; record++) {
      const rest = old.get(record, REST);
      if (rest >= 0 && !moved.has(record)) this.rest.release(rest);
    }
    const recent = [...this.recent].filter(([, record]) => moved.has(record));
    this.recent = new Map(recent.map(([frame, record]) => [frame, moved.get(record)!]));
    this.forgotten += before - this.kept;
  }

  private sharedHosts(losses: readonly number[], text: AddressText): string[] {
    let shared: string[] | null = null;
    for (const record of losses) {
      const ends = [this.textOf(record, SOURCE, text), this.textOf(record, TARGET, text)];
      shared = shared === null ? ends : shared.filter((host) => ends.includes(host));
      if (shared.length === 0) break;
    }
    return [...new Set(shared ?? [])].sort();
  }

  private keepRest(before: number, { srcA, srcB, srcC, dstA, dstB, dstC }: Resent): number {
    const record = before < 0 ? this.rest.allocate() : before;
    this.rest.chunk(record).set([srcA, srcB, srcC, dstA, dstB, dstC], this.rest.offset(record));
    return record;
  }

  /** `column`: SOURCE or TARGET. */
  private textOf(record: number, column: number, text: AddressText): string {
    const last = this.records.get(record, column);
    const rest = this.records.get(record, REST);
    if (rest < 0) return text(4, 0, 0, 0, last);
    const first = column === SOURCE ? 0 : 3;
    const word = (n: number): number => this.rest.get(rest, first + n);
    return text(6, word(0), word(1), word(2), last);
  }
}

function hashOf(connection: number, tenth: number): number {
  return mix3(connection, tenth | 0, 0, 0);
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
