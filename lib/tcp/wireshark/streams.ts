import { Int32Columns } from '../../bytes/columns.ts';
import type { Segment } from '../../packet/segment.ts';
import { ACK, SYN } from '../../packet/segment.ts';

// Columns of an entry. NUMBER: the stream number in the low bits, the two KNOWN bits above it.
const NUMBER = 0;
const BASE_LOW = 1;
const BASE_HIGH = 2;

const KNOWN_LOW = 1 << 30;
const KNOWN_HIGH = 1 << 29;
const SETTLED = KNOWN_LOW | KNOWN_HIGH;
const NUMBER_MASK = KNOWN_HIGH - 1;

/**
 * Wireshark's `tcp.stream`: a number per conversation, in the order in which they begin. A conversation is what two
 * endpoints (address and port, tunnels ignored) say to each other until one of them sends a SYN whose sequence number
 * is not the one its side of the conversation began with. That number (the *base*) is the sequence number of the side's
 * first SYN; of a side first seen without one, the number before its first byte, or the one before the other side's
 * first acknowledgment. A SYN-ACK never begins a conversation, but moves its side's base.
 *
 * Always on, so it is small: three int32 for every pair of endpoints ever seen. `entry` is the pair's dense number.
 */
export class StreamNumbers {
  private readonly columns = new Int32Columns(3);
  private next = 0;
  /** The last `step` met a SYN that began a conversation anew between endpoints seen before. */
  reused = false;

  /** Conversations so far. */
  get count(): number {
    return this.next;
  }

  /**
   * The stream of this segment. Must be called for the first segment of an entry (entries come in order: 0, 1, 2...),
   * for every SYN, and for every segment until the entry is settled; `current` answers for all others.
   */
  step(entry: number, segment: Segment, fromLow: boolean): number {
    const columns = this.columns;
    this.reused = false;
    if (entry >= columns.length) {
      while (entry >= columns.length) columns.allocate();
      return this.begin(entry, segment, fromLow);
    }
    const known = columns.get(entry, NUMBER);
    const ownBase = fromLow ? BASE_LOW : BASE_HIGH;
    const ownKnown = fromLow ? KNOWN_LOW : KNOWN_HIGH;
    if ((segment.flags & SYN) !== 0 && (known & ownKnown) !== 0 && columns.get(entry, ownBase) !== segment.seq) {
      if ((segment.flags & ACK) === 0) {
        this.reused = true;
        return this.begin(entry, segment, fromLow);
      }
      columns.set(entry, ownBase, segment.seq);
    }
    return this.learn(entry, known, segment, fromLow) & NUMBER_MASK;
  }

  /** The stream of any segment: looks closer (`step`) only where it may change something. */
  of(entry: number, segment: Segment, fromLow: boolean): number {
    if (entry < this.columns.length && (segment.flags & SYN) === 0) {
      const known = this.columns.get(entry, NUMBER);
      if ((known & SETTLED) === SETTLED) {
        this.reused = false;
        return known & NUMBER_MASK;
      }
    }
    return this.step(entry, segment, fromLow);
  }

  /** The stream that the entry's latest segment belonged to. */
  current(entry: number): number {
    return this.columns.get(entry, NUMBER) & NUMBER_MASK;
  }

  /** Both bases are known: from now on only a SYN can change anything. */
  settled(entry: number): boolean {
    return (this.columns.get(entry, NUMBER) & SETTLED) === SETTLED;
  }

  private begin(entry: number, segment: Segment, fromLow: boolean): number {
    const number = this.next++;
    this.learn(entry, number, segment, fromLow);
    return number;
  }

  /** Takes the bases not known yet from this segment; returns the NUMBER column. */
  private learn(entry: number, known: number, segment: Segment, fromLow: boolean): number {
    const ownKnown = fromLow ? KNOWN_LOW : KNOWN_HIGH;
    const peerKnown = SETTLED ^ ownKnown;
    let now = known;
    if ((now & ownKnown) === 0) {
      now |= ownKnown;
      const isn = (segment.flags & SYN) !== 0 ? segment.seq : (segment.seq - 1) | 0;
      this.columns.set(entry, fromLow ? BASE_LOW : BASE_HIGH, isn);
    }
    if ((now & peerKnown) === 0 && (segment.flags & ACK) !== 0) {
      now |= peerKnown;
      this.columns.set(entry, fromLow ? BASE_HIGH : BASE_LOW, (segment.ack - 1) | 0);
    }
    this.columns.set(entry, NUMBER, now);
    return now;
  }
}
