import { Int32Columns } from '../bytes/columns.ts';
import { mix3, RECORD_MASK, Slots, slotTag } from '../bytes/slots.ts';
import { ConnectionSummary } from './summary.ts';

/** Attempts that are kept of one service: a scan tries twice or three times before it gives up. */
const MOST_ATTEMPTS = 4;

/** The attempt before it at the same service, -1 without; of the first, the latest. */
const OTHER = 0;
/** The port, the TTL (8 bits), and bits: see below. */
const PORT_AND_MORE = 1;
const NUMBER = 2;
const FIRST_FRAME = 3;
const LAST_FRAME = 4;
const BEGUN = 5;
const SETTLED = 6;
const START_SECONDS = 7;
const START_NANOS = 8;
const SYNS = 9;
const ADDRESSES = 10;

const TTL_SHIFT = 16;
const REFUSED = 1 << 24;
const RESET = 1 << 25;
/** Its service has become one of those of which more is known. */
const GONE = 1 << 26;

/** An attempt that came to nothing, and shows nothing else: no answer, or a refusal. */
export function isInVain(c: ConnectionSummary): boolean {
  return (
    c.begun >= 0 &&
    !c.completed &&
    c.answered === c.refused &&
    c.synAckCount === 0 &&
    c.bytes === 0 &&
    c.cutOff < 0 &&
    c.closeWaitFrom < 0 &&
    c.timeWaitBy === 0 &&
    c.offered === 0 &&
    c.synAcksIgnored === 0 &&
    c.responses === null
  );
}

/**
 * Services of which nothing is known but a few attempts that came to nothing, as short records in place of all the counters of
 * a `Service`: what a scan leaves, of which there may be millions. `words`: of an address, 1 for IPv4 and 4 for IPv6.
 */
export class Tried {
  /** Services in all, those that have become others not counted. */
  count = 0;
  private readonly words: number;
  private readonly records: Int32Columns;
  private readonly told = new ConnectionSummary();
  private index: Slots | null = null;
  /** Nobody can choose addresses that meet in the index. */
  private readonly seed = (Math.random() * 0x100000000) | 0;

  constructor(words: 1 | 4) {
    this.words = words;
    this.records = new Int32Columns(ADDRESSES + 2 * words);
  }

  /** The first attempt at the service of `c`, -1 without. */
  find(c: ConnectionSummary): number {
    if (this.index === null) return -1;
    const hash = this.hash(c.server, 4 - this.words, c.serverPort);
    const slots = this.index.shard(hash);
    const mask = slots.length - 1;
    for (let i = hash & mask; slots[i]! >= 0; i = (i + 1) & mask) {
      const record = slots[i]! & RECORD_MASK;
      if ((slots[i]! & ~RECORD_MASK) === slotTag(hash) && this.isAt(record, c)) return record;
    }
    return -1;
  }

  /** Keeps an attempt behind `first`, the first at its service; false, with nothing done, if there are enough. */
  add(c: ConnectionSummary, first: number): boolean {
    if (first >= 0 && this.attempts(first) >= MOST_ATTEMPTS) return false;
    const { records, words } = this;
    const record = records.allocate();
    const m = records.chunk(record);
    const o = records.offset(record);
    m[o + OTHER] = -1;
    m[o + PORT_AND_MORE] = c.serverPort | (c.ttl << TTL_SHIFT) | (c.refused ? REFUSED : 0) | (c.reset ? RESET : 0);
    m[o + NUMBER] = c.number;
    m[o + FIRST_FRAME] = c.firstFrame;
    m[o + LAST_FRAME] = c.lastFrame;
    m[o + BEGUN] = c.begun;
    // Wrapped: -1 is never, and times of a damaged capture may be far apart.
    m[o + SETTLED] = c.settled + 1;
    m[o + START_SECONDS] = c.startSeconds;
    m[o + START_NANOS] = c.startNanos;
    m[o + SYNS] = c.synCount;
    for (let i = 0; i < words; i++) {
      m[o + ADDRESSES + i] = c.server[4 - words + i]!;
      m[o + ADDRESSES + words + i] = c.client[4 - words + i]!;
    }
    if (first < 0) {
      this.index ??= new Slots(this);
      this.index.insert(this.hashOf(record), record);
      this.count++;
    } else {
      m[o + OTHER] = records.get(first, OTHER);
      records.set(first, OTHER, record);
    }
    return true;
  }

