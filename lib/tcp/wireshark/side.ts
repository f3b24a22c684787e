import type { Int32Columns } from '../../bytes/columns.ts';

/** Window scale not known: no SYN of this side seen. */
export const SCALE_UNKNOWN = -1;
/** Window scaling is off: a SYN came without the option. */
export const SCALE_OFF = -2;
/** `window` before the side has sent anything. */
export const NO_WINDOW = -1;

/**
 * What Wireshark remembers of one side of a conversation: of what this side *sent*. A cursor over a record of int32s
 * (`load`, change, `store`), so that a flood of conversations costs its records and no objects.
 *
 * Sequence numbers are raw, and where noted 0 means "not known yet", as it does to Wireshark: a side that really
 * stands at 0 is taken for one that has not been seen, and the labels show it.
 */
export class Side {
  /** Number that the side began with (StreamNumbers says which); meaningful once `baseKnown`. */
  base = 0;
  baseKnown = 0;
  /** Highest sequence number sent, plus one; 0 unknown. And when it was sent. */
  next = 0;
  nextSeconds = 0;
  nextNanos = 0;
  /** End of what was sent without a hole, the highest that the peer may acknowledge; 0 unknown. */
  whole = 0;
  /** Of the latest segment, even an old one that came late. */
  lastAck = 0;
  lastWindow = NO_WINDOW;
  lastLabels = 0;
  lastSeconds = 0;
  lastNanos = 0;
  /** Duplicate acknowledgments of `lastAck` so far, or MANY. */
  dupAcks = 0;
  /** Shift count, SCALE_UNKNOWN or SCALE_OFF. */
  scale = SCALE_UNKNOWN;
  /** 1 while windows are taken as they stand: from a SYN to the next ACK. */
  unscaled = 0;
  /** The side's first SYN-ACK, 0 for none: its labels depend on later ones. */
  synAckFrame = 0;
  synAckSeq = 0;
  synAckLabels = 0;
  /** What MPTCP options have told (bits of mptcp.ts). */
  mptcp = 0;

  /** The window that the side offers, its scale being known. */
  get windowBytes(): number {
    return this.scale === SCALE_OFF || this.unscaled !== 0 ? this.lastWindow : this.lastWindow << this.scale;
  }

  load(columns: Int32Columns, record: number, column: number): void {
    const chunk = columns.chunk(record);
    let at = columns.offset(record) + column;
    this.base = chunk[at++]!;
    this.baseKnown = chunk[at++]!;
    this.next = chunk[at++]!;
    this.nextSeconds = chunk[at++]!;
    this.nextNanos = chunk[at++]!;
    this.whole = chunk[at++]!;
    this.lastAck = chunk[at++]!;
    this.lastWindow = chunk[at++]! + NO_WINDOW;
    this.lastLabels = chunk[at++]!;
    this.lastSeconds = chunk[at++]!;
    this.lastNanos = chunk[at++]!;
    this.dupAcks = chunk[at++]!;
    this.scale = chunk[at++]! + SCALE_UNKNOWN;
    this.unscaled = chunk[at++]!;
    this.synAckFrame = chunk[at++]!;
    this.synAckSeq = chunk[at++]!;
    this.synAckLabels = chunk[at++]!;
    this.mptcp = chunk[at]!;
  }

  store(columns: Int32Columns, record: number, column: number): void {
    const chunk = columns.chunk(record);
    let at = columns.offset(record) + column;
    chunk[at++] = this.base;
    chunk[at++] = this.baseKnown;
    chunk[at++] = this.next;
    chunk[at++] = this.nextSeconds;
    chunk[at++] = this.nextNanos;
    chunk[at++] = this.whole;
    chunk[at++] = this.lastAck;
    // A fresh record is all zeroes: these two are kept as distances from their start.
    chunk[at++] = this.lastWindow - NO_WINDOW;
    chunk[at++] = this.lastLabels;
    chunk[at++] = this.lastSeconds;
    chunk[at++] = this.lastNanos;
    chunk[at++] = this.dupAcks;
    chunk[at++] = this.scale - SCALE_UNKNOWN;
    chunk[at++] = this.unscaled;
    chunk[at++] = this.synAckFrame;
    chunk[at++] = this.synAckSeq;
    chunk[at++] = this.synAckLabels;
    chunk[at] = this.mptcp;
  }
}

/** int32s of a stored side. */
export const SIDE_WIDTH = 18;
