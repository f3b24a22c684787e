import { Int32Columns } from '../../bytes/columns.ts';
import type { Segment } from '../../packet/segment.ts';
import { ACK, SYN } from '../../packet/segment.ts';
import { breaksOff } from './dissection.ts';
import { SOCKS_PORT, SocksConversations } from './socks.ts';

// Columns of an entry, from the first that is ours. NUMBER: stream number + 1 in the low bits (0: not begun), the two KNOWN bits above them.
const NUMBER = 0;
const BASE_LOW = 1;
const BASE_HIGH = 2;
const WIDTH = 3;

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
 * Always on, so it is small: three int32 for every pair of endpoints ever seen, in columns of its own or of whoever keeps
 * more of them (from `first` on). `entry` is the pair's dense number.
 */
export class StreamNumbers {
  private columns: Int32Columns;
  private readonly number: number;
  private readonly baseLow: number;
  private readonly baseHigh: number;
  private next = 0;
  private socks: SocksConversations | null = null;
  /** The last segment asked for began a conversation anew between endpoints seen before. */
  reused = false;

  constructor(columns: Int32Columns = new Int32Columns(WIDTH), first = 0) {
    this.columns = columns;
    this.number = first + NUMBER;
    this.baseLow = first + BASE_LOW;
    this.baseHigh = first + BASE_HIGH;
  }

  /** From now on the columns are these. */
  moveTo(columns: Int32Columns): void {
    this.columns = columns;
  }

  /** Conversations so far. */
  get count(): number {
    return this.next;
  }

  /** The stream of a segment. */
  of(entry: number, segment: Segment, fromLow: boolean): number {
    const stream = this.find(entry, segment, fromLow);
    if (segment.length > 0 && (segment.srcPort === SOCKS_PORT || segment.dstPort === SOCKS_PORT)) {
      this.socks ??= new SocksConversations();
      if (this.socks.begins(stream, segment, fromLow)) this.next++;
    }
    return stream;
  }

  /** No plain segment changes anything between these endpoints. */
  isSettled(entry: number): boolean {
    return (this.columns.get(entry, this.number) & SETTLED) === SETTLED;
  }

  /** The short way for a segment that can change nothing. */
  private find(entry: number, segment: Segment, fromLow: boolean): number {
    if (entry < this.columns.length && (segment.flags & SYN) === 0) {
      const known = this.columns.get(entry, this.number);
      if ((known & SETTLED) === SETTLED) {
        this.reused = false;
        return (known & NUMBER_MASK) - 1;
      }
    }
    return this.step(entry, segment, fromLow);
  }

  /** As `of`, for a TCP header quoted in an ICMP error: it may begin a conversation, but no base is learnt from it. */
  ofQuoted(entry: number, quoted: Segment, fromLow: boolean): number {
    return (this.place(entry, quoted, fromLow) & NUMBER_MASK) - 1;
  }

  private step(entry: number, segment: Segment, fromLow: boolean): number {
    let known = this.place(entry, segment, fromLow);
    if (breaksOff(segment)) return (known & NUMBER_MASK) - 1;
    const own = fromLow ? KNOWN_LOW : KNOWN_HIGH;
    const peer = SETTLED ^ own;
    if ((known & own) === 0) {
      known |= own;
      const base = (segment.flags & SYN) !== 0 ? segment.seq : (segment.seq - 1) | 0;
      this.columns.set(entry, fromLow ? this.baseLow : this.baseHigh, base);
    }
    if ((known & peer) === 0 && (segment.flags & ACK) !== 0) {
      known |= peer;
      this.columns.set(entry, fromLow ? this.baseHigh : this.baseLow, (segment.ack - 1) | 0);
    }
    this.columns.set(entry, this.number, known);
    return (known & NUMBER_MASK) - 1;
  }

  /** The conversation a segment belongs to, begun where need be: its NUMBER column. */
  private place(entry: number, segment: Segment, fromLow: boolean): number {
    const { columns } = this;
    this.reused = false;
    while (entry >= columns.length) columns.allocate();
    const known = columns.get(entry, this.number);
    if (known === 0) return this.begin(entry);
    const base = fromLow ? this.baseLow : this.baseHigh;
    const baseKnown = (known & (fromLow ? KNOWN_LOW : KNOWN_HIGH)) !== 0;
    if ((segment.flags & SYN) === 0 || !baseKnown || columns.get(entry, base) === segment.seq) return known;
    if ((segment.flags & ACK) === 0) {
      this.reused = true;
      return this.begin(entry);
    }
    columns.set(entry, base, segment.seq);
    return known;
  }

  private begin(entry: number): number {
    this.next++;
    this.columns.set(entry, this.number, this.next);
    return this.next;
  }
}

/** The columns (of `m`, from `o`) of endpoints of whom the low or the high one has sent a SYN, and no more: whether they are. */
export function isBegunBy(m: Int32Array, o: number, low: boolean): boolean {
  return (m[o + NUMBER]! & SETTLED) === (low ? KNOWN_LOW : KNOWN_HIGH);
}

/** Makes them so. */
export function begin(m: Int32Array, o: number, low: boolean, stream: number, seq: number): void {
  m[o + NUMBER] = (stream + 1) | (low ? KNOWN_LOW : KNOWN_HIGH);
  m[o + BASE_LOW] = seq;
  m[o + BASE_HIGH] = seq;
}
