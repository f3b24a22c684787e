import type { Forgotten } from '../facts/capture.ts';
import type { LeftOut } from '../traffic/traffic.ts';
import type { Connections } from './connections.ts';
import type { Ending } from './ending.ts';

/** A live connection's objects, on average: some 3 kB where all is well, more where something is odd. */
const CONNECTION_BYTES = 4096;
/**
 * Without a limit given: room for some 260,000 live connections, which is what a process of Node's gets by with, and for some
 * 40 million 4-tuples. Floods of anything but SYNs, forged ACKs say, leave more of the former than that.
 */
const DEFAULT_BYTES = 3 * 1024 ** 3;
const DEFAULT_TUPLE_BYTES = 2 * 1024 ** 3;
/** Of a limit given, what 4-tuples on which nothing lives may take; and of that, what is left of them when they take more. */
const TUPLES_SHARE = 1 / 2;
const TUPLES_LEFT = 1 / 2;
/** Of the live connections, how many end at once. */
const ENDED_SHARE = 1 / 4;
/** Of the limit, how much more is needed before connections end again: pools give their records back, but not their size. */
const STEP_SHARE = 1 / 16;
/** Frames between two looks, less one. */
const EVERY = 1023;

/** Pools of records that connections share. */
interface Pool {
  readonly length: number;
  readonly width: number;
}

/**
 * Keeps what an analysis remembers of connections within a number of bytes, and counts what that costs. **Everything is
 * counted in records and connections, nothing measured**, so that a capture and a limit have one result on every machine.
 *
 * First go 4-tuples on which nothing lives, those seen first before others: a later segment of one begins a new stream, and a
 * SYN among them that nobody had answered is only counted. Then live connections end, those quiet longest before others,
 * as if the capture ended there: what comes later for one is another connection's.
 */
export class MemoryLimit {
  private readonly limitBytes: number;
  private readonly mostTupleBytes: number;
  /** Counted for 4-tuples even while they take less. */
  private readonly reservedBytes: number;
  private readonly connections: Connections;
  private readonly ending: Ending;
  private readonly pools: readonly Pool[];
  private threshold: number;
  private endedEarly = 0;
  private tuples = 0;
  private firstFrame = 0;

  constructor(limitBytes: number | undefined, connections: Connections, ending: Ending, pools: readonly Pool[]) {
    this.limitBytes = limitBytes ?? DEFAULT_BYTES;
    this.mostTupleBytes = limitBytes === undefined ? DEFAULT_TUPLE_BYTES : limitBytes * TUPLES_SHARE;
    this.reservedBytes = limitBytes === undefined ? DEFAULT_TUPLE_BYTES : 0;
    this.connections = connections;
    this.ending = ending;
    this.pools = pools;
    this.threshold = this.limitBytes;
  }

  /** To be called with every frame, before it is followed. */
  look(frame: number): void {
    if ((frame & EVERY) !== 0) return;
    if (this.connections.table.bytes > this.mostTupleBytes) this.forgetTuples(frame);
    if (this.held() > this.threshold) this.endConnections(frame);
  }

  /** `left`: connections that `Traffic` had no room for. */
  facts(left: LeftOut): { readonly forgotten?: Forgotten } {
    const { limitBytes, endedEarly, tuples } = this;
    const frames = [this.firstFrame, left.firstFrame].filter((frame) => frame !== 0);
    if (frames.length === 0) return {};
    const uncounted = left.connections === 0 ? {} : { uncounted: left.connections };
    return {
      forgotten: { limitBytes, connections: endedEarly, tuples, ...uncounted, firstFrame: Math.min(...frames) },
    };
  }

  private held(): number {
    const { table } = this.connections;
    const records = this.pools.reduce((bytes, { length, width }) => bytes + 4 * length * width, 0);
    return Math.max(table.bytes, this.reservedBytes) + table.liveCount * CONNECTION_BYTES + records;
  }

  private forgetTuples(frame: number): void {
    const { table } = this.connections;
    const most = Math.floor((table.size * this.mostTupleBytes * TUPLES_LEFT) / table.bytes);
    const count = table.keepNewest(most, (lone) => this.ending.countLone(lone));
    this.tuples += count;
    if (count > 0) this.note(frame);
  }

  private endConnections(frame: number): void {
    const { table } = this.connections;
    for (const entry of table.leastRecent(Math.ceil(table.liveCount * ENDED_SHARE))) {
      for (let c = table.connection(entry); c !== null; c = table.connection(entry)) {
        this.ending.endEarly(c);
        this.endedEarly++;
      }
    }
    this.threshold = Math.max(this.limitBytes, this.held() + this.limitBytes * STEP_SHARE);
    this.note(frame);
  }

  private note(frame: number): void {
    if (this.firstFrame === 0) this.firstFrame = frame;
  }
}