  /** Tells the attempts at a service, the first of which is `first`; each is valid until the next. */
  *tell(first: number): Generator<ConnectionSummary> {
    for (let record = first; record >= 0; record = this.records.get(record, OTHER)) yield this.read(record);
  }

  /** Writes the address of a service as four int32s, at `at`; its port. */
  place(first: number, into: Int32Array, at: number): number {
    const { records, words } = this;
    for (let i = 0; i < words; i++) into[at + 4 - words + i] = records.get(first, ADDRESSES + i);
    return records.get(first, PORT_AND_MORE) & 0xffff;
  }

  /** The service of these attempts has become one of which more is known. */
  giveUp(first: number): void {
    this.records.set(first, PORT_AND_MORE, this.records.get(first, PORT_AND_MORE) | GONE);
    this.count--;
  }

  /** The first attempt at each service. */
  *firsts(): Generator<number> {
    for (const record of this.index?.records() ?? []) {
      if ((this.records.get(record, PORT_AND_MORE) & GONE) === 0) yield record;
    }
  }

  /** What the index needs of its owner. */
  hashOf(record: number): number {
    const m = this.records.chunk(record);
    const o = this.records.offset(record);
    return this.hash(m, o + ADDRESSES, m[o + PORT_AND_MORE]! & 0xffff);
  }

  private hash(address: Int32Array, at: number, port: number): number {
    const { words, seed } = this;
    return words === 1
      ? mix3(address[at]!, port, 0, seed)
      : mix3(mix3(address[at]!, address[at + 1]!, address[at + 2]!, seed), address[at + 3]!, port, seed);
  }

  private attempts(first: number): number {
    let count = 0;
    for (let record = first; record >= 0; record = this.records.get(record, OTHER)) count++;
    return count;
  }

  private isAt(record: number, { server, serverPort }: ConnectionSummary): boolean {
    const { records, words } = this;
    const m = records.chunk(record);
    const o = records.offset(record);
    if ((m[o + PORT_AND_MORE]! & 0xffff) !== serverPort) return false;
    for (let i = 0; i < words; i++) if (m[o + ADDRESSES + i] !== server[4 - words + i]) return false;
    return true;
  }

  private read(record: number): ConnectionSummary {
    const { records, words, told: c } = this;
    const m = records.chunk(record);
    const o = records.offset(record);
    const more = m[o + PORT_AND_MORE]!;
    c.clear();
    c.ipVersion = words === 1 ? 4 : 6;
    c.serverPort = more & 0xffff;
    c.ttl = (more >>> TTL_SHIFT) & 0xff;
    c.refused = (more & REFUSED) !== 0;
    c.answered = c.refused;
    c.reset = (more & RESET) !== 0;
    c.number = m[o + NUMBER]!;
    c.firstFrame = m[o + FIRST_FRAME]!;
    c.lastFrame = m[o + LAST_FRAME]!;
    c.begun = m[o + BEGUN]! >>> 0;
    c.settled = (m[o + SETTLED]! >>> 0) - 1;
    c.startSeconds = m[o + START_SECONDS]! >>> 0;
    c.startNanos = m[o + START_NANOS]!;
    c.synCount = m[o + SYNS]!;
    for (let i = 0; i < words; i++) {
      c.server[4 - words + i] = m[o + ADDRESSES + i]!;
      c.client[4 - words + i] = m[o + ADDRESSES + words + i]!;
    }
    return c;
  }
}
